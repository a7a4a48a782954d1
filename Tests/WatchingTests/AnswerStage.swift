import Changes
import FoundationEssentials
import GraphAPI
import Ledger
import Logging
import StrictJSON
import Synchronization
import TestTools
import WhatsAppBusiness

@testable import Watching

/// Meta as a function of what is asked, before the real watcher and ledger.
final class AnswerStage: Sendable {
    /// What a request asks for.
    struct Asked: Sendable {
        var path: String
        var fields: [String]
        var limit: Int?
        var after: String?
        /// Where the window begins that is asked for, in seconds since 1970.
        var since: Int?
    }

    /// An answer of Meta's.
    struct Reply: Sendable {
        var status = 200
        var headers: [(name: String, value: String)] = []
        var body: String

        static func error(_ code: Int, _ message: String, status: Int = 400) -> Reply {
            let error: JSONObject = ["code": .integer(code), "message": .string(message)]
            return Reply(status: status, body: JSONValue.object(["error": .object(error)]).description)
        }
    }

    typealias Meta = @Sendable (Asked) -> Reply
    /// What a batch is answered, given what each of its requests would be.
    typealias Batching = @Sendable ([Reply]) -> Result<HTTPResponse, TransportError>
    static let plainBatching: Batching = { .success(array($0.map(item))) }
    static let account = "102"

    private struct State {
        var meta: Meta
        var requests: [Asked] = []
        var batching = AnswerStage.plainBatching
        var batches: [[Asked]] = []
        var conditional = 0
        var isHeld: @Sendable (Asked) -> Bool = { _ in false }
        var held: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>
    private let folder: String
    let ledger: Ledger

    private init(_ meta: @escaping Meta, _ disk: HeldDisk?) throws {
        state = Mutex(State(meta: meta))
        folder = FileManager.default.temporaryDirectory.path() + "wabawatch-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        if let disk {
            ledger = try Ledger(memory: MemoryStore()) { writes, work in disk.does(writes) { work(writes && disk.isFull ? .full : nil) } }
        } else {
            ledger = try Ledger(path: folder + "/ledger.sqlite")
        }
    }

    /// Runs a test's body and puts everything away, however it ends.
    /// - Parameter disk: what the ledger is on, instead of a file.
    static func with(_ meta: @escaping Meta, disk: HeldDisk? = nil, _ body: (AnswerStage) async throws -> Void) async throws {
        let stage = try AnswerStage(meta, disk)
        defer { try? FileManager.default.removeItem(atPath: stage.folder) }
        let result: Result<Void, any Error>
        do { result = .success(try await body(stage)) } catch { result = .failure(error) }
        try stage.ledger.close()
        try result.get()
    }

    /// What Meta answers from now on.
    func answer(_ meta: @escaping Meta) { state.withLock { $0.meta = meta } }
    /// Those that came by themselves.
    var requests: [Asked] { state.withLock(\.requests) }
    /// How batches are answered from now on.
    func batch(_ batching: @escaping Batching) { state.withLock { $0.batching = batching } }
    /// The batches that came.
    var batches: [[Asked]] { state.withLock(\.batches) }
    /// Holds back the answers to such requests; what they are is known by then.
    func hold(_ isHeld: @escaping @Sendable (Asked) -> Bool) { state.withLock { $0.isHeld = isHeld } }
    /// Lets all answers go.
    func letGo() {
        let held = state.withLock { state in
            defer { (state.held, state.isHeld) = ([], { _ in false }) }
            return state.held
        }
        for waiter in held { waiter.resume() }
    }
    /// Returns when so many answers are held back; a test that waits in vain ends by its time limit.
    func holds(_ count: Int) async { while state.withLock(\.held.count) < count, !Task.isCancelled { await Task.yield() } }
    /// How many requests were conditional.
    var conditional: Int { state.withLock(\.conditional) }
    let clock = StageClock()
    func advance(_ seconds: Int64) { clock.advance(to: clock.now + .seconds(seconds)) }

    /// The account with these kinds, every five minutes.
    func plan(
        _ kinds: [Kind], numbers: AccountPlan.Numbers = .all, ceiling: CallBudget.Ceiling = .fixed(10_000)
    ) throws -> AccountPlan {
        let client = GraphClient(
            endpoint: try Endpoint(baseURL: "https://graph.example", version: "v25.0"), token: try AccessToken("a-token-of-the-test"),
            transport: self)
        return AccountPlan(
            name: "acme", wabaID: Self.account, client: client, numbers: numbers,
            intervals: Dictionary(uniqueKeysWithValues: kinds.map { ($0, Duration.seconds(300)) }),
            lists: [.messageTemplate: ListPlan(paging: .cursor), .blockedUser: ListPlan(paging: .cursor)], splay: 0, ceiling: ceiling)
    }

