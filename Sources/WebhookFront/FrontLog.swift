internal import HTTPFront
internal import Logging
internal import Synchronization

/// What is counted and logged of requests.
final class FrontLog: Sendable {
    private struct State {
        var answers: [Int: Int] = [:]
        var signatures: PacedCount
        var unavailable: PacedCount
        var connections: PacedCount
        var reason = ""
    }

    private let log: Logger
    private let now: @Sendable () -> Duration
    private let state: Mutex<State>

    /// - Parameter now: a monotonic clock.
    init(_ log: Logger, every interval: Duration, now: @escaping @Sendable () -> Duration) {
        self.log = log
        self.now = now
        let paced = PacedCount(every: interval)
        state = Mutex(State(signatures: paced, unavailable: paced, connections: paced))
    }

    /// Answers by their status.
    var answers: [Int: Int] { state.withLock { $0.answers } }

    /// The same as one line.
    var summary: String {
        let answers = answers.sorted { $0.key < $1.key }.map { "\($0.value) answered \($0.key)" }
        return answers.isEmpty ? "no requests yet" : answers.joined(separator: ", ")
    }

    /// A request was answered.
    func answered(_ answer: FrontAnswer) {
        let count = state.withLock { state in
            state.answers[answer.status, default: 0] += 1
            return answer.status == FrontAnswer.badSignature.status ? state.signatures.add(at: now()) : nil
        }
        if let count { tellSignatures(count) }
    }

    /// A webhook could not be recorded.
    func unavailable(_ reason: String) {
        let count = state.withLock { state in
            state.reason = reason
            return state.unavailable.add(at: now())
        }
        if let count { tellUnavailable(count, reason) }
    }

    /// There was no room for another connection.
    func turnedAway() {
        let count = state.withLock { state in
            state.answers[FrontAnswer.unavailable.status, default: 0] += 1
            return state.connections.add(at: now())
        }
        if let count { tellConnections(count) }
    }

    /// Logs what has waited for long enough, or all at the end.
    func tell(all: Bool = false) {
        let (signatures, unavailable, connections, reason) = state.withLock { state in
            let now = now()
            return (
                all ? state.signatures.rest(at: now) : state.signatures.due(at: now),
                all ? state.unavailable.rest(at: now) : state.unavailable.due(at: now),
                all ? state.connections.rest(at: now) : state.connections.due(at: now), state.reason
            )
        }
        if let signatures { tellSignatures(signatures) }
        if let unavailable { tellUnavailable(unavailable, reason) }
        if let connections { tellConnections(connections) }
    }

    /// The counts are logged.
    func tellAnswers(_ message: Logger.Message) {
        let answers = answers.map { ("\($0.key)", Logger.MetadataValue.string("\($0.value)")) }
        log.info(message, metadata: Logger.Metadata(answers) { first, _ in first })
    }

    private func tellSignatures(_ count: Int) {
        log.warning("requests with a missing or wrong signature were refused", metadata: ["requests": "\(count)"])
    }

    private func tellUnavailable(_ count: Int, _ reason: String) {
        log.warning(
            "webhooks could not be handed to wabawatchd; Meta sends them again", metadata: ["webhooks": "\(count)", "reason": "\(reason)"])
    }

    private func tellConnections(_ count: Int) {
        log.warning("connections were turned away, for there are too many", metadata: ["connections": "\(count)"])
    }
}
