import Changes
import FoundationEssentials
import Glibc
import GraphAPI
import InterfaceRecords
import Ledger
import Logging
import StrictJSON
import Synchronization
import TestSupport
import Testing
import TestTools
import Varlink
import WhatsAppBusiness

@testable import Discovery
@testable import Watching

@Suite(.inTurn, .timeLimit(.minutes(1))) struct DiscoveryTests {
    private struct OneAccount: WatchReporting, LookCounting {
        func watches(account: String) -> Bool { true }
        func report() -> (watches: [WatchReport], budgets: [BudgetReport]) {
            (
                [],
                [
                    BudgetReport(
                        account: "acme", callsLastHour: 7, callsPerHour: 100, usagePercent: 41, blockedUntil: nil, saved: 3,
                        plan: CallPlan([], budget: 100))
                ]
            )
        }
        var statistics: [String: PollStatistics] {
            var tally = PollStatistics()
            for _ in 0..<10 { tally.count(.recorded(changes: 0), took: .milliseconds(80)) }
            for _ in 0..<2 { tally.count(.failed(.unreachable, GraphFailure(.transient)), took: .milliseconds(300)) }
            tally.count(.refused, took: .seconds(9))
            return ["acme": tally]
        }
    }

    /// A folder that is gone afterwards.
    private static func withFolder<Value>(_ body: (String) async throws -> Value) async throws -> Value {
        let folder = FileManager.default.temporaryDirectory.path() + "wabawatch-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        return try await body(folder)
    }

    @Test func registration_whereTheFolderExists_isALinkThatGoesWithTheService() async throws {
        try await Self.withFolder { folder in
            let registration = try #require(try Registration(of: "/run/wabawatch/io.wabawatch", as: "io.wabawatch", in: folder))
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/io.wabawatch") == "/run/wabawatch/io.wabawatch")
            let other = try #require(try Registration(of: "/elsewhere", as: "io.wabawatch", in: folder))
            registration.remove()
            #expect(
                try FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/io.wabawatch") == "/elsewhere", "it is another's now")
            other.remove()
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
            #expect(try Registration(of: "/x", as: "io.wabawatch", in: folder + "/missing") == nil)
            try Data().write(to: URL(filePath: folder + "/io.wabawatch"))
            #expect(throws: RegistrationError.self, "what is no link is left alone") {
                try Registration(of: "/x", as: "io.wabawatch", in: folder)
            }
        }
    }

    @Test func metrics_overTheSocket_areSystemdsInterface() async throws {
        try await Self.withFolder { folder in
            let ledger = try Ledger(path: folder + "/ledger.sqlite")
            let number = ResourceID(account: "acme", kind: .phoneNumber, id: "106", phoneNumberID: "106")
            try await ledger.record(
                [
                    WatchNote(
                        watch: number, document: ["quality_rating": "YELLOW", "status": "CONNECTED"], change: RecordedSamples.change(1))
                ], at: RecordedSamples.time(0))
            let source = MetricsSource(ledger: ledger, watcher: OneAccount(), counting: OneAccount()) { 3 }
            for name in ["registry", "reports"] {
                try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: false)
            }
            let service = DiscoveryService(
                socket: .path(folder + "/socket", mode: 0o600),
                identity: ServiceIdentity(vendor: "wabawatch", product: "wabawatchd", version: "0", url: ""),
                metrics: try MetricsService(source), log: Logger(label: "test"), registry: folder + "/registry",
                reports: folder + "/reports"
            ) { Issue.record("\($0)") }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await service.run() }
                let client = try await Self.connect(folder + "/reports/io.wabawatch")
                #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder + "/registry/io.wabawatch") == folder + "/socket")
                let rights = try FileManager.default.attributesOfItem(atPath: folder + "/reports/io.wabawatch")[.posixPermissions] as? Int
                #expect(rights == 0o600, "as the other socket")

                var described: [String: String] = [:]
                for try await family in client.stream("io.systemd.Metrics.Describe") {
                    described[family["name"]?.string ?? ""] = family["type"]?.string
                    #expect(family["description"]?.string?.isEmpty == false)
                }
                #expect(described.count == MetricFamily.all.count)
                #expect(described["io.wabawatch.ChangesTotal"] == "counter")

                var listed: [String] = []
                for try await metric in client.stream("io.systemd.Metrics.List") {
                    let name = metric["name"]?.string ?? ""
                    #expect(described[name] != nil, "\(name) is described")
                    let object = metric["object"]?.string.map { " of \($0)" } ?? ""
                    let fields = metric["fields"].map { " \($0)" } ?? ""
                    if name != "io.wabawatch.LedgerBytes" { listed.append("\(name)\(object)\(fields) \(metric["value"] ?? .null)") }
                }
                #expect(
                    listed.sorted() == [
                        "io.wabawatch.CallsLastHour of acme 7", "io.wabawatch.CallsPerHour of acme 100", "io.wabawatch.ChangesTotal 1",
                        #"io.wabawatch.NumberConnected of 106 {"account":"acme","status":"CONNECTED"} 1"#,
                        #"io.wabawatch.NumberQuality of 106 {"account":"acme","rating":"YELLOW"} 2"#,
                        "io.wabawatch.PollFailuresTotal of acme 2", #"io.wabawatch.PollLatencyMilliseconds of acme {"quantile":"0.5"} 80"#,
                        #"io.wabawatch.PollLatencyMilliseconds of acme {"quantile":"0.99"} 300"#, "io.wabawatch.PollsTotal of acme 12",
                        "io.wabawatch.Readers 3", "io.wabawatch.UsagePercent of acme 41",
                    ])
                await #expect(throws: VarlinkError.expectedMore) { try await client.call("io.systemd.Metrics.List") }
                group.cancelAll()
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/reports").isEmpty)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/registry").isEmpty)
            try ledger.close()
        }
    }

    private struct ManyWatches: WatchReporting {
        func watches(account: String) -> Bool { true }
        func report() -> (watches: [WatchReport], budgets: [BudgetReport]) {
            let targets = (0..<3_000).map { PollTarget(account: "acme", kind: .businessProfile, phoneNumberID: "\(10_000 + $0)") }
            return (
                targets.map {
                    let watch = Watch(over: $0, since: RecordedSamples.time(0))
                    return WatchReport(target: $0, watch: watch, every: nil, nextAt: nil, progress: nil)
                }, []
            )
        }
    }

    /// What the replies hold of 3,000 watches is made as it is sent, some 64 KiB at a time.
    @Test func metrics_ofVeryManyWatches_areNeverAllInMemory() async throws {
        try await Self.withFolder { folder in
            let ledger = try Ledger(path: folder + "/ledger.sqlite")
            let service = try MetricsService(MetricsSource(ledger: ledger, watcher: ManyWatches(), counting: nil) { 3 })
            let sent = Mutex<[Frames]>([])
            let replies = Replies(wantsMore: true) { frames in sent.withLock { $0.append(frames) } }
            let peer = Peer(processID: 1, userID: 0, groupID: 0)
            let last = try await service.handle(Call(method: "io.systemd.Metrics.List", wantsMore: true, peer: peer), replies)
            let writes = sent.withLock { $0 }
            #expect(writes.allSatisfy { $0.byteCount < 128 << 10 })
            var names: [String] = []
            for message in writes.flatMap({ $0.bytes.split(separator: 0) }) {
                names.append(try JSONValue(parsing: message)["parameters"]?["name"]?.string ?? "")
            }
            names.append(last["name"]?.string ?? "")
            #expect(names == names.sorted(), "family after family")
            #expect(names.count { $0 == "io.wabawatch.WatchState" } == 3_000)
            #expect(names.count { $0 == "io.wabawatch.WatchFailures" } == 3_000)
            #expect(names.count == 6_003)
            try ledger.close()
        }
    }

    /// Where the manager opened the sockets, its units make link and socket; the daemon, which may not, does not even try.
    @Test func metrics_onTheManagersSocket_areAnswered_andNothingIsMade() async throws {
        try await Self.withFolder { folder in
            let ledger = try Ledger(path: folder + "/ledger.sqlite")
            for name in ["registry", "reports"] {
                try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: false)
            }
            let descriptor = try Self.listen(folder + "/metrics")
            let source = MetricsSource(ledger: ledger, watcher: OneAccount(), counting: OneAccount()) { 3 }
            let service = DiscoveryService(
                socket: .path(folder + "/socket", mode: 0o600), inherited: .inherited(fileDescriptor: descriptor), isFoundByUnits: true,
                identity: ServiceIdentity(vendor: "wabawatch", product: "wabawatchd", version: "0", url: ""),
                metrics: try MetricsService(source), log: Logger(label: "test"), registry: folder + "/registry",
                reports: folder + "/reports"
            ) { Issue.record("\($0)") }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await service.run() }
                let client = try await Self.connect(folder + "/metrics")
                var names: Set<String> = []
                for try await metric in client.stream("io.systemd.Metrics.List") { names.insert(metric["name"]?.string ?? "") }
                #expect(names.contains("io.wabawatch.ChangesTotal"))
                for name in ["registry", "reports"] {
                    #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(name)").isEmpty)
                }
                group.cancelAll()
            }
            try ledger.close()
        }
    }

    /// A socket that listens, as the manager passes one.
    private static func listen(_ path: String) throws -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let bound = withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
        try #require(bound == 0 && Glibc.listen(descriptor, 16) == 0)
        return descriptor
    }

    /// Connects as soon as somebody listens.
    private static func connect(_ path: String) async throws -> VarlinkClient {
        var client: VarlinkClient?
        try await eventually("somebody listens at \(path)") {
            do { client = try await VarlinkClient.connect(path: path) } catch is ConnectionFailed {}
            return client != nil
        }
        return try #require(client)
    }
}
