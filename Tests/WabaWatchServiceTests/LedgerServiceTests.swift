import Dispatch
import FoundationEssentials
import GraphSimulator
import StrictJSON
import TestSupport
import Testing
import TestTools
import Varlink
import WabaWatchInterface
import WhatsAppBusiness

/// `WABAWATCH_KILLS=10000 swift test --filter LedgerServiceTests` for the long run.
private let kills = ProcessInfo.processInfo.environment["WABAWATCH_KILLS"].flatMap(Int.init) ?? 200

/// The real daemon and its ledger: kills at random moments, a second daemon, damage. It takes the longest, mostly waiting, and does not wait for a turn.
@Suite(.timeLimit(.minutes(kills > 200 ? 120 : 10))) struct LedgerServiceTests {
    @Test func daemon_killedAtRandomMoments_losesAndRepeatsNothing() async throws {
        try await Site.with(every: "2ms") { site in
            let seed = ProcessInfo.processInfo.environment["WABAWATCH_SEED"].flatMap(UInt64.init) ?? .random(in: 0..<1_000_000)
            print("moments of kills drawn with WABAWATCH_SEED=\(seed)")
            var random = SeededGenerator(state: seed)
            // So many rounds in an hour would use any budget up.
            site.simulator.update { $0.accounts[Platform.sampleAccountID()]?.budget.header = .missing }
            var cursor: Cursor?
            var heard: [Change] = []
            var turn = 0
            for _ in 0..<kills {
                site.simulator.forgetUsage()
                let moment = KillMoment(using: &random)
                let (hearing, listener) = AsyncStream.makeStream(of: Void.self)
                let requests = site.simulator.requestStream()
                let daemon = try await site.start()
                // Two changes that a poll saw as one leave a change that nobody will hear.
                DispatchQueue.global().asyncAfter(deadline: .now() + 1) { listener.finish() }
                async let killed: Void = {
                    await moment.comes(requests: requests, changes: hearing)
                    await daemon.kill()
                }()
                // Whatever ends the connection, the next round goes on behind what was heard.
                do {
                    var subscription =
                        cursor == nil
                        ? try await site.subscribeFromTheBeginning() : try await site.subscribe(SubscribeParameters(after: cursor))
                    while true {
                        turn += 1
                        site.set(turn % 2, "quality_rating", turn / 2 % 2 == 0 ? "GREEN" : "RED")
                        let change = try await subscription.change()
                        heard.append(change)
                        cursor = change.cursor
                        listener.yield()
                    }
                } catch let error as VarlinkError where error.name.hasSuffix("HistoryLost") {
                    Issue.record("history was lost")
                } catch {}
                listener.finish()
                await killed
            }
            // The last state is reached and told.
            let daemon = try await site.start()
            site.setProfile(0, "about", "the end")
            var subscription =
                cursor == nil ? try await site.subscribeFromTheBeginning() : try await site.subscribe(SubscribeParameters(after: cursor))
            while heard.last?.after?["about"] != "the end" { heard.append(try await subscription.change()) }
            #expect(heard.map(\.sequence) == Array(1...heard.count), "each once, in order")
            var ratings: [String: JSONValue] = [:]
            for change in heard where change.kind == .phoneNumber && change.operation == .changed {
                if let known = ratings[change.id] { #expect(change.before?["quality_rating"] == known, "no change between two was lost") }
                ratings[change.id] = change.after?["quality_rating"]
            }
            #expect(heard.count { $0.operation == .baseline } == 3)
            #expect(!heard.contains { $0.kind == .watch }, "every round looked")
            #expect(heard.count > kills, "every round changed something")
            #expect(await daemon.stop() == 0)
            print("killed \(kills) times; \(heard.count) changes, each told once")
        }
    }

    @Test func secondDaemon_onOneLedger_isRefusedWithTheFirstsProcess() async throws {
        try await Site.with { site in
            let daemon = try await site.start()
            #expect(try await site.once() == 1)
            #expect(site.log.contains("is in use by process \(daemon.process.id); only one daemon may have it"))
            #expect(await daemon.stop() == 0)
        }
    }

    @Test func damagedLedger_isSetAside_toldFirst_andOldCursorsAreLost() async throws {
        try await Site.with { site in
            let first = try await site.start()
            var subscription = try await site.subscribeFromTheBeginning()
            let old = try await subscription.changes(3)
            #expect(await first.stop() == 0)
            try Data("no ledger at all, but a text of some length that somebody put in its place, a hundred bytes at least".utf8)
                .write(to: URL(filePath: site.ledger))
            let second = try await site.start()
            var after = try await site.subscribeFromTheBeginning()
            let told = try await after.change()
            #expect(told.sequence == 1)
            #expect(told.severity == .critical)
            #expect(told.kind == .watch)
            #expect(told.summary.contains("the ledger was damaged"))
            #expect(try FileManager.default.contentsOfDirectory(atPath: site.folder).contains { $0.contains("ledger.sqlite.damaged-") })
            var lost = try await site.subscribe(SubscribeParameters(after: old.last?.cursor))
            await #expect { _ = try await lost.change() } throws: { ($0 as? VarlinkError)?.name == "io.wabawatch.HistoryLost" }
            #expect(await second.stop() == 0)
        }
    }

    /// A bit inside a value, that only a poll notices. The daemon sets the ledger aside, begins anew and goes on in the same process.
    @Test func ledger_whoseDamageShowsLater_isSetAside_andTheDaemonGoesOn() async throws {
        try await Site.with { site in
            let first = try await site.start()
            var subscription = try await site.subscribeFromTheBeginning()
            let old = try await subscription.changes(3)
            #expect(await first.stop() == 0)
            var bytes = try Data(contentsOf: URL(filePath: site.ledger))
            let name = Data(#""verified_name":""#.utf8)
            let place = try #require(bytes.firstRange(of: name)).upperBound
            bytes[place] ^= 1
            try bytes.write(to: URL(filePath: site.ledger))
            site.set(0, "quality_rating", "RED")
            let daemon = try await site.start()
            try await daemon.notify.wait(for: "READY=1")
            var after = try await site.subscribeFromTheBeginning()
            let told = try await after.change()
            #expect(told.severity == .critical && told.kind == .watch)
            #expect(told.cursor.text.prefix(16) != old[0].cursor.text.prefix(16))
            var others: [Change] = []
            while others.count < 4 { others.append(try await after.change()) }
            #expect(others.filter { $0.kind == .alarm }.map(\.id) == ["ledger"])
            #expect(others.filter { $0.kind != .alarm }.allSatisfy { $0.operation == .baseline })
            #expect(await daemon.stop() == 0)
        }
    }
}

/// The moment at which a round's daemon is killed: after so many events, and so long after the last of them.
struct KillMoment: Sendable {
    enum Event: CaseIterable {
        /// It was ready to serve.
        case ready
        /// The simulator had answered a request of it.
        case request
        /// A subscriber had heard a change.
        case change
    }

    let event: Event
    let count: Int
    let after: DispatchTimeInterval

    init(using random: inout some RandomNumberGenerator) {
        event = Event.allCases.randomElement(using: &random) ?? .ready
        // A round asks for three answers, two milliseconds after the one before it.
        switch event {
        case .ready: (count, after) = (0, .microseconds(.random(in: 0...250_000, using: &random)))
        case .request: (count, after) = (.random(in: 1...40, using: &random), .microseconds(.random(in: 0...8_000, using: &random)))
        case .change: (count, after) = (.random(in: 1...8, using: &random), .microseconds(.random(in: 0...8_000, using: &random)))
        }
    }

    /// Returns at that moment, or when one of the streams ends before it.
    func comes(requests: AsyncStream<RecordedRequest>, changes: AsyncStream<Void>) async {
        switch event {
        case .ready: break
        case .request: for await _ in requests.prefix(count) {}
        case .change: for await _ in changes.prefix(count) {}
        }
        await withCheckedContinuation { continuation in
            DispatchQueue.global().asyncAfter(deadline: .now() + after) { continuation.resume() }
        }
    }
}