    /// Polls whatever falls due until that much later, what falls due together at once and together.
    func runTogether(_ watcher: Watcher, for duration: Duration) async {
        let end = clock.now + duration
        while let wake = await watcher.wake, wake <= end {
            clock.advance(to: wake)
            await watcher.settleDueTroubles()
            let polls = await watcher.takeTurns()
            await withTaskGroup { group in for (target, seat) in polls { group.addTask { await watcher.poll(target, seat) } } }
        }
        clock.advance(to: end)
    }

    /// Polls whatever falls due until that much later, one poll after the other.
    func run(_ watcher: Watcher, for duration: Duration) async {
        let end = clock.now + duration
        while let wake = await watcher.wake, wake <= end {
            clock.advance(to: wake)
            await watcher.settleDueTroubles()
            for target in await watcher.takeDue() { await watcher.poll(target) }
        }
        clock.advance(to: end)
    }

    func watcher(_ kinds: Kind..., numbers: AccountPlan.Numbers = .all, ceiling: CallBudget.Ceiling = .fixed(10_000)) throws -> Watcher {
        watcher(of: try plan(kinds, numbers: numbers, ceiling: ceiling))
    }

    func watcher(of plan: AccountPlan) -> Watcher {
        let world = World(
            now: { [clock] in clock.now }, wallClock: { [clock] in clock.wallClock }, random: { 0.5 },
            alarm: SilentAlarm())
        return Watcher(accounts: [plan], ledger: ledger, world: world, log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// What was told after a sequence.
    func told(after sequence: Int64 = 0) async throws -> [DetectedChange] {
        try await ledger.changes(after: sequence, limit: 1000).map(\.change)
    }
    var sequence: Int64 { ledger.cursor.sequence }

    /// The number that the accounts of these tests have.
    static let numbers = Reply(body: #"{"data":[{"id":"7","display_phone_number":"+1 555"}]}"#)
    static func target(_ kind: Kind, _ number: String? = nil) -> PollTarget {
        PollTarget(account: "acme", kind: kind, phoneNumberID: number)
    }
}

extension AnswerStage: Transport {
    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        let address = request.url.dropFirst("https://graph.example/v25.0".utf8.count)
        if request.method == "POST", let addresses = BatchForm.addresses(request.body ?? []) {
            return try await batch(addresses.map { Self.read("/\($0)") })
        }
        let asked = Self.read(address)
        let isConditional = request.headers.contains { $0.name.lowercased().hasPrefix("if-") }
        let meta = state.withLock { state in
            state.requests.append(asked)
            if isConditional { state.conditional += 1 }
            return state.meta
        }
        let reply = meta(asked)
        await wait(for: [asked])
        return HTTPResponse(status: reply.status, headers: reply.headers, body: Array(reply.body.utf8))
    }

    private func batch(_ asked: [Asked]) async throws(TransportError) -> HTTPResponse {
        let (meta, batching) = state.withLock { state in
            state.batches.append(asked)
            return (state.meta, state.batching)
        }
        let answer = batching(asked.map(meta))
        await wait(for: asked)
        return try answer.get()
    }

    private func wait(for asked: [Asked]) async {
        guard state.withLock({ state in asked.contains { state.isHeld($0) } }) else { return }
        await withCheckedContinuation { waiter in state.withLock { $0.held.append(waiter) } }
    }

    static func item(_ reply: Reply) -> JSONValue { BatchForm.item(reply.status, reply.headers, Array(reply.body.utf8)) }
    static func array(_ items: [JSONValue]) -> HTTPResponse {
        HTTPResponse(status: 200, body: Array(JSONValue.array(items).description.utf8))
    }

    private static func read(_ address: some StringProtocol) -> Asked {
        let parts = address.split(separator: "?", maxSplits: 1)
        var query: [String: String] = [:]
        for part in parts.count > 1 ? parts[1].split(separator: "&") : [] {
            let pair = part.split(separator: "=", maxSplits: 1)
            query[String(pair[0])] = String(pair.count > 1 ? String(pair[1]) : "").replacing("%2C", with: ",").replacing("%7B", with: "{")
                .replacing(
                    "%7D", with: "}"
                )
                .replacing("%28", with: "(").replacing("%29", with: ")")
        }
        return Asked(
            path: String(parts[0]), fields: (query["fields"] ?? "").split(separator: ",").map(String.init),
            limit: query["limit"].flatMap { Int($0) }, after: query["after"], since: query["since"].flatMap { Int($0) })
    }
}
