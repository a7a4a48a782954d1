import AlarmKeeping
import Announcing
import Changes
import GraphAPI
import Ledger
import Logging
import StrictJSON
import Subscriptions
import Varlink
import WabaWatchInterface
import Watching
import WhatsAppBusiness

/// The watcher, the ledger, the keeper of alarms, the journal's announcer and a subscriber's delivery under the simulated clock, before a Meta that may be
/// in trouble. Only the ends are the test's: what would be sent to journald and over the socket is counted.
///
/// Unchecked for the stage's reason.
final class StormWorld: @unchecked Sendable {
    var meta: StormMeta
    /// What the journal was told, and what a subscriber was sent, since the last time that it was taken.
    private var journal = StormNews()
    private var socket = StormNews()
    private let stage = Stage(print: nil)
    private let life: Life
    private let delivery: Delivery

    /// A daemon that has just begun to watch everything that so many accounts of so many numbers have.
    init(accounts: Int, numbers: Int, ceiling: CallBudget.Ceiling) throws {
        meta = StormMeta(accounts: accounts, numbers: numbers)
        life = Life(1, stage: stage)
        let ledger = try Ledger(memory: try MemoryStore()) { [unowned life] _, work in
            life.answer(after: .microseconds(100)) { work($0 ? nil : .ended) }
        }
        delivery = Delivery(ledger: ledger)
        let transport = StageTransport { [unowned self] request throws(TransportError) in try await send(request) }
        let endpoint = try Endpoint(baseURL: "https://graph.example", version: "v25.0")
        let plans = try (0..<accounts).map { index in
            AccountPlan(
                name: "account-\(index)", wabaID: StormMeta.id(ofAccount: index),
                client: GraphClient(endpoint: endpoint, token: try AccessToken("the-token-of-\(index)"), transport: transport),
                numbers: .all, intervals: Self.intervals, ceiling: ceiling)
        }
        let world = World(
            now: { [stage] in stage.now }, wallClock: { [stage] in stage.wallClock }, random: { 0.5 }, alarm: StageAlarm(stage),
            boot: "boot")
        let log = Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() }
        let watcher = Watcher(accounts: plans, ledger: ledger, world: world, log: log)
        life.start(ledger, watcher)
        let pause: @Sendable (Duration) async throws -> Void = { [stage] in try await stage.sleep($0) }
        let keeper = AlarmKeeper(ledger: ledger, source: watcher, now: world.now, wallClock: world.wallClock, pause: pause, log: log)
        life.run { _ in await keeper.run() }
        let announcer = Announcer(name: "journal", ledger: ledger, log: log, pause: pause) { [unowned self] announcement, _, _ in
            if case .change(let change) = announcement {
                journal.add(change.change.resource, change.change.summary)
            } else {
                journal.addOthers(announcement.count)
            }
        }
        life.run { _ in try? await announcer.run() }
        life.run { [unowned self] _ in try? await subscribe(behind: ledger.cursor.sequence) }
    }

    /// Every kind, at the default intervals.
    private static let intervals: [Kind: Duration] = [
        .account: .seconds(300), .subscribedApp: .seconds(300), .phoneNumber: .seconds(60), .phoneNumberSettings: .seconds(3600),
        .businessProfile: .seconds(900),
        .commerceSettings: .seconds(3600), .qrCode: .seconds(21_600), .messageTemplate: .seconds(900), .blockedUser: .seconds(900),
    ]

    /// Goes on for so long.
    func run(for duration: Duration) {
        let end = stage.now + duration
        life.conductor.drain()
        while stage.step(until: end) { life.conductor.drain() }
    }

    /// What was told since the last time that this was asked.
    func takeNews() -> (socket: StormNews, journal: StormNews) {
        defer { (socket, journal) = (StormNews(), StormNews()) }
        return (socket, journal)
    }

    /// Why the watcher ended, which it should not.
    var failure: String? { life.failure }

    /// Puts everything away.
    func end() { life.kill() }

    /// A subscription without a filter, up to the bytes that its peer would be sent.
    private func subscribe(behind sequence: Int64) async throws {
        let reader = delivery.enter(nil, after: sequence, outlet: nil)
        defer { delivery.leave(reader) }
        while true {
            guard case .replies(let frames) = try await delivery.next(for: reader) else { continue }
            for frame in frames.bytes.split(separator: 0) {
                let parameters = try JSONValue(parsing: Array(frame))["parameters"]?.object ?? [:]
                guard case .change(let change) = try SubscribeReply(json: parameters) else { continue }
                socket.add(change.resourceID, change.summary)
            }
        }
    }

    private func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        let result: Result<HTTPResponse, TransportError> = await withCheckedContinuation { continuation in
            life.answer(after: .milliseconds(20)) { [unowned self] lives in
                continuation.resume(returning: lives ? meta.answer(request) : .failure(TransportError(.closed, "the process has ended")))
            }
        }
        return try result.get()
    }
}
