/// A line that is typed without being shown, byte by byte, on a terminal that neither echoes nor edits.
package struct HiddenLine: Sendable {
    /// What a byte came to.
    package enum Step: Sendable, Equatable {
        /// More is to be typed.
        case more
        /// The line is complete.
        case done([UInt8])
        /// Whoever types gave up.
        case givenUp
    }

    /// No line is longer; what is typed beyond that is dropped, so that it is refused as too long.
    private static let longest = 8192
    private var bytes: [UInt8] = []

    package init() {}

    /// Takes a byte; `nil` for the end of the input.
    package mutating func on(_ byte: UInt8?) -> Step {
        switch byte {
        case nil: return bytes.isEmpty ? .givenUp : .done(bytes)
        case 0x0A, 0x0D: return .done(bytes)
        case 0x03, 0x1C: return .givenUp
        case 0x04: if bytes.isEmpty { return .givenUp }
        case 0x08, 0x7F: _ = bytes.popLast()
        case 0x15: bytes = []
        case 0x1A: break
        case .some(let byte): if bytes.count < Self.longest { bytes.append(byte) }
        }
        return .more
    }
}
