import Printing

/// Labels as both formats write them.
enum LabelText {
    /// No label's value has more bytes: Meta's names are shorter, and so is an account's.
    static let longest = 512

    /// Appends `,name="value"`, without the comma where it is the first.
    static func write(_ name: StaticString, _ value: String, first: Bool = false, into bytes: inout [UInt8]) {
        if !first { bytes.append(UInt8(ascii: ",")) }
        bytes.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        bytes.append(contentsOf: #"=""#.utf8)
        escape(value, into: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    /// Appends a value: what a terminal or a log would obey or hide is written out first, as in all of wabawatch's output, a line feed included; then
    /// backslash and quotation mark are escaped, as both formats want it. A value that is too long is cut between characters.
    static func escape(_ value: String, into bytes: inout [UInt8]) {
        var left = longest
        for scalar in PrintableText(value).plain.unicodeScalars {
            left -= UTF8.width(scalar)
            guard left >= 0 else { return }
            if scalar == "\\" || scalar == "\"" { bytes.append(UInt8(ascii: "\\")) }
            bytes.append(contentsOf: String(scalar).utf8)
        }
    }
}
