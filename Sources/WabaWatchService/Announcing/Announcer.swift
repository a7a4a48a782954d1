import WhatsAppBusiness
import Changes
import Ledger
import Logging
import Systemd

/// Tells the journal of every change, behind a cursor of its own that is kept in the ledger and moved after the journal took the entry.
///
/// Where there is no journal it says the same sentence on standard error. If the journal does not take an entry, the cursor waits and nothing else does.
struct Announcer: Sendable {
    /// Takes one change. Throws where it could not be handed over.
    typealias Take = @Sendable (_ change: RecordedChange, _ cursor: LedgerCursor, _ wabaID: String?) async throws -> Void

    let name: String
    let ledger: Ledger
    let log: Logger
    /// Waits before the next try.
    let pause: @Sendable (Duration) async throws -> Void
    let take: Take

    /// How many changes are handed over before the cursor is moved: after a crash no more than these are told again.
    static let batch = 64

    /// Announces until the task is cancelled.
    func run() async throws {
        var position = try await ledger.announced(by: name)
        var troubled = false
        while true {
            await ledger.waitForChange(after: position)
            guard !Task.isCancelled else { return }
            do {
                position = try await announce(after: position)
                if troubled { log.notice("changes can be announced again", metadata: ["announcer": "\(name)"]) }
                troubled = false
            } catch {
                guard !Task.isCancelled else { return }
                if !troubled { log.error("changes cannot be announced for now", metadata: ["announcer": "\(name)", "error": "\(error)"]) }
                troubled = true
                do { try await pause(.seconds(1)) } catch { return }
            }
        }
    }

    /// Announces what is left; what cannot be handed over waits for the next start.
    func drain() async throws {
        var position = try await ledger.announced(by: name)
        while position < ledger.cursor.sequence { position = try await announce(after: position) }
    }

    /// Announces what there is after that sequence, and returns the last that was.
    func announce(after sequence: Int64) async throws -> Int64 {
        let changes = try await ledger.changes(after: sequence, limit: Self.batch)
        guard !changes.isEmpty else { return sequence }
        let accounts = try await ledger.accounts()
        var position = sequence
        do {
            for change in changes {
                let cursor = LedgerCursor(ledger: ledger.id, sequence: change.sequence)
                try await take(change, cursor, accounts[change.change.resource.account])
                position = change.sequence
            }
        } catch {
            if position > sequence { try await ledger.setAnnounced(by: name, to: position) }
            throw error
        }
        try await ledger.setAnnounced(by: name, to: position)
        return position
    }
}
