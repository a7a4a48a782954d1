import HTTPFront

/// What became of a webhook that was handed to the daemon.
package enum ReportOutcome: Sendable, Equatable {
    /// Everything in it is on disk, or known to be none of ours.
    case recorded
    /// It is signed by none of the application secrets that the daemon knows.
    case badSignature
    /// It could not be recorded, or nobody knows whether it was: it must be sent again.
    case unavailable(reason: String)

    var answer: FrontAnswer {
        switch self {
        case .recorded: .recorded
        case .badSignature: .badSignature
        case .unavailable: .unavailable
        }
    }
}

/// Hands webhooks on.
package protocol WebhookReporting: Sendable {
    /// Hands in a body, byte for byte as it came, with the value of `X-Hub-Signature-256`. Returns when it is known what became of it, or that it will not be.
    func report(body: [UInt8], signature: String) async -> ReportOutcome
}
