/// The access token of a system user. It has no description, no reflection and no encoding: it leaves this room only in the header of a request.
public struct AccessToken: Sendable, Equatable {
    let secret: Secret

    /// A token's text. A final newline is taken off; anything but visible ASCII, nothing at all, or more than 4096 bytes is refused.
    public init(_ text: String) throws(SecretError) { secret = try Secret(text) }
}

/// The secret of the app, with which the proof of a token is made. Like the token, it describes itself to nobody.
public struct AppSecret: Sendable, Equatable {
    let secret: Secret

    /// A secret's text, under the rules of the token's.
    public init(_ text: String) throws(SecretError) { secret = try Secret(text) }
}

/// Why a text cannot be a secret. The text itself is not told.
public enum SecretError: Error, Equatable, CustomStringConvertible {
    case empty
    /// A byte that is not visible ASCII.
    case forbiddenByte
    case tooLong

    public var description: String {
        switch self {
        case .empty: "the secret is empty"
        case .forbiddenByte: "the secret holds a byte that is not visible ASCII"
        case .tooLong: "the secret is longer than 4096 bytes"
        }
    }
}

/// Text that nothing prints.
struct Secret: Sendable, Equatable {
    let text: String

    init(_ text: String) throws(SecretError) {
        let bytes = text.utf8
        let end = bytes.last == UInt8(ascii: "\n") ? bytes.dropLast() : bytes[...]
        let trimmed = end.last == UInt8(ascii: "\r") ? end.dropLast() : end
        guard !trimmed.isEmpty else { throw .empty }
        guard trimmed.count <= 4096 else { throw .tooLong }
        guard trimmed.allSatisfy({ 0x21...0x7E ~= $0 }) else { throw .forbiddenByte }
        self.text = String(Substring(trimmed))
    }
}

extension AccessToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "(an access token)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}

extension AppSecret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "(an app secret)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    var description: String { "(a secret)" }
    var debugDescription: String { description }
    var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
