import Changes
import Continuations
import Dispatch
import Ledger
package import Systemd
import WhatsAppBusiness

extension Announcer {
    /// One entry an announcement in the journal, handed over on a thread of its own, which may have to wait for journald.
    package static func journal(_ journal: Journal = Journal()) -> Take {
        let thread = DispatchQueue(label: "wabawatch.journal")
        return { announcement, cursor, wabaID in
            let entry = JournalEntry(announcement, cursor: cursor, wabaID: wabaID)
            let handedOver = OneShot<Result<Void, any Error>>()
            thread.async { handedOver.fulfil(Result { try journal.send(entry) }) }
            // What is on its way cannot be called back. Whether journald took it is waited for: it is told again otherwise.
            let stalled = SystemdError(.journalStalled, "journald does not read what it is sent")
            try await handedOver.value(whenCancelled: .failure(stalled), after: .seconds(1)).get()
        }
    }

    /// The same sentence on standard error.
    package static func standardError(_ lines: StandardErrorLines) -> Take {
        { announcement, _, _ in
            let priority = JournalPriority(rawValue: announcement.severity.journalPriority) ?? .notice
            try lines.write(announcement.summary, priority: priority)
        }
    }
}
