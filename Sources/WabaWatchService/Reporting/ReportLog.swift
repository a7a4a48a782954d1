import Ledger
import Logging
import Synchronization
import Watching
import Webhooks

/// What the log is told of webhooks: bad signatures and bodies at most once a minute with their number, and every unknown field once.
final class ReportLog: Sendable {
    private let tally = Mutex(ReportTally())
    private let log: Logger
    private let now: @Sendable () -> Moment

    init(log: Logger, now: @escaping @Sendable () -> Moment) { (self.log, self.now) = (log, now) }

    /// What was counted since the start.
    var counts: ReportTally.Counts { tally.withLock(\.counts) }

    /// A body was signed by none of the secrets.
    func badSignature() {
        guard let times = tally.withLock({ $0.badSignature(at: now()) }) else { return }
        log.warning("a webhook is signed by none of the app secrets", metadata: ["times": "\(times)"])
    }

    /// A body was signed and is no webhook.
    func badBody(_ error: WebhookBodyError) {
        guard let times = tally.withLock({ $0.badBody(at: now()) }) else { return }
        log.warning("a webhook cannot be read", metadata: ["error": "\(error)", "times": "\(times)"])
    }

    /// What a body says was recorded.
    func took(_ body: WebhookBody, _ recording: ReportRecording) {
        for field in tally.withLock({ $0.took(body, recording) }) {
            log.notice("webhooks of this field are not known and ignored", metadata: ["field": "\(field)"])
        }
    }
}

/// How many webhooks came and what became of them, and which of it is told. A pure decision.
struct ReportTally {
    /// Numbers since the start.
    struct Counts: Equatable {
        /// Changes that were recorded,
        var recorded = 0
        /// that were recorded before,
        var known = 0
        /// that are of no account that is watched,
        var foreign = 0
        /// and that are of no management field, or malformed.
        var ignored = 0
        /// Bodies that were signed by none of the secrets,
        var badSignatures = 0
        /// and those that were signed and are no webhooks.
        var badBodies = 0
    }

    private(set) var counts = Counts()
    private var signatureTold: (at: Moment, count: Int)?
    private var bodyTold: (at: Moment, count: Int)?
    private var told: Set<String> = []

    /// Unknown names that are told; more are counted with the ignored.
    static let mostFields = 64
    private static let minute = Duration.seconds(60)

    /// How many there were since it was told last, if it is to be told now.
    mutating func badSignature(at now: Moment) -> Int? {
        counts.badSignatures += 1
        return Self.tell(counts.badSignatures, &signatureTold, now)
    }

    /// The same of bodies.
    mutating func badBody(at now: Moment) -> Int? {
        counts.badBodies += 1
        return Self.tell(counts.badBodies, &bodyTold, now)
    }

    /// The names that are to be told.
    mutating func took(_ body: WebhookBody, _ recording: ReportRecording) -> [String] {
        counts.recorded += recording.changes
        counts.known += recording.known
        counts.foreign += recording.foreign
        counts.ignored += body.ignored
        return body.unknownFields.filter { told.count < Self.mostFields && told.insert($0).inserted }
    }

    private static func tell(_ count: Int, _ told: inout (at: Moment, count: Int)?, _ now: Moment) -> Int? {
        if let told, now - told.at < minute { return nil }
        defer { told = (now, count) }
        return count - (told?.count ?? 0)
    }
}
