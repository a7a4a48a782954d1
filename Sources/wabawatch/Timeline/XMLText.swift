import Printing

extension PrintableText {
    /// This text as character data or an attribute's value of XML 1.0. By scalar: a mark behind `<` makes both one Character. What XML forbids
    /// (controls, U+FFFE and U+FFFF) is written out in a printable text.
    var xml: String {
        plain.unicodeScalars.reduce(into: "") { text, scalar in
            switch scalar {
            case "&": text += "&amp;"
            case "<": text += "&lt;"
            case ">": text += "&gt;"
            case "\"": text += "&quot;"
            case "'": text += "&#39;"
            default: text.unicodeScalars.append(scalar)
            }
        }
    }
}

extension String {
    /// This text as character data or an attribute's value of XML 1.0, what cannot be printed written out.
    var xml: String { PrintableText(self).xml }
}
