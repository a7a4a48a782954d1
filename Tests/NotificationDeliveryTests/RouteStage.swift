import FakeDaemon
import FoundationEssentials
import Logging
import Notifying
import StrictJSON
import Synchronization
import TestSupport
import TestTools
import Varlink
import WabaWatchClient
import WabaWatchInterface
import WhatsAppBusiness

@testable import NotificationDelivery

/// A destination that keeps what it was brought, and does with it what a test says.
final class ScriptedSender: RouteSender {
    typealias Script = @Sendable (Parcel, Int) async -> DeliveryOutcome

    private let script: Script
    private let heard = Mutex<[Parcel]>([])

    init(_ script: @escaping Script = { _, _ in .delivered }) { self.script = script }

    /// What it was brought so far, be it that it did not take it.
    var parcels: [Parcel] { heard.withLock(\.self) }

    func deliver(_ parcel: Parcel) async -> DeliveryOutcome {
        let before = heard.withLock { heard in
            heard.append(parcel)
            return heard.count - 1
        }
        return await script(parcel, before)
    }

    /// The ids of all events so far.
    var ids: [String] {
        parcels.flatMap { parcel -> [String] in
            if case .events(let events) = parcel.content { events.map(\.id) } else { [] }
        }
    }

    /// The lines of all messages so far.
    var lines: [String] {
        parcels.flatMap { parcel -> [String] in
            if case .message(let message) = parcel.content { message.lines } else { [] }
        }
    }
}

/// Never ends by itself.
func hang() async { for await _ in AsyncStream<Void>.makeStream().stream {} }

/// A daemon in memory, and a folder for cursors.
struct RouteStage {
    let log: FakeLog
    let socket: String
    let folder: String

    /// Runs a body beside a fake daemon.
    static func with(_ resources: [Resource] = [], _ body: (RouteStage) async throws -> Void) async throws {
        let folder = try TemporaryFolder()
        let log = FakeLog(resources: resources)
        try await withSocket { path in
            try await serving(FakeDaemon(log, status: Sample.status), at: path) {
                try await body(RouteStage(log: log, socket: path, folder: folder.path))
            }
        }
    }

    static func route(_ name: String = "hook", group: Duration = .milliseconds(10)) -> NotifyRoute {
        var route = NotifyRoute(
            name: name, destination: .http(NotifyDestination.WebHook(address: .url("https://hook.example"))))
        route.subject = .changes
        route.match = Filter(kinds: [.phoneNumber])
        route.group = group
        return route
    }

    static func alarmRoute(_ name: String = "on-call") -> NotifyRoute {
        var route = NotifyRoute(name: name, destination: .exec(["/bin/true"], .text))
        route.group = .milliseconds(10)
        return route
    }

    static let time: NotifyTime = {
        let start = ContinuousClock.now
        let clock = ContinuousClock()
        return NotifyTime(
            running: { ContinuousClock.now - start }, wall: { Timestamp(Date()) },
            sleep: { try await clock.sleep(until: clock.now + $0, tolerance: nil) })
    }()

    var client: WabaWatch {
        WabaWatch(socket: socket, backoff: Backoff(from: .milliseconds(1), to: .milliseconds(20)))
    }

    func runner(_ route: NotifyRoute, _ sender: ScriptedSender, time: NotifyTime = time) -> RouteRunner {
        RouteRunner(
            route, client: client, sender: sender, store: RouteStore(folder: folder, route: route.name), host: "watch1", time: time,
            random: { 0 }, log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Runs a route beside a body, and ends it: at once, as a kill would, or when what is under way has ended.
    func running(
        _ route: NotifyRoute, _ sender: ScriptedSender, time: NotifyTime = time, stops: Bool = true, _ body: () async throws -> Void
    ) async throws {
        let (runner, inbox) = (runner(route, sender, time: time), EventInbox())
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await runner.run(inbox) }
            defer { group.cancelAll() }
            try await body()
            guard stops else { return }
            inbox.stop()
            try await group.waitForAll()
        }
    }

    func cursor(_ route: String) throws -> String? { try RouteStore(folder: folder, route: route).cursor()?.text }

    func fall(_ count: Int = 1) async { await log.record(count) { Sample.fall($0, $1) } }

    static func alarm(_ number: String) -> Resource {
        Resource(
            ResourceID(account: "acme", kind: .alarm, id: "quality/\(number)", phoneNumberID: number), confirmedAt: Sample.moment,
            changedAt: Sample.moment,
            document: [
                "name": "quality", "severity": "warning", "summary": .string("acme: quality of \(number)"),
                "since": .string(Sample.moment.description), "kind": "phone_number", "id": .string(number),
            ])
    }

    func begin(_ number: String) async {
        await log.record { sequence, cursor in
            Change(
                Self.alarm(number).resourceID, cursor: cursor, sequence: sequence, observedAt: Sample.moment, operation: .added,
                origin: .poll,
                severity: .warning, after: Self.alarm(number).document, summary: "acme: quality of \(number)")
        }
    }
}

/// What several tasks note down.
final class Noted<Value: Sendable>: Sendable {
    private let value: Mutex<Value>

    init(_ value: Value) { self.value = Mutex(value) }

    func withLock<R: Sendable>(_ body: (inout Value) throws -> R) rethrows -> R {
        try value.withLock { value in try body(&value) }
    }
}

/// A daemon whose calls are counted.
struct Counting: VarlinkInterface {
    let daemon: FakeDaemon
    let calls = Noted(0)

    init(_ daemon: FakeDaemon) { self.daemon = daemon }

    var description: InterfaceDescription { daemon.description }
    var implementedMethods: Set<String> {
        // Asked for at each call.
        calls.withLock { $0 += 1 }
        return daemon.implementedMethods
    }
    func handle(_ call: Call, _ replies: Replies) async throws -> JSONObject { try await daemon.handle(call, replies) }
}
