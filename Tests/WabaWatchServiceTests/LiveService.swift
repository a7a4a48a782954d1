import Changes
import FoundationEssentials
import Ledger
import StrictJSON
import Synchronization
import TestSupport
import Testing
import TestTools
import Varlink
import WabaWatchInterface
import Watching
import WhatsAppBusiness

@testable import InterfaceRecords
@testable import Subscriptions
@testable import WabaWatchService

/// The socket's service alone, in this process: a real ledger and a real socket; nobody watches, changes are recorded by the test.
struct LiveService: Sendable {
    let folder: String
    let ledger: Ledger
    let service: InterfaceService

    var socket: String { folder + "/io.wabawatch" }

    /// Nothing is watched.
    struct Nobody: WatchReporting {
        func watches(account: String) -> Bool { false }
        func report() -> (watches: [WatchReport], budgets: [BudgetReport]) { ([], []) }
    }

    /// Runs the service while the body runs, and puts everything away.
    /// - Parameter pause: waits until a heartbeat is due, given the ledger; by default none is.
    static func with<Value: Sendable>(
        controlRight: ControlRight = ControlRight(userID: 0), poller: (any Poller)? = nil,
        muting: @Sendable (Ledger) -> Muting? = { _ in nil }, reporting: @Sendable (Ledger) -> Reporting? = { _ in nil },
        mode: UInt32 = 0o666,
        limits: ServerLimits = ServerLimits(), recent: RecentChanges.Limits = RecentChanges.Limits(), checksReplies: Bool = true,
        watcher: any WatchReporting = Nobody(), largestStatus: Int = ClientLimits().messageBytes - 1 << 10,
        pause: @escaping @Sendable (Duration, Ledger) async throws -> Void = { span, _ in try await FakeClock().sleep(for: span) },
        _ body: @escaping @Sendable (LiveService) async throws -> Value
    ) async throws -> Value {
        let folder = FileManager.default.temporaryDirectory.path() + "wabawatch-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let ledger = try Ledger(path: folder + "/ledger.sqlite")
        let service = try InterfaceService(
            ledger: ledger, watcher: watcher, controlRight: controlRight, poller: poller, muting: muting(ledger),
            reporting: reporting(ledger), version: "0",
            startedAt: time(0), recent: recent,
            largestStatus: largestStatus, pause: { try await pause($0, ledger) })
        let overview = try OverviewService(ledger: ledger, watcher: watcher) { try await service.standing() }
        let live = LiveService(folder: folder, ledger: ledger, service: service)
        let server = try VarlinkServer(
            identity: ServiceIdentity(vendor: "test", product: "live", version: "0", url: ""), interfaces: [service, overview],
            limits: limits,
            checksReplies: checksReplies)
        let (listening, begun) = AsyncStream<Void>.makeStream()
        let value = try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask {
                defer { begun.finish() }
                try await server.run(on: .path(live.socket, mode: mode)) { begun.yield() }
                return nil
            }
            group.addTask {
                for await _ in listening { break }
                defer { server.shutdown() }
                return try await body(live)
            }
            var value: Value?
            for try await ended in group { value = ended ?? value }
            guard let value else { throw CancellationError() }
            return value
        }
        try ledger.close()
        return value
    }

    /// So many seconds after a moment.
    static func time(_ seconds: Int64) -> Timestamp { RecordedSamples.time(seconds) }

    /// Records changes in one transaction.
    func record(_ changes: [DetectedChange]) async throws {
        let sequence = ledger.cursor.sequence
        let notes = changes.enumerated().map { index, change in
            // A note whose document is kept already is not told again.
            WatchNote(watch: change.resource, document: ["number": .integer(sequence + Int64(index))], change: change)
        }
        try await ledger.record(notes, at: Self.time(sequence))
    }

    /// Records so many changes of one thing, each in the form and size of a real one.
    func record(_ count: Int) async throws {
        let first = ledger.cursor.sequence
        try await record((0..<count).map { Self.change(Int(first) + $0) })
    }

    /// A change of a profile's description.
    static func change(_ number: Int, severity: Severity = .notice, id: String = "106540352242922") -> DetectedChange {
        RecordedSamples.change(number, severity: severity, id: id)
    }

    /// A subscription.
    func subscribe(_ parameters: SubscribeParameters = SubscribeParameters()) async throws -> Subscription {
        Subscription(client: try await VarlinkClient.connect(path: socket), parameters: parameters)
    }

    /// The cursor at a sequence.
    func cursor(_ sequence: Int64) -> Cursor { Cursor(ledger.cursor(at: sequence)) }
}
