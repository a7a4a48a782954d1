import Foundation
import GraphAPI

/// A webhook that reports a review's decision, as Meta signs and sends one.
struct SignedWebhook {
    /// What it reports: a text that no other webhook of the run has.
    let decision: String
    /// The bytes of the request, head and body.
    let request: [UInt8]

    /// A webhook about an account of this id.
    init(number: Int, account: String, secret: AppSecret) {
        decision = Self.decision(number)
        let time = Int(Date().timeIntervalSince1970)
        let body =
            #"{"object":"whatsapp_business_account","entry":[{"id":"\#(account)","time":\#(time),"changes":[{"value":{"decision":"\#(decision)"},"field":"account_review_update"}]}]}"#
        let digits = secret.signature(of: Array(body.utf8)).map { String(format: "%02x", $0) }.joined()
        let head = [
            "POST / HTTP/1.1", "Host: 127.0.0.1", "User-Agent: facebookexternalua", "Content-Type: application/json",
            "X-Hub-Signature-256: sha256=\(digits)", "Content-Length: \(body.utf8.count)", "", "",
        ]
        request = Array((head.joined(separator: "\r\n") + body).utf8)
    }

    private static let prefix = "BENCH_"

    /// The decision that a webhook of this number reports.
    static func decision(_ number: Int) -> String { "\(prefix)\(number)" }

    /// The number of a decision; `nil` if it is none of these.
    static func number(of decision: String?) -> Int? {
        decision.flatMap { $0.hasPrefix(prefix) ? Int($0.dropFirst(prefix.count)) : nil }
    }
}
