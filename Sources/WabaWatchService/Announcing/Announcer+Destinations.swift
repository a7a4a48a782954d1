import WhatsAppBusiness
import Changes
import Dispatch
import Ledger
import Systemd

extension Announcer {
    /// One entry an announcement in the journal, handed over on a thread of its own, which may have to wait for journald.
    static func journal(_ journal: Journal = Journal()) -> Take {
        let thread = DispatchQueue(label: "wabawatch.journal")
        return { announcement, cursor, wabaID in
            let entry = JournalEntry(announcement, cursor: cursor, wabaID: wabaID)
            try await withCheckedThrowingContinuation { continuation in
                thread.async { continuation.resume(with: Result { try journal.send(entry) }) }
            }
        }
    }

    /// The same sentence on standard error.
    static func standardError(_ lines: StandardErrorLines) -> Take {
        { announcement, _, _ in
            let priority = JournalPriority(rawValue: announcement.severity.journalPriority) ?? .notice
            try lines.write(announcement.summary, priority: priority)
        }
    }
}
