import Dispatch
import FoundationEssentials
import Glibc
import GraphSimulator
import StrictJSON
import TestSupport
import Testing
import TestTools
import Varlink
import WabaWatchInterface
import WhatsAppBusiness

/// `WABAWATCH_STOPS=200 swift test --filter StopTests` for the long run.
private let stops = ProcessInfo.processInfo.environment["WABAWATCH_STOPS"].flatMap(Int.init) ?? 20

/// The end of the real daemon, whatever is going on: SIGTERM ends it, in time and with status 0.
@Suite(.inTurn, .timeLimit(.minutes(stops > 20 ? 30 : 4))) struct StopTests {
    /// What Meta does meanwhile.
    enum Trouble: CaseIterable {
        case none
        case hangs
        case hangsInBody
        case isSlow
    }

    @Test func stops_underLoad_endInTime() async throws {
        try await Site.with(every: "20ms", kinds: [.phoneNumber, .businessProfile, .blockedUser]) { site in
            let seed = ProcessInfo.processInfo.environment["WABAWATCH_SEED"].flatMap(UInt64.init) ?? .random(in: 0..<1_000_000)
            print("moments of stops drawn with WABAWATCH_SEED=\(seed)")
            var random = SeededGenerator(state: seed)
            site.simulator.update { $0.accounts[Platform.sampleAccountID()]?.budget.header = .missing }
            var longest = Duration.zero
            for round in 0..<stops {
                site.simulator.forgetUsage()
                site.simulator.clearFaults()
                let trouble = Trouble.allCases[round % Trouble.allCases.count]
                let daemon = try await site.start()
                let manager = daemon.notify.drained()
                defer { manager.cancel() }
                let load = Task { try await Self.load(site, daemon) }
                defer { load.cancel() }
                let replies = Int.random(in: 1...30, using: &random)
                let answered = site.simulator.requestStream()
                var count = 0
                for await _ in answered {
                    count += 1
                    if count == replies { break }
                }
                switch trouble {
                case .none: break
                case .hangs: site.simulator.setFault(.stall)
                case .hangsInBody: site.simulator.setFault(.stallInBody)
                case .isSlow: site.simulator.setFault(.delay(.milliseconds(300)))
                }
                let delay = Int.random(in: 0...30_000, using: &random)
                await withCheckedContinuation { continuation in
                    DispatchQueue.global().asyncAfter(deadline: .now() + .microseconds(delay)) { continuation.resume() }
                }
                let time = try await Self.stop(daemon)
                longest = max(longest, time)
                #expect(time < .seconds(5), "round \(round), \(trouble), seed \(seed)")
                load.cancel()
                _ = await load.result
            }
            print("stopped \(stops) times under load; the longest took \(longest)")
        }
    }

    /// SIGTERM; how long it took. One that does not end is killed.
    private static func stop(_ daemon: RunningDaemon) async throws -> Duration {
        let clock = ContinuousClock()
        let killer = DispatchWorkItem { daemon.process.signal(SIGKILL) }
        DispatchQueue.global().asyncAfter(deadline: .now() + 20, execute: killer)
        var status: Int32 = -1
        let time = await clock.measure { status = await daemon.stop() }
        killer.cancel()
        #expect(status == 0)
        return time
    }

    /// Everything that clients do, again and again, until the daemon ends: polls, subscribers of which one does not read, History, List, reloads.
    private static func load(_ site: Site, _ daemon: RunningDaemon) async throws {
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<4 {
                group.addTask {
                    await again(site) { client in
                        let kind = ["phone_number", "business_profile", "blocked_user"][number % 3]
                        _ = try? await client.call(
                            "io.wabawatch.Poll", number == 3 ? ["account": "acme"] : ["account": "acme", "kind": .string(kind)])
                    }
                }
            }
            for _ in 0..<2 {
                group.addTask {
                    guard var subscription = try? await site.subscribe(SubscribeParameters(snapshot: true)) else { return }
                    while let _ = try? await subscription.next() {}
                }
            }
            group.addTask { await again(site) { client in for try await _ in client.stream("io.wabawatch.History", ["limit": 200]) {} } }
            group.addTask { await again(site) { client in for try await _ in client.stream("io.wabawatch.List") {} } }
            group.addTask {
                // One that never reads, behind many calls.
                guard let stalled = try? StalledPeer(site.socket, calls: 300) else { return }
                for await _ in AsyncStream<Void>.makeStream().stream {}
                stalled.close()
            }
            group.addTask {
                var turn = 0
                while !Task.isCancelled {
                    turn += 1
                    daemon.process.signal(SIGHUP)
                    site.set(0, "quality_rating", turn % 2 == 0 ? "RED" : "GREEN")
                    await site.requests(2)
                }
            }
        }
    }

    /// Calls until the connection or the task ends.
    private static func again(_ site: Site, _ body: (VarlinkClient) async throws -> Void) async {
        guard let client = try? await VarlinkClient.connect(path: site.socket) else { return }
        while !Task.isCancelled, (try? await client.call("org.varlink.service.GetInfo")) != nil { try? await body(client) }
        await client.close()
    }

    // MARK: What hangs

    /// The ledger's write lock is another's: nothing can be recorded, and no reload put in force.
    @Test func stop_whileTheLedgerIsLocked_endsInTime() async throws {
        try await Site.with(every: "20ms") { site in
            let daemon = try await site.start()
            await site.requests(4)
            let holder = try await LockHolder(site.ledger)
            let good = try String(contentsOfFile: site.config, encoding: .utf8)
            let other = good.replacing("business_profile: { every: 20ms }", with: "business_profile: { every: never }")
            try Data(other.utf8).write(to: URL(filePath: site.config))
            daemon.process.signal(SIGHUP)
            try await daemon.notify.wait(for: "RELOADING=1")
            site.set(0, "quality_rating", "RED")
            await site.requests(4)
            #expect(try await Self.stop(daemon) < .seconds(5))
            await holder.letGo()
            #expect(try await site.once() == 0, "the ledger opens again")
        }
    }

    /// A disk that does not finish what it was given.
    @Test func stop_whileTheDiskHangs_endsInTime() async throws {
        try await Site.with(every: "20ms") { site in
            let library = site.folder + "/slowdisk.so"
            let source = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path() + "/Acceptance/slowdisk.c"
            let compiler = try Program.spawn(["cc", "-shared", "-fPIC", "-o", library, source], environment: [:], log: site.folder + "/cc")
            try #require(await compiler.wait() == 0)
            // The disk hangs from when there is something new to write, not while the daemon starts.
            let disk = try NotifySocket(site.folder + "/disk")
            let daemon = try await site.start(
                environment: ["LD_PRELOAD": library, "SLOWDISK": site.folder + "/seconds", "SLOWDISK_TELLS": disk.path])
            await site.requests(4)
            try Data("60".utf8).write(to: URL(filePath: site.folder + "/seconds"))
            site.set(0, "quality_rating", "RED")
            try await disk.wait(for: "SLOW=1")
            #expect(try await Self.stop(daemon) < .seconds(5))
            // As after a crash: all is there.
            #expect(try await site.once() == 0)
            let again = try await site.start()
            var subscription = try await site.subscribeFromTheBeginning()
            #expect(try await subscription.changes(4).contains { $0.after?["quality_rating"] == "RED" })
            #expect(await again.stop() == 0)
        }
    }

    /// A poll whose poll never comes is ended by whoever asked.
    @Test func poll_thatWaitsForMeta_endsWithItsCaller_andWithTheDaemon() async throws {
        try await Site.with(every: "1h") { site in
            let daemon = try await site.start()
            var subscription = try await site.subscribeFromTheBeginning()
            _ = try await subscription.changes(3)
            site.simulator.setFault(.stall)
            let polls = try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<20 {
                    let client = try await VarlinkClient.connect(path: site.socket)
                    group.addTask { _ = try? await client.call("io.wabawatch.Poll", ["account": "acme"]) }
                }
                await site.requests(1)
                let time = try await Self.stop(daemon)
                try await group.waitForAll()
                return time
            }
            #expect(polls < .seconds(5))
        }
    }
}

/// A client that calls and never reads.
private struct StalledPeer {
    private let descriptor: Int32

    init(_ path: String, calls: Int) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let answer = withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
        guard answer == 0 else { throw Program.Failed(call: "connect", number: errno) }
        let call = Array(#"{"method":"org.varlink.service.GetInterfaceDescription","parameters":{"interface":"io.wabawatch"}}"#.utf8) + [0]
        for _ in 0..<calls { guard send(descriptor, call, call.count, Int32(MSG_NOSIGNAL)) == call.count else { break } }
    }

    func close() { Glibc.close(descriptor) }
}
