import WhatsAppBusiness
import Changes
import Ledger
import Systemd

extension Announcer {
    /// One entry a change in the journal.
    static func journal(_ journal: Journal = Journal()) -> Take {
        { change, cursor, wabaID in try journal.send(JournalEntry(change, cursor: cursor, wabaID: wabaID)) }
    }

    /// The same sentence on standard error.
    static func standardError(_ lines: StandardErrorLines) -> Take {
        { change, _, _ in
            let priority = JournalPriority(rawValue: change.change.severity.journalPriority) ?? .notice
            try lines.write(change.change.summary, priority: priority)
        }
    }
}
