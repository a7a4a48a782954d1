import Continuations
import Dispatch
package import Logging
package import Systemd

/// Where it is written down who did what at Meta: the journal, or standard error where there is none. What cannot be handed over is logged.
package struct ActionJournal: Sendable {
    private let take: @Sendable (ActionRecord) async throws -> Void
    private let log: Logger

    /// One that hands records to somebody.
    package init(log: Logger, take: @escaping @Sendable (ActionRecord) async throws -> Void) {
        self.take = take
        self.log = log
    }

    /// The journal, on a thread of its own, which may have to wait for journald.
    package static func journal(_ journal: Journal = Journal(), log: Logger) -> ActionJournal {
        let thread = DispatchQueue(label: "wabawatch.actions")
        return ActionJournal(log: log) { record in
            let handedOver = OneShot<Result<Void, any Error>>()
            let entry = JournalEntry(record)
            thread.async { handedOver.fulfil(Result { try journal.send(entry) }) }
            let stalled = SystemdError(.journalStalled, "journald does not read what it is sent")
            try await handedOver.value(whenCancelled: .failure(stalled), after: .seconds(1)).get()
        }
    }

    /// Standard error.
    package static func standardError(_ lines: StandardErrorLines, log: Logger) -> ActionJournal {
        ActionJournal(log: log) { record in try lines.write(record.summary, priority: record.priority) }
    }

    /// Writes a record down.
    /// - Returns: whether it was taken.
    @discardableResult package func tell(_ record: ActionRecord) async -> Bool {
        do {
            try await take(record)
            return true
        } catch {
            log.error("the journal did not take an action", metadata: ["action": "\(record.summary)", "error": "\(error)"])
            return false
        }
    }
}
