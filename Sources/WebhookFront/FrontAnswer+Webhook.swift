import HTTPFront

extension FrontAnswer {
    /// Everything in the webhook is recorded, or known to be none of ours.
    static let recorded = FrontAnswer(status: 200, reason: "OK")
    /// The answer to Meta's verification of the callback.
    static func challenge(_ text: String) -> FrontAnswer {
        FrontAnswer(status: 200, reason: "OK", headers: ["content-type": "text/plain"], body: text)
    }
    static let badSignature = FrontAnswer(status: 401, reason: "Unauthorized")
    static let forbidden = FrontAnswer(status: 403, reason: "Forbidden")
    static let methodNotAllowed = FrontAnswer(status: 405, reason: "Method Not Allowed", headers: ["allow": "GET, HEAD, POST"])
    static let tooLarge = FrontAnswer(status: 413, reason: "Content Too Large")
    static let unsupportedType = FrontAnswer(status: 415, reason: "Unsupported Media Type", headers: ["accept": "application/json"])
    static let unsupportedExpectation = FrontAnswer(status: 417, reason: "Expectation Failed")
    static let unsupportedTransfer = FrontAnswer(status: 501, reason: "Not Implemented")
}
