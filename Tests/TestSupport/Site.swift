import FoundationEssentials
import Glibc
package import GraphSimulator
package import StrictJSON
import Synchronization
package import Varlink
package import WabaWatchInterface
package import WhatsAppBusiness

/// A place where the real daemon runs against the simulator: a folder with configuration, ledger and socket, gone when the test is.
package final class Site: Sendable {
    package let folder: String
    package let simulator: GraphSimulator
    private let daemons = Mutex<[Program]>([])
    /// What the daemon must never let out.
    package static let token = Platform.sampleToken

    package var socket: String { folder + "/io.wabawatch" }
    package var ledger: String { folder + "/ledger.sqlite" }
    package var config: String { folder + "/wabawatch.yaml" }
    /// What the daemon wrote to standard error, over all its runs.
    package var log: String { (try? String(contentsOfFile: folder + "/log", encoding: .utf8)) ?? "" }

    /// - Parameters:
    ///   - every: how often the kinds are polled.
    ///   - kinds: the kinds that are; all others are turned off.
    ///   - more: what else the configuration says.
    package init(numbers: Int = 2, every: String = "100ms", kinds: Set<Kind> = [.phoneNumber, .businessProfile], more: String = "")
        async throws
    {
        folder = FileManager.default.temporaryDirectory.path() + "wabawatch-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        simulator = try await GraphSimulator.start(Platform.sample(accounts: 1, numbers: numbers, blockedUsers: 0))
        try Data(
            """
            graph: { base_url: "\(simulator.baseURL)", timeout: 2s }
            ledger: { path: "\(folder)/ledger.sqlite" }
            socket: { path: "\(folder)/io.wabawatch" }
            journal: { enabled: false }
            watch:
              adaptive: false
              \(Self.watch(every, kinds))
            budget: { calls_per_hour: 1000000 }
            accounts:
              - name: acme
                waba_id: "\(Platform.sampleAccountID())"
                token: { environment: TOKEN }
            \(more)
            """.utf8
        ).write(to: URL(filePath: config))
    }

    private static func watch(_ every: String, _ kinds: Set<Kind>) -> String {
        Kind.polled.filter { !($0 == .subscribedApp && kinds.contains($0)) }.map {
            "\($0.rawValue): { every: \(kinds.contains($0) ? every : "never") }"
        }
        .joined(separator: "\n  ")
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// Runs a test's body and puts everything away, however it ends.
    package static func with(
        numbers: Int = 2, every: String = "100ms", kinds: Set<Kind> = [.phoneNumber, .businessProfile], more: String = "",
        _ body: (Site) async throws -> Void
    ) async throws {
        let site = try await Site(numbers: numbers, every: every, kinds: kinds, more: more)
        // A test that fails in its midst leaves none behind.
        defer { for daemon in site.daemons.withLock(\.self) { daemon.putAway() } }
        do {
            try await body(site)
        } catch {
            try await site.simulator.stop()
            throw error
        }
        try await site.simulator.stop()
    }

    /// Where the programs of this build lie.
    package static let programs = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().path()

    /// Starts the daemon and returns once it says READY.
    package func start(environment: [String: String] = [:]) async throws -> RunningDaemon {
        let notify = try NotifySocket(folder + "/notify")
        let process = try Program.spawn(
            [Self.programs + "wabawatchd", "--config", config],
            environment: ["TOKEN": Self.token, "NOTIFY_SOCKET": notify.path, "SWIFT_BACKTRACE": "enable=no"].merging(environment) { $1 },
            log: folder + "/log")
        daemons.withLock { $0.append(process) }
        try await notify.wait(for: "READY=1")
        return RunningDaemon(process: process, notify: notify)
    }

    /// Polls everything once with a daemon that ends by itself; returns its exit status.
    package func once(before command: [String] = []) async throws -> Int32 {
        try await Program.spawn(
            command + [Self.programs + "wabawatchd", "--config", config, "--once"],
            environment: ["TOKEN": Self.token, "SWIFT_BACKTRACE": "enable=no"], log: folder + "/log"
        ).wait()
    }

    /// A subscription, from its first reply on.
    package func subscribe(_ parameters: SubscribeParameters = SubscribeParameters()) async throws -> Subscription {
        let client = try await VarlinkClient.connect(path: socket)
        return Subscription(client: client, parameters: parameters)
    }

    /// A subscription to everything since the ledger began.
    package func subscribeFromTheBeginning() async throws -> Subscription {
        let client = try await VarlinkClient.connect(path: socket)
        let status = try GetStatusReply(json: try await client.call(GetStatusParameters.qualifiedMethod)).status
        return Subscription(client: client, parameters: SubscribeParameters(after: status.oldestCursor))
    }

    /// Changes a member of a number.
    package func set(_ number: Int, _ member: String, _ value: JSONValue) {
        simulator.update { $0[phoneNumber: Platform.samplePhoneNumberID(number)]?.document[member] = value }
    }

    /// Changes a member of a number's profile.
    package func setProfile(_ number: Int, _ member: String, _ value: JSONValue) {
        simulator.update { $0[phoneNumber: Platform.samplePhoneNumberID(number)]?.profile[member] = value }
    }

    /// The requests that changed something, or were to. A batch of reads is none.
    package var writes: [RecordedRequest] { simulator.requests.filter { $0.method != "GET" && $0.edge != .batch } }

    /// Waits until so many more requests were answered than now.
    package func requests(_ count: Int) async {
        var left = count
        for await _ in simulator.requestStream() {
            left -= 1
            if left == 0 { return }
        }
    }
}

/// What a subscriber is told.
package struct Subscription {
    package let client: VarlinkClient
    private var replies: ReplyStream.AsyncIterator

    package init(client: VarlinkClient, parameters: SubscribeParameters) {
        self.client = client
        replies = client.stream(SubscribeParameters.qualifiedMethod, parameters.json).makeAsyncIterator()
    }

    package mutating func next() async throws -> SubscribeReply? { try await replies.next().map { try SubscribeReply(json: $0) } }

    /// The next change.
    package mutating func change() async throws -> Change {
        while let reply = try await next() { if case .change(let change) = reply { return change } }
        throw VarlinkError("test.StreamEnded")
    }

    /// The next so many changes.
    package mutating func changes(_ count: Int) async throws -> [Change] {
        var changes: [Change] = []
        while changes.count < count { changes.append(try await change()) }
        return changes
    }
}
