/// The token that Meta sends when a callback is set up (`hub.verify_token`). It has no description and no reflection.
package struct VerifyToken: Sendable {
    private let bytes: [UInt8]

    /// A token's text. A final line break is taken off; anything but visible ASCII, nothing at all, or more than 1024 bytes is refused.
    package init(_ text: some Collection<UInt8>) throws(VerifyTokenError) {
        var bytes = Array(text)
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        guard !bytes.isEmpty else { throw .empty }
        guard bytes.count <= 1024 else { throw .tooLong }
        guard bytes.allSatisfy({ 0x21...0x7E ~= $0 }) else { throw .forbiddenByte }
        self.bytes = bytes
    }

    /// Whether a text is the token. How long that takes depends on the text's length alone.
    func matches(_ text: String) -> Bool {
        var difference = UInt(bitPattern: text.utf8.count ^ bytes.count)
        for (index, byte) in text.utf8.enumerated() { difference |= UInt(byte ^ bytes[index % bytes.count]) }
        return difference == 0
    }
}

extension VerifyToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "(a verify token)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}

/// Why a text cannot be a verify token. The text itself is not told.
package enum VerifyTokenError: Error, Equatable, CustomStringConvertible {
    case empty
    /// A byte that is not visible ASCII.
    case forbiddenByte
    case tooLong

    package var description: String {
        switch self {
        case .empty: "the verify token is empty"
        case .forbiddenByte: "the verify token holds a byte that is not visible ASCII"
        case .tooLong: "the verify token is longer than 1024 bytes"
        }
    }
}
