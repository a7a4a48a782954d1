/// An answer that is known as a whole. Bodies are constant sentences, or short.
package struct FrontAnswer: Sendable, Equatable {
    package var status: Int
    package var reason: String
    package var headers: [String: String]
    package var body: String

    /// An answer.
    package init(status: Int, reason: String, headers: [String: String] = [:], body: String = "") {
        self.status = status
        self.reason = reason
        self.headers = headers
        self.body = body
    }

    package static let badRequest = FrontAnswer(status: 400, reason: "Bad Request")
    package static let notFound = FrontAnswer(status: 404, reason: "Not Found")
    package static let late = FrontAnswer(status: 408, reason: "Request Timeout")
    package static let headTooLarge = FrontAnswer(status: 431, reason: "Request Header Fields Too Large")
    /// Who gets this is to come again.
    package static let unavailable = FrontAnswer(status: 503, reason: "Service Unavailable", headers: ["retry-after": "10"])

    /// The header fields with those that frame it.
    package func fields(closing: Bool) -> [(name: String, value: String)] {
        headers.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
            + [("content-length", String(body.utf8.count)), ("connection", closing ? "close" : "keep-alive")]
    }

    /// The bytes of an answer to what is no request yet; the connection ends with it.
    package var bytes: [UInt8] {
        let lines = ["HTTP/1.1 \(status) \(reason)"] + fields(closing: true).map { "\($0.name): \($0.value)" }
        return Array((lines + ["", ""]).joined(separator: "\r\n").utf8) + body.utf8
    }
}
