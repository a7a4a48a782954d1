/// Why JetStream did not do what it was asked for.
public struct JetStreamError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is known of the request.
    public enum Code: String, Sendable {
        /// There was no answer: no server is reached, or no majority of them answers. It may have been done all the same.
        case unanswered
        /// The last message of the subject, or the revision of the key, is another than was expected. Nothing was done.
        case conflict
        /// The server refused it, or what it was to be done with does not exist. Nothing was done.
        case refused
    }

    /// What is known of the request.
    public var code: Code
    /// The library's or the server's words.
    public var cause: String

    /// An error.
    public init(_ code: Code, cause: String) {
        self.code = code
        self.cause = cause
    }

    public var description: String { cause }
}
