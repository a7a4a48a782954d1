extension StringProtocol {
    /// Columns that this takes in a terminal.
    var displayWidth: Int {
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
    /// Columns in a terminal: none for marks alone, two for emoji and East Asian wide characters.
    var displayWidth: Int {
        var width = 0
        for scalar in unicodeScalars { width = max(width, scalar.value == 0xFE0F ? 2 : scalar.displayWidth) }
        return width
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
        case .nonspacingMark, .enclosingMark, .format: 0
        default: properties.isEmojiPresentation || Self.wide.contains { $0.contains(value) } ? 2 : 1
        }
    }
}
