import Changes
import FoundationEssentials
import GraphAPI
import GraphSimulator
import Ledger
import Logging
import StrictJSON
import Synchronization
import TestTools
import Testing
import WhatsAppBusiness

@testable import Watching

/// The real watcher, ledger and HTTP client before the simulator, under a clock that moves only when the test says so.
final class Stage: Sendable {
    let simulator: GraphSimulator
    let ledger: Ledger
    private let folder: String
    private let transport: CurlTransport
    let clock = StageClock()
    /// The token that the credential's file holds.
    let token = Mutex(Platform.sampleToken)

    static let account = Platform.sampleAccountID()
    static func number(_ index: Int) -> String { Platform.samplePhoneNumberID(index) }

    /// Every kind, at the default intervals.
    static let intervals: [Kind: Duration] = [
        .account: .seconds(300), .subscribedApp: .seconds(300), .phoneNumber: .seconds(60), .phoneNumberSettings: .seconds(3600),
        .businessProfile: .seconds(900), .commerceSettings: .seconds(3600), .qrCode: .seconds(21_600), .messageTemplate: .seconds(900),
        .blockedUser: .seconds(900),
    ]

    /// Every kind, so often that little time shows much.
    static let often = intervals.mapValues { min($0, Duration.seconds(300)) }

    private init(_ platform: Platform) async throws {
        folder = FileManager.default.temporaryDirectory.path() + "wabawatch-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        ledger = try Ledger(path: folder + "/ledger.sqlite")
        transport = try CurlTransport()
        simulator = try await GraphSimulator.start(platform, now: { [clock] in clock.wallClock })
    }

    /// Runs a test's body and puts everything away, however it ends.
    static func with(_ platform: Platform = .sample(), _ body: (Stage) async throws -> Void) async throws {
        let stage = try await Stage(platform)
        func end() async throws {
            try stage.ledger.close()
            stage.transport.close()
            try await stage.simulator.stop()
            try FileManager.default.removeItem(atPath: stage.folder)
        }
        do { try await body(stage) } catch {
            try await end()
            throw error
        }
        try await end()
    }

    func client(_ token: String) throws -> GraphClient {
        GraphClient(
            endpoint: try Endpoint(baseURL: simulator.baseURL, version: "v25.0"), token: try AccessToken(token), transport: transport)
    }

    /// The sample's account as it is to be watched.
    func plan(
        _ intervals: [Kind: Duration] = Stage.intervals, lists: [Kind: ListPlan] = [.messageTemplate: ListPlan(paging: .cursor)],
        numbers: AccountPlan.Numbers = .all,
        ceiling: CallBudget.Ceiling = .fixed(100_000)
    ) throws -> AccountPlan {
        let known = Mutex(token.withLock(\.self))
        return AccountPlan(
            name: "acme", wabaID: Stage.account, client: try client(known.withLock(\.self)), numbers: numbers, intervals: intervals,
            lists: lists,
            splay: 0, ceiling: ceiling,
            renewedClient: { [self] in
                let now = token.withLock(\.self)
                guard known.withLock({ $0 != now }) else { return nil }
                known.withLock { $0 = now }
                return try? client(now)
            })
    }

    func watcher(_ plans: AccountPlan...) throws -> Watcher { try watcher(of: plans) }

    func watcher(of plans: [AccountPlan]) throws -> Watcher {
        let clock = clock
        let world = World(
            now: { clock.now }, wallClock: { clock.wallClock }, random: { 0.5 }, alarm: SilentAlarm(), boot: "this one")
        return Watcher(accounts: plans, ledger: ledger, world: world, log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Polls whatever falls due until that much later, one look after the other.
    func run(_ watcher: Watcher, for duration: Duration) async {
        let end = clock.now + duration
        while let wake = await watcher.wake, wake <= end {
            clock.advance(to: wake)
            await watcher.settleDueTroubles()
            for target in await watcher.takeDue() { await watcher.poll(target) }
        }
        clock.advance(to: end)
    }

    /// The changes after a sequence.
    func changes(after sequence: Int64 = 0) async throws -> [RecordedChange] { try await ledger.changes(after: sequence, limit: 100_000) }

    var sequence: Int64 { ledger.cursor.sequence }

    func target(_ kind: Kind, _ number: Int? = nil) -> PollTarget {
        PollTarget(account: "acme", kind: kind, phoneNumberID: number.map(Stage.number))
    }

    /// The requests for an edge since a moment.
    func requests(_ edge: SimulatedEdge, after count: Int = 0) -> [RecordedRequest] {
        simulator.requests.dropFirst(count).filter { $0.edge == edge }
    }
}

/// Both clocks in the types of the room.
final class StageClock: Sendable {
    private let clock = FakeClock(wallClock: 1_795_005_000_000)
    var now: Moment { Moment(nanoseconds: clock.nanoseconds) }
    var wallClock: Timestamp { Timestamp(milliseconds: clock.wallClock) }
    func advance(to moment: Moment) { clock.advance(by: .nanoseconds(moment.nanoseconds - clock.nanoseconds)) }
    func setWallClock(ahead: Duration) { clock.setWallClock(ahead: ahead) }
}

extension Watcher {
    /// The gate of the account, and how its targets' watches stand.
    var gate: AccountGate? { accounts["acme"]?.gate }
    var gateStanding: GateStanding? { get async { await gate?.standing } }
    /// Whether somebody waits at the gate for others.
    var hasGathered: Bool { get async { await gate?.gatherings.isEmpty == false } }
    /// How the watches over the accounts' targets stand, without the one over the connection.
    var targets: [WatchReport] { get async { await report().watches.filter { $0.target != .connection } } }
    var states: Set<WatchState> { Set(watched.values.map(\.state.watch.state)) }
    var numbers: Set<String> { accounts["acme"]?.numbers ?? [] }
    func takeDue() -> [PollTarget] { takeTurns().map(\.target) }
    func ride(of kind: Kind, with host: Kind) -> Ride.State { accounts["acme"]?.rides[RideKey(host: host, kind: kind)].state ?? .unprobed }
    func watch(over target: PollTarget) -> Watch? { watched[target]?.state.watch }
    func rotation(of target: PollTarget) -> WindowRotation? { watched[target]?.state.rotation }
}
