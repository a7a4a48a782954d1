import AlarmKeeping
import Changes
import GraphAPI
import Ledger
import Logging
import StrictJSON
import TestTools
import Watching
import WhatsAppBusiness

/// Very many numbers under the simulated clock: what an hour of watching them costs, by the real watcher's decisions and a ledger in memory.
///
/// A hundred numbers to an account, each polled by its settings and its profile; Meta answers at once, and by 304 where nothing changed.
public final class ManyNumbers: @unchecked Sendable {
    private static let ofAnAccount = 100

    /// How many requests Meta was sent so far.
    public private(set) var requests = 0
    /// How many changes were recorded so far, baselines included.
    public var changes: Int { Int(life.ledger?.cursor.sequence ?? 0) }
    /// Bytes of memory that SQLite has taken.
    public static var ledgerBytes: Int { MemoryStore.bytes }
    /// How many numbers are watched.
    public let count: Int
    private let stage = Stage(print: nil)
    private let life: Life
    private let store: MemoryStore
    private let begin: Moment

    /// A daemon that has just begun to watch so many numbers, in whole hundreds.
    /// - Parameter keepsAlarms: whether what is wrong is kept as alarms as well.
    public init(_ count: Int, keepsAlarms: Bool = false) throws {
        let accounts = max(1, count / Self.ofAnAccount)
        self.count = accounts * Self.ofAnAccount
        life = Life(1, stage: stage)
        store = try MemoryStore()
        begin = stage.now
        let ledger = try Ledger(memory: store) { [unowned life] _, work in
            life.answer(after: .microseconds(100)) { work($0 ? nil : .ended) }
        }
        let transport = StageTransport { [unowned self] request throws(TransportError) in try await send(request) }
        let endpoint = try Endpoint(baseURL: "https://graph.example", version: "v25.0")
        let plans = try (0..<accounts).map { index in
            AccountPlan(
                name: "account-\(index)", wabaID: "9\(index)",
                client: GraphClient(endpoint: endpoint, token: try AccessToken("the-token-of-\(index)"), transport: transport),
                numbers: .all,
                intervals: [.phoneNumber: .seconds(60), .phoneNumberSettings: .seconds(3600), .businessProfile: .seconds(900)],
                ceiling: .fixed(100_000))
        }
        let world = World(
            now: { [stage] in stage.now }, wallClock: { [stage] in stage.wallClock }, random: { 0.5 }, alarm: StageAlarm(stage),
            boot: "boot")
        let log = Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() }
        let watcher = Watcher(accounts: plans, ledger: ledger, world: world, log: log)
        life.start(ledger, watcher)
        guard keepsAlarms else { return }
        let keeper = AlarmKeeper(
            ledger: ledger, source: watcher, now: world.now, wallClock: world.wallClock,
            pause: { [stage] in try await stage.sleep($0) }, log: log)
        life.run { _ in await keeper.run() }
    }

    /// Goes on for so long.
    public func run(for duration: Duration) {
        let end = stage.now + duration
        life.conductor.drain()
        while stage.step(until: end) { life.conductor.drain() }
    }

    /// Puts everything away.
    public func end() { life.kill() }

    private func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        let addresses = request.method == "POST" ? BatchForm.addresses(request.body ?? []) : nil
        requests += addresses?.count ?? 1
        let response = addresses.map(answer) ?? answer(request)
        let result: Result<HTTPResponse, TransportError> = await withCheckedContinuation { continuation in
            life.answer(after: .milliseconds(20)) { lives in
                continuation.resume(returning: lives ? .success(response) : .failure(TransportError(.closed, "the process has ended")))
            }
        }
        return try result.get()
    }

    private func answer(_ addresses: [String]) -> HTTPResponse {
        let items = addresses.map { address in
            let response = answer(HTTPRequest(method: "GET", url: "https://graph.example/v25.0/\(address)", headers: [], body: nil))
            return BatchForm.item(response.status, response.headers, response.body)
        }
        return HTTPResponse(status: 200, body: JSONValue.array(items).bytes)
    }

    /// Every hundredth number gets another profile after half an hour.
    private func answer(_ request: HTTPRequest) -> HTTPResponse {
        let path = request.url.dropFirst("https://graph.example/v25.0/".utf8.count).prefix { $0 != "?" }.split(separator: "/")
        let isNew = path[0].hasSuffix("07") && path.last == "whatsapp_business_profile" && stage.now - begin > .seconds(1800)
        let etag = isNew ? "\"2\"" : "\"1\""
        if request.headers.contains(where: { $0.name == "If-None-Match" && $0.value == etag }) {
            return HTTPResponse(status: 304, headers: [("etag", etag)])
        }
        let body =
            switch path.last {
            case "phone_numbers":
                "{\"data\":["
                    + (0..<Self.ofAnAccount).map { index in
                        "{\"id\":\"\(path[0])\(index / 10)\(index % 10)\",\"display_phone_number\":\"+1 555 \(index)\",\"quality_rating\":\"GREEN\",\"status\":\"CONNECTED\","
                            + "\"verified_name\":\"Succulents & café\",\"throughput\":{\"level\":\"STANDARD\"}}"
                    }.joined(separator: ",") + "]}"
            case "settings": "{\"calling\":{\"status\":\"ENABLED\"},\"storage_configuration\":{\"status\":\"DEFAULT\"}}"
            default:
                "{\"data\":[{\"about\":\"\(isNew ? "Closed" : "Open")\",\"address\":\"1 Hacker Way\",\"vertical\":\"RETAIL\",\"messaging_product\":\"whatsapp\"}]}"
            }
        return HTTPResponse(status: 200, headers: [("etag", etag)], body: Array(body.utf8))
    }
}
