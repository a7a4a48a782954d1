/// Decides, scalar by scalar, what may stand in a text as it is and what has to be written out.
///
/// Written out is what a terminal obeys (controls, DEL, C1), what turns the direction of text, what ends a line, and what nobody sees: Unicode's
/// categories Cc, Cf, Zl and Zp, its Default_Ignorable_Code_Points and its noncharacters. Joiners and variation selectors are part of names and
/// emoji; they stand where they have that effect alone, and nowhere else, for there they hide.
struct Visibility {
    /// What stands in front, if it stands as it is.
    private var previous: Unicode.Scalar?

    /// Whether the scalar may stand as it is, behind the ones before it.
    mutating func shows(_ scalar: Unicode.Scalar, before next: Unicode.Scalar?) -> Bool {
        let isShown =
            switch scalar.value {
            case 0x20..<0x7F: true
            case 0x200C, 0x200D: joins(scalar, next)
            case _ where scalar.properties.isVariationSelector: varies(scalar)
            default: !scalar.isHidden
            }
        previous = isShown ? scalar : nil
        return isShown
    }

    /// Behind a virama, and inside a word of a script whose letters join (Arabic to Mongolian; Persian and Malayalam cannot do without);
    /// U+200D also between two emoji.
    private func joins(_ joiner: Unicode.Scalar, _ next: Unicode.Scalar?) -> Bool {
        guard let previous else { return false }
        if previous.properties.canonicalCombiningClass == .virama { return true }
        guard let next else { return false }
        if previous.isOfAJoiningScript && next.isOfAJoiningScript { return true }
        return joiner.value == 0x200D && (previous.isSymbolicEmoji || previous.value == 0xFE0F) && next.isSymbolicEmoji
    }

    /// One selector behind what has variants: emoji and keycaps, ideographs, mathematical signs, Myanmar and Mongolian letters.
    private func varies(_ selector: Unicode.Scalar) -> Bool {
        guard let previous, !previous.properties.isVariationSelector else { return false }
        switch selector.value {
        case 0xFE0E, 0xFE0F: return previous.properties.isEmoji
        case 0x180B...0x180F: return 0x1820...0x18AA ~= previous.value
        default:
            return previous.properties.isIdeographic || 0x1000...0x109F ~= previous.value
                || (previous.properties.isMath && previous.value > 0x7F)
        }
    }
}

extension Unicode.Scalar {
    fileprivate var isHidden: Bool {
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        case .format: !isPrependedMark
        default: properties.isDefaultIgnorableCodePoint || properties.isNoncharacterCodePoint
        }
    }

    /// Unicode's Prepended_Concatenation_Marks, signs over the number that follows: of category Cf, but seen.
    var isPrependedMark: Bool {
        switch value {
        case 0x600...0x605, 0x6DD, 0x70F, 0x890...0x891, 0x8E2, 0x110BD, 0x110CD: true
        default: false
        }
    }

    /// Letters and marks of the scripts between Arabic and Mongolian and their supplements; Latin, Greek and Cyrillic stand below them.
    fileprivate var isOfAJoiningScript: Bool {
        switch value {
        case 0x620...0x109F, 0x1780...0x18AF, 0x1A20...0x1BFF, 0xA800...0xABFF, 0xFB50...0xFDFF, 0xFE70...0xFEFC, 0x11000...0x11FFF: break
        default: return false
        }
        switch properties.generalCategory {
        case .otherLetter, .modifierLetter, .nonspacingMark, .spacingMark: return true
        default: return false
        }
    }

    /// Emoji but the digits, `#` and `*`, which are emoji to Unicode as well.
    fileprivate var isSymbolicEmoji: Bool { value > 0xA8 && properties.isEmoji }
}
