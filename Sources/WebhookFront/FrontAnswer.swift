/// An answer. Bodies are constant sentences or the challenge.
struct FrontAnswer: Sendable, Equatable {
    var status: Int
    var reason: String
    var headers: [String: String] = [:]
    var body = ""

    /// Everything in the webhook is recorded, or known to be none of ours.
    static let recorded = FrontAnswer(status: 200, reason: "OK")
    /// The answer to Meta's verification of the callback.
    static func challenge(_ text: String) -> FrontAnswer {
        FrontAnswer(status: 200, reason: "OK", headers: ["content-type": "text/plain"], body: text)
    }
    static let badRequest = FrontAnswer(status: 400, reason: "Bad Request")
    static let badSignature = FrontAnswer(status: 401, reason: "Unauthorized")
    static let forbidden = FrontAnswer(status: 403, reason: "Forbidden")
    static let notFound = FrontAnswer(status: 404, reason: "Not Found")
    static let methodNotAllowed = FrontAnswer(status: 405, reason: "Method Not Allowed", headers: ["allow": "GET, HEAD, POST"])
    static let late = FrontAnswer(status: 408, reason: "Request Timeout")
    static let tooLarge = FrontAnswer(status: 413, reason: "Content Too Large")
    static let unsupportedType = FrontAnswer(status: 415, reason: "Unsupported Media Type", headers: ["accept": "application/json"])
    static let unsupportedExpectation = FrontAnswer(status: 417, reason: "Expectation Failed")
    static let headTooLarge = FrontAnswer(status: 431, reason: "Request Header Fields Too Large")
    static let unsupportedTransfer = FrontAnswer(status: 501, reason: "Not Implemented")
    /// Meta repeats what gets this, for days.
    static let unavailable = FrontAnswer(status: 503, reason: "Service Unavailable", headers: ["retry-after": "10"])

    /// The header fields with those that frame it.
    func fields(closing: Bool) -> [(name: String, value: String)] {
        headers.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
            + [("content-length", String(body.utf8.count)), ("connection", closing ? "close" : "keep-alive")]
    }

    /// The bytes of an answer to what is no request yet; the connection ends with it.
    var bytes: [UInt8] {
        let lines = ["HTTP/1.1 \(status) \(reason)"] + fields(closing: true).map { "\($0.name): \($0.value)" }
        return Array((lines + ["", ""]).joined(separator: "\r\n").utf8) + body.utf8
    }
}
