internal import StrictJSON

/// Meta's error envelope, without secrets. Every text is cut after 1000 characters.
public struct GraphError: Sendable, Equatable {
    /// The number that decides (https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes).
    public let code: Int
    /// The number that decides with code 100 or 190.
    public let subcode: Int?
    /// `OAuthException`, `GraphMethodException` …
    public let type: String?
    /// The sentence for developers. It may name the object that was asked for.
    public let message: String?
    /// `error_data.details`, or `error_data` where it is text: the stable one for people.
    public let details: String?
    /// The title for the user of an app.
    public let userTitle: String?
    /// The sentence for the user of an app.
    public let userMessage: String?
    /// What Meta's support asks for.
    public let traceID: String?
    /// Whether Meta says that it passes by itself.
    public let isTransient: Bool

    /// The error of an envelope, which has been redacted; `nil` if there is no code to decide by.
    init?(_ envelope: JSONValue) {
        guard let error = envelope["error"], let code = Self.number(error["code"]) else { return nil }
        self.code = code
        subcode = Self.number(error["error_subcode"])
        type = Self.text(error["type"])
        message = Self.text(error["message"])
        details = Self.text(error["error_data"]) ?? Self.text(error["error_data"]?["details"])
        userTitle = Self.text(error["error_user_title"])
        userMessage = Self.text(error["error_user_msg"])
        traceID = Self.text(error["fbtrace_id"])
        isTransient = Self.flag(error["is_transient"])
    }

    private static func number(_ value: JSONValue?) -> Int? { (value?.integer).map(Int.init) ?? value?.string.flatMap { Int($0) } }
    /// A truth value, which as text or number is one too: a passing trouble must not be taken for a refused token.
    private static func flag(_ value: JSONValue?) -> Bool { value?.bool ?? (number(value) == 1 || value?.string?.lowercased() == "true") }
    private static func text(_ value: JSONValue?) -> String? { (value?.string).map { String($0.prefix(1000)) } }
}
