import Changes
import FoundationEssentials
import Glibc
import GraphSimulator
import Ledger
import Logging
import Synchronization
import Systemd
import TestSupport
import Testing
import Watching
import WhatsAppBusiness

@testable import Announcing
@testable import WabaWatchService

@Suite("Signs of life", .inTurn, .timeLimit(.minutes(1)))
struct WatchdogTests {
    /// One part that hangs, by whatever cause, keeps the word from the manager; the others' signs do not stand in for it.
    @Test(arguments: Liveness.Part.allCases) func partThatHangs_amongThreeThatMove_keepsTheManagerUntold(hung: Liveness.Part) async {
        let words = Words()
        let stuck = LivenessLatch()
        let rounds = AsyncStream.makeStream(of: Liveness.Part.self)
        let parts: [(Liveness.Part, WatchdogService.Ask)] = Liveness.Part.allCases.map { part in
            (
                part,
                {
                    if part == hung { await stuck.ask() } else { rounds.continuation.yield(part) }
                    return true
                }
            )
        }
        let service = service(parts, words)
        let watching = Task { await service.watch() }
        var seen = 0
        for await _ in rounds.stream {
            seen += 1
            if seen == 30 { break }
        }
        #expect(words.all == [])
        // The part moves again, and the manager hears of it.
        stuck.close()
        await words.next()
        #expect(words.all.first == "WATCHDOG=1")
        watching.cancel()
        await watching.value
    }

    @Test func part_thatAnswersButShowsNothing_keepsTheManagerUntold() async {
        let words = Words()
        let rounds = AsyncStream.makeStream(of: Void.self)
        let service = service(
            [
                (
                    .socket,
                    {
                        rounds.continuation.yield()
                        return false
                    }
                ), (.ledger, { true }),
            ], words)
        let watching = Task { await service.watch() }
        var seen = 0
        for await _ in rounds.stream {
            seen += 1
            if seen == 10 { break }
        }
        #expect(words.all == [])
        watching.cancel()
        await watching.value
    }

    private func service(_ parts: [(Liveness.Part, WatchdogService.Ask)], _ words: Words) -> WatchdogService {
        WatchdogService(
            interval: .milliseconds(3), parts: parts, notifier: Notifier(watchdogInterval: .milliseconds(3), send: words.take),
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, now: DispatchAlarm.now,
            // As soon as everything else has had its turn: what is counted here is rounds, not time.
            pause: { _ in
                try Task.checkCancellation()
                await Task.yield()
            })
    }

    @Test func ledger_whoseWriterIsHeldUp_givesNoSignUntilItGoesOn() async throws {
        let folder = try TemporaryFolder()
        let ledger = try Ledger(path: folder.path + "/ledger.sqlite")
        try await ledger.beat()
        let (gate, began) = (Gate(), AsyncStream.makeStream(of: Void.self))
        let look = Observation(target: PollTarget(account: "acme", kind: .phoneNumber), owner: "1", items: [], asked: ["id"])
        async let held = ledger.record(look, at: Timestamp(milliseconds: 0)) { _ in
            began.continuation.yield()
            gate.pass()
            return nil
        }
        for await _ in began.stream { break }
        let order = Mutex<[String]>([])
        async let beat: Void = {
            try await ledger.beat()
            order.withLock { $0.append("beat") }
        }()
        // What is asked now waits behind the transaction that is held up.
        _ = try await ledger.accounts()
        order.withLock { $0.append("gate") }
        gate.open()
        _ = try await (held, beat)
        #expect(order.withLock { $0 } == ["gate", "beat"])
        #expect(ledger.work == 1, "what was done inside shows outside")
        try ledger.close()
    }

