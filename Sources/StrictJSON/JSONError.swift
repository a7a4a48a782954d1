/// Why a text is not the JSON that is accepted here, and at which byte.
public struct JSONError: Error, Equatable, CustomStringConvertible {
    /// What is wrong.
    public enum Code: String, Sendable {
        case tooLarge, tooDeep, tooManyValues
        case unexpectedEnd, unexpectedByte, trailingBytes
        case badNumber, badEscape, badString, loneSurrogate, duplicateMember
    }

    /// What is wrong.
    public let code: Code
    /// The byte's offset in the text, from zero.
    public let offset: Int
    /// The member's name or the limit, where there is one to tell.
    public let detail: String?

    /// An error at a byte.
    public init(_ code: Code, at offset: Int, detail: String? = nil) {
        self.code = code
        self.offset = offset
        self.detail = detail
    }

    public var description: String {
        let sentence =
            switch code {
            case .tooLarge: "the text is larger than allowed"
            case .tooDeep: "arrays and objects are nested deeper than allowed"
            case .tooManyValues: "there are more values than allowed"
            case .unexpectedEnd: "the text ends too early"
            case .unexpectedByte: "invalid JSON"
            case .trailingBytes: "something follows the value"
            case .badNumber: "a number breaks the grammar"
            case .badEscape: "an escape breaks the grammar"
            case .badString: "a string is not UTF-8 or holds a bare control character"
            case .loneSurrogate: "unpaired surrogate"
            case .duplicateMember: "duplicate member"
            }
        return "\(sentence)\(detail.map { " (\($0))" } ?? ""), at byte \(offset)"
    }
}

/// What a text may cost at most.
public struct JSONLimits: Sendable {
    /// Bytes of the text.
    public var bytes: Int
    /// Bytes of one string, escapes read.
    public var string: Int
    /// Arrays and objects inside each other.
    public var depth: Int
    /// Values in all, so that `[0,0,0…` cannot cost many times its own size.
    public var values: Int

    /// Limits; the defaults hold Meta's largest real answers many times over.
    public init(bytes: Int = 16 << 20, depth: Int = 64, values: Int = 250_000, string: Int = 16 << 20) {
        self.bytes = bytes
        self.string = string
        self.depth = depth
        self.values = values
    }
}
