import WhatsAppBusiness
import Changes
import Dispatch
import Ledger
import Systemd

extension Announcer {
    /// One entry a change in the journal, handed over on a thread of its own, which may have to wait for journald.
    static func journal(_ journal: Journal = Journal()) -> Take {
        let thread = DispatchQueue(label: "wabawatch.journal")
        return { change, cursor, wabaID in
            let entry = JournalEntry(change, cursor: cursor, wabaID: wabaID)
            try await withCheckedThrowingContinuation { continuation in
                thread.async { continuation.resume(with: Result { try journal.send(entry) }) }
            }
        }
    }

    /// The same sentence on standard error.
    static func standardError(_ lines: StandardErrorLines) -> Take {
        { change, _, _ in
            let priority = JournalPriority(rawValue: change.change.severity.journalPriority) ?? .notice
            try lines.write(change.change.summary, priority: priority)
        }
    }
}