    @Test func announcer_whoseDestinationHangs_givesNoSign_andOneThatIsRefusedDoes() async throws {
        let folder = try TemporaryFolder()
        let ledger = try Ledger(path: folder.path + "/ledger.sqlite")
        try await ledger.record([note("1")], at: Timestamp(milliseconds: 0))
        let (stuck, taken) = (LivenessLatch(), AsyncStream.makeStream(of: Void.self))
        let refused = Mutex(true)
        let announcer = Announcer(
            name: "test", ledger: ledger, log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, pause: { _ in await Task.yield() },
            take: { _, _, _ in
                if refused.withLock({ $0 }) { throw SystemdError(.journalStalled, "not now") }
                taken.continuation.yield()
                await stuck.ask()
            })
        let running = Task { try await announcer.run() }
        // A journal that is stalled is the journal's matter: the loop comes round.
        await announcer.beat()
        refused.withLock { $0 = false }
        for await _ in taken.stream { break }
        let order = Mutex<[String]>([])
        async let beat: Void = {
            await announcer.beat()
            order.withLock { $0.append("beat") }
        }()
        _ = try await ledger.accounts()
        order.withLock { $0.append("gate") }
        stuck.close()
        await beat
        #expect(order.withLock { $0 } == ["gate", "beat"])
        running.cancel()
        try await running.value
        // Nobody waits for a loop that has ended.
        await announcer.beat()
        try ledger.close()
    }

    @Test func loop_thatWaitsForAnotherPart_needNotAnswerMeanwhile() async {
        let bell = LivenessLatch()
        let (stuck, began) = (LivenessLatch(), AsyncStream.makeStream(of: Void.self))
        let isBack = Atomic(false)
        async let away: Void = bell.away {
            began.continuation.yield()
            await stuck.ask()
            isBack.store(true, ordering: .sequentiallyConsistent)
        }
        for await _ in began.stream { break }
        await bell.ask()
        let wasBack = isBack.load(ordering: .sequentiallyConsistent)
        #expect(!wasBack, "it was answered for while it waited")
        stuck.close()
        await away
        let isBackNow = isBack.load(ordering: .sequentiallyConsistent)
        #expect(isBackNow)
    }

    private func note(_ reason: String) -> WatchNote {
        let target = PollTarget(account: "acme", kind: .account)
        var watch = Watch(over: target, since: Timestamp(milliseconds: 0))
        let before = watch
        _ = watch.on(.failed(.unauthorized, reason: reason, isCertain: true), at: Timestamp(milliseconds: 0))
        return WatchNote(watch: target.watch, document: watch.document, change: watch.change(of: target, from: before))
    }

    @Test func socket_thatNobodyAnswers_isSilent_andOneThatMayNotBeAskedSaysSo() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/socket"
        let probe = SocketProbe(path: path, timeout: .milliseconds(50))
        #expect(await probe.ask() == .cannotAsk(errorNumber: ENOENT))
        let listener = try UnixListener(path)
        #expect(await probe.ask() == .silent, "connected, and never answered")
        listener.close()
        #expect(await probe.ask() == .silent, "nobody listens")
    }

    /// The process is there, and stopped: the manager hears nothing.
    @Test func daemon_watched_saysSoWhileItMoves_andNothingWhileItsLedgerIsHeldUp() async throws {
        try await Site.with { site in
            let daemon = try await site.start(environment: ["WATCHDOG_USEC": "600000"])
            for _ in 0..<3 { try await daemon.notify.wait(for: "WATCHDOG=1") }
            let holder = try await LockHolder(site.ledger)
            // Whatever was said before the lock was there.
            let silent = await daemon.notify.isSilent(about: "WATCHDOG=1", for: .seconds(2), ignoringFirst: .milliseconds(300))
            #expect(silent)
            await holder.letGo()
            try await daemon.notify.wait(for: "WATCHDOG=1")
            #expect(site.log.contains("a part of the daemon gives no sign of life"))
            #expect(await daemon.stop() == 0)
        }
    }
}

/// What the manager was told.
private final class Words: Sendable {
    private let words = Mutex<[String]>([])
    private let news = AsyncStream.makeStream(of: Void.self)
    var all: [String] { words.withLock { $0 } }
    func take(_ word: String) {
        words.withLock { $0.append(word) }
        news.continuation.yield()
    }
    func next() async { for await _ in news.stream { return } }
}
