import Changes
import Ledger
import Logging
import ServiceConfiguration
import ServiceLifecycle
import StrictJSON
import Systemd
import Watching
import WhatsAppBusiness

/// Looks after the ledger: forgets what is old enough, says once when nothing can be recorded and once when it can again, and ends the daemon
/// when the ledger is damaged, so that it can begin anew.
struct LedgerService: Service {
    let ledger: Ledger
    /// How long changes are kept, as it is in force.
    let keeping: @Sendable () -> Configuration.Ledger
    let wallClock: @Sendable () -> Timestamp
    let status: StatusLine
    let log: Logger
    let pause: @Sendable (Duration) async throws -> Void
    /// Told why the ledger cannot be written to, and `nil` when it can again.
    let turned: @Sendable (LedgerError?) async -> Void

    /// How often what is old is looked for; every so many times the whole file is checked.
    static let keepEvery = Duration.seconds(3600)
    static let verifyEvery = 24
    /// How often a ledger that could not be written to is tried again.
    static let probeEvery = Duration.seconds(2)

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await self.tell() }
                group.addTask { await self.keep() }
                group.addTask { await self.tellOfUnreadableRows() }
                try await group.next()
                group.cancelAll()
            }
        }
    }

    /// Says what is the matter whenever that changes.
    private func tell() async throws {
        for await trouble in ledger.troubles {
            if let trouble {
                if trouble.code == .damaged { throw trouble }
                log.critical("changes cannot be recorded for now", metadata: ["error": "\(trouble)"])
                await status.tell()
                await turned(trouble)
                await probe()
            } else {
                log.notice("changes can be recorded again")
                await status.tell()
                await turned(nil)
            }
        }
    }

    /// A later release wrote them: they are left out, and everything else is as it was.
    private func tellOfUnreadableRows() async {
        for await row in ledger.unreadableRows {
            log.error("a row of the ledger cannot be read by this version and is left out", metadata: ["row": "\(row)"])
        }
    }

    /// Tries until it can be written to again; that it can then says itself.
    private func probe() async {
        while let trouble = ledger.trouble, trouble.code != .damaged {
            do { try await pause(Self.probeEvery) } catch { return }
            // Whether this failed shows in the trouble.
            try? await ledger.probe()
        }
    }

    private func keep() async {
        var turn = 0
        while !Task.isCancelled {
            do {
                try await forget()
                turn += 1
                if turn % Self.verifyEvery == 0 { try await ledger.verify() }
            } catch {
                log.debug("old changes could not be forgotten", metadata: ["error": "\(error)"])
            }
            do { try await pause(Self.keepEvery) } catch { return }
        }
    }

    private func forget() async throws {
        let keeping = keeping()
        let moment = wallClock().advanced(by: .zero - keeping.keepChanges)
        var forgotten = 0
        while !Task.isCancelled {
            let step = try await ledger.forgetChanges(before: moment, keepingAtLeast: keeping.keepAtLeast)
            guard step > 0 else { break }
            forgotten += step
        }
        while !Task.isCancelled, try await ledger.clearAway() {}
        if forgotten > 0 { log.info("old changes were forgotten", metadata: ["changes": "\(forgotten)"]) }
    }
}

extension Daemon {
    /// The first changes of a ledger that was begun because the one before it was damaged: one on every account's watch.
    static func notes(of setAside: SetAside, accounts: [String]) -> [WatchNote] {
        accounts.map { account in
            let watch = PollTarget(account: account, kind: .account).watch
            let reason = "the ledger was damaged and lies at \(setAside.path); this one begins anew"
            let document: JSONObject = ["state": .string(Watch.State.starting.rawValue), "reason": .string(reason)]
            let change = DetectedChange(
                watch, .baseline, severity: .critical, after: document,
                summary:
                    "\(account): the ledger was damaged (\(setAside.cause)) and lies at \(setAside.path); what is seen from here on is a new beginning"
            )
            return WatchNote(watch: watch, document: document, change: change)
        }
    }
}
