import Changes
package import Ledger
package import Logging
import WhatsAppBusiness
import Systemd

/// Tells the journal of every change, behind a cursor of its own that is kept in the ledger and moved after the journal took the entry.
///
/// Where there is no journal it says the same sentence on standard error. If the journal does not take an entry, the cursor waits and nothing else does.
package struct Announcer: Sendable {
    /// Takes one change. Throws where it could not be handed over.
    package typealias Take = @Sendable (_ change: RecordedChange, _ cursor: LedgerCursor, _ wabaID: String?) async throws -> Void

    let name: String
    let ledger: Ledger
    let log: Logger
    /// Waits before the next try.
    let pause: @Sendable (Duration) async throws -> Void
    let take: Take
    private let bell = Bell()

    /// How many changes are handed over before the cursor is moved: after a crash no more than these are told again.
    static let batch = 64

    /// An announcer of that name, under which its cursor is kept.
    package init(
        name: String, ledger: Ledger, log: Logger, pause: @escaping @Sendable (Duration) async throws -> Void, take: @escaping Take
    ) {
        self.name = name
        self.ledger = ledger
        self.log = log
        self.pause = pause
        self.take = take
    }

    /// Announces until the task is cancelled. May be called once.
    package func run() async throws {
        defer { bell.close() }
        var position = try await ledger.announced(by: name)
        var troubled = false
        await withDiscardingTaskGroup { group in
            group.addTask { [position] in await ringAtChanges(after: position) }
            for await _ in bell.rings {
                let refusal = await round(&position)
                if refusal == nil && troubled { log.notice("changes can be announced again", metadata: ["announcer": "\(name)"]) }
                if let refusal, !troubled {
                    log.error(
                        "changes cannot be announced for now", metadata: ["announcer": "\(name)", "error": "\(refusal)"])
                }
                troubled = refusal != nil
            }
            group.cancelAll()
        }
    }

    /// Returns when the loop has come round: it has looked for changes and handed over some of them, or found that it cannot.
    func beat() async { await bell.ask() }

    private func ringAtChanges(after position: Int64) async {
        var position = position
        while !Task.isCancelled {
            await ledger.waitForChange(after: position)
            position = ledger.cursor.sequence
            bell.ring()
        }
    }

    /// Announces the next changes and says whether that was refused; then waits a little before it comes round again.
    private func round(_ position: inout Int64) async -> (any Error)? {
        do {
            try await announce(after: &position)
            bell.answer()
            if position < ledger.cursor.sequence { bell.ring() }
            return nil
        } catch {
            bell.answer()
            guard !Task.isCancelled else { return nil }
            do { try await pause(.seconds(1)) } catch { return nil }
            bell.ring()
            return error
        }
    }

    /// Announces what is left; what cannot be handed over waits for the next start.
    /// - Parameter patience: no batch is begun later.
    /// - Returns: why some of it was not handed over.
    func drain(within patience: Duration? = nil) async throws -> SystemdError? {
        let end = patience.map { ContinuousClock.now + $0 }
        var position = try await ledger.announced(by: name)
        while position < ledger.cursor.sequence, end.map({ ContinuousClock.now < $0 }) ?? true {
            do { try await announce(after: &position) } catch let error as SystemdError { return error }
        }
        return nil
    }

    /// Announces what there is after that place, and moves it behind what was handed over. That is ahead of the cursor in the ledger where this cannot
    /// be written: while the disk is full nothing is told twice, and the next batch writes it.
    func announce(after position: inout Int64) async throws {
        let changes = try await bell.away { [position] in try await ledger.changes(after: position, limit: Self.batch) }
        guard let first = changes.first else { return }
        let accounts = try await bell.away { try await ledger.accounts() }
        var refusal: (any Error)?
        for change in changes {
            let cursor = LedgerCursor(ledger: ledger.id, sequence: change.sequence)
            do { try await take(change, cursor, accounts[change.change.resource.account]) } catch {
                refusal = error
                break
            }
            position = change.sequence
        }
        if position >= first.sequence { try await keep(position) }
        if let refusal { throw refusal }
    }

    private func keep(_ position: Int64) async throws {
        do { try await bell.away { try await ledger.setAnnounced(by: name, to: position) } } catch let error as LedgerError {
            guard error.code == .full || error.code == .failed else { throw error }
        }
    }
}
