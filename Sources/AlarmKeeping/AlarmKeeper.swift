import Alarms
import Changes
import Continuations
public import Ledger
public import Logging
public import Watching
public import WhatsAppBusiness

/// Keeps the alarms: follows what was recorded behind a cursor of its own, asks the watcher what cannot be seen, and records what is wrong now.
///
/// It is no part of any other transaction. Nothing of it is kept but the alarms themselves: after a restart it goes on from them, from the snapshot, and
/// from the changes of the last seven days.
public actor AlarmKeeper {
    let ledger: Ledger
    private let source: any StandingSource
    let now: @Sendable () -> Duration
    let wallClock: @Sendable () -> Timestamp
    private let pause: @Sendable (Duration) async throws -> Void
    let log: Logger

    /// The accounts by their names, and what concerns all of them by `*`.
    var accounts: [String: KeptAccount] = [:]
    var service = ServiceFacts()
    var mutes: [AlarmMute] = []
    /// The last change that was taken in; `nil` before anything was read.
    var sequence: Int64?
    private var looked: Duration?
    private var asked: [MuteRequest] = []
    /// Who has muted or unmuted what is not told of yet.
    private var muters: [String] = []
    /// What is to be read and assessed again: a turn that fails leaves it to the next.
    var touched = Touched()
    private let knocks = WaitList<Int, Void>()
    private var isClosed = false
    private var isTroubled = false
    /// Whether the ledger can be written to is another than when that was asked last.
    private var hasLedgerTurned = false
    /// Whether it could be written to at the last look, too.
    private var isLedgerWell = true

    /// Somebody muted or unmuted, and waits until that is told.
    private struct MuteRequest {
        var actor: String
        var told: OneShot<Void>
    }

    /// How often watches are looked at where no change tells of them.
    static let lookEvery = Duration.seconds(60)
    /// How long after a commit its changes are taken in, with what else was committed by then: whoever announces them comes first.
    static let gathering = Duration.milliseconds(100)
    /// How long after a failure it tries again, and after it was told that watches are not known yet.
    static let retryAfter = Duration.seconds(5)

    /// A keeper; nothing is read yet.
    /// - Parameters:
    ///   - isLedgerNew: whether the ledger was damaged and was set aside when this process began.
    ///   - now: the monotonic clock.
    public init(
        ledger: Ledger, source: any StandingSource, isLedgerNew: Bool = false, now: @escaping @Sendable () -> Moment,
        wallClock: @escaping @Sendable () -> Timestamp, pause: @escaping @Sendable (Duration) async throws -> Void, log: Logger
    ) {
        self.ledger = ledger
        self.source = source
        self.now = { .nanoseconds(now().nanoseconds) }
        self.wallClock = wallClock
        self.pause = pause
        self.log = log
        service.isLedgerNew = isLedgerNew
    }

    /// Keeps alarms until the task is cancelled. May be called once.
    public func run() async {
        defer {
            isClosed = true
            for request in asked { request.told.fulfil() }
            knocks.close(with: ())
        }
        while !Task.isCancelled {
            var wait = Self.retryAfter
            do throws(LedgerError) {
                wait = try await turn()
                if isTroubled { log.notice("alarms can be recorded again") }
                isTroubled = false
            } catch {
                guard !Task.isCancelled else { break }
                if !isTroubled { log.error("alarms cannot be recorded for now", metadata: ["error": "\(error)"]) }
                isTroubled = true
                // What is recorded meanwhile must not hurry it.
                await rest()
            }
            await sleep(wait)
        }
    }

    /// A mute was added or removed: returns once the alarms that it matches have been told of it, or cannot be.
    public func muted(by actor: String) async {
        guard !isClosed else { return }
        let told = OneShot<Void>()
        asked.append(MuteRequest(actor: actor, told: told))
        knocks.answerAll(with: ())
        await told.value(whenCancelled: ())
    }

    /// The ledger cannot be written to, or can again: that is assessed at once, and told as soon as it can be recorded.
    /// - Parameter trouble: what is the matter, or `nil` when it is over. However short it was, it is kept until it has been told.
    public func ledgerTurned(_ trouble: LedgerError?) {
        if let trouble { take(trouble) }
        hasLedgerTurned = true
        knocks.answerAll(with: ())
    }

    /// Returns when something was recorded, when somebody muted, when the ledger cannot be written to or can again, or after so long.
    private func sleep(_ time: Duration) async {
        let sequence = sequence ?? 0
        await withTaskGroup(of: Void.self) { [ledger, pause] group in
            group.addTask {
                await ledger.waitForChange(after: sequence)
                try? await pause(Self.gathering)
            }
            group.addTask { try? await pause(max(time, Self.gathering)) }
            group.addTask { await self.waitForKnock() }
            await group.next()
            group.cancelAll()
        }
    }

    /// Returns after a while, or when the ledger can be written to again.
    private func rest() async {
        await withTaskGroup(of: Void.self) { [pause] group in
            group.addTask { try? await pause(Self.retryAfter) }
            group.addTask { await self.waitForLedger() }
            await group.next()
            group.cancelAll()
        }
    }

    private func waitForLedger() async { await knocks.wait(for: 0, whenCancelled: ()) { self.hasLedgerTurned ? () : nil } }

    private func waitForKnock() async {
        await knocks.wait(for: 0, whenCancelled: ()) { self.asked.isEmpty && !self.hasLedgerTurned ? nil : () }
    }

    // MARK: One turn

    /// Takes in what is new and records what is wrong now.
    /// - Returns: after how long it is to be done again, if nothing is recorded by then.
    @discardableResult func turn() async throws(LedgerError) -> Duration {
        let requests = asked
        asked = []
        defer { for request in requests { request.told.fulfil() } }
        muters += requests.map(\.actor)
        if hasLedgerTurned { (hasLedgerTurned, touched.watches) = (false, true) }
        if sequence == nil { try await begin() }
        let isDue = accounts.values.contains { $0.next.map { $0 <= now() } ?? false }
        try await follow()
        // What a watch says may be over by the time that it would be told.
        if touched.watches || isDue || looked.map({ now() - $0 >= Self.lookEvery }) ?? true {
            do throws(LedgerError) { try await look() } catch {
                touched.watches = true
                throw error
            }
        }
        while let muter = muters.first {
            mutes = try await ledger.mutes()
            try await tell(Set(accounts.keys), after: .mutes(mutes, by: muter))
            muters.removeFirst()
        }
        let due = accounts.filter { account in account.value.next.map { $0 <= now() } ?? false || !account.value.events.isEmpty }.keys
        try await tell(touched.accounts.union(due))
        let areWatchesOld = touched.watches
        touched = Touched()
        touched.watches = areWatchesOld
        guard looked != nil else { return Self.retryAfter }
        if areWatchesOld { return .zero }
        let next = accounts.values.compactMap(\.next).min().map { max($0 - now(), .zero) } ?? Self.lookEvery
        return min(next, Self.lookEvery)
    }

    /// Asks how accounts stand. Those that are new are read, and those that are not watched any more are forgotten.
    private func look() async throws(LedgerError) {
        let found = await source.standings()
        touched.watches = false
        // What has been seen by then is recorded by then: without that, a list that was just seen for the first time would look empty.
        try await follow()
        // Before the watches are known nothing is in trouble that is none, and nothing has ended.
        guard found.areWatchesKnown else { return looked = nil }
        let (standings, time, wall) = (found.accounts, now(), wallClock())
        looked = time
        let wanted = Set(standings.map(\.name)).union([ResourceID.allAccounts])
        for name in accounts.keys where !wanted.contains(name) { accounts[name] = nil }
        try await load(wanted.subtracting(accounts.keys), standings)
        for standing in standings where accounts[standing.name]?.take(standing, now: time, wall: wall) ?? false {
            touched.accounts.insert(standing.name)
        }
        accounts[ResourceID.allAccounts]?.times.look(found.connection.map { [$0] } ?? [], now: time, wall: wall)
        touched.accounts.insert(ResourceID.allAccounts)
        takeLedger()
    }

    /// What was wrong with the ledger is told once that can be recorded, and at the look after it that it is over.
    private func takeLedger() {
        if let trouble = ledger.trouble {
            take(trouble)
        } else if isLedgerWell {
            service.ledgerTrouble = nil
        } else {
            (isLedgerWell, touched.watches) = (true, true)
        }
    }

    private func take(_ trouble: LedgerError) { (service.ledgerTrouble, isLedgerWell) = (trouble.code.rawValue, false) }
}
