extension StringProtocol {
    /// Columns that this takes in a terminal.
    public var displayWidth: Int {
        // Most text is ASCII, where a byte is a column.
        utf8.allSatisfy({ $0 < 0x80 }) ? utf8.count : reduce(0) { $0 + $1.displayWidth }
    }

    /// This text in at most so many columns; what is left out is told by an ellipsis.
    func fitted(to width: Int, ellipsis: String = "…") -> String {
        guard displayWidth > width else { return String(self) }
        let room = width - ellipsis.displayWidth
        guard room >= 0 else { return "" }
        var text = ""
        var used = 0
        for character in self {
            used += character.displayWidth
            guard used <= room else { break }
            text.append(character)
        }
        return text + ellipsis
    }

    /// Lines of at most so many columns, broken between words.
    func wrapped(to width: Int) -> [String] {
        var lines: [String] = []
        for word in split(separator: " ") {
            if let last = lines.last, last.displayWidth + 1 + word.displayWidth <= width {
                lines[lines.count - 1] = last + " " + word
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }
}

extension Character {
    /// Columns in a terminal: two for an emoji however it is made; else what its scalars take together, as wcwidth(3) has it: a conjunct of
    /// Devanagari is one Character of two letters.
    var displayWidth: Int {
        let scalars = unicodeScalars
        guard !scalars.contains(where: { $0.value == 0xFE0F || $0.properties.isEmojiPresentation }) else { return 2 }
        return scalars.reduce(0) { $0 + $1.displayWidth }
    }
}

extension Unicode.Scalar {
    /// Ranges of Unicode 15's EastAsianWidth.txt with W or F, joined where only unassigned places lie between.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3,
        0xF900...0xFAFF,
        0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF, 0x20000...0x3FFFD,
    ]

    fileprivate var displayWidth: Int {
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark: 0
        case .format: isPrependedMark ? 1 : 0
        // The vowels and finals of a Hangul syllable that is spelled out stand in its initial's columns.
        case _ where 0x1160...0x11FF ~= value: 0
        default: Self.wide.contains { $0.contains(value) } ? 2 : 1
        }
    }
}
