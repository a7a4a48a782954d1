import Changes
import FoundationEssentials
import GraphAPI
import Ledger
import Logging
import StrictJSON
import Synchronization
import TestTools
import Testing
import WhatsAppBusiness

@testable import Watching

/// Meta as a table: what is answered under a path, and which requests came.
final class TableTransport: Transport {
    private let state = Mutex<(answers: [String: [HTTPResponse]], requests: [String])>(([:], []))

    var requests: [String] { state.withLock(\.requests) }

    /// Sets what is answered under a path, one after the other; the last for ever.
    func answer(_ path: String, _ responses: (status: Int, body: String)...) {
        state.withLock { $0.answers[path] = responses.map { HTTPResponse(status: $0.status, body: Array($0.body.utf8)) } }
    }

    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        let path = String(request.url.dropFirst("https://graph.example/v25.0".utf8.count).prefix { $0 != "?" })
        let response: HTTPResponse? = state.withLock { state in
            state.requests.append(request.url)
            guard var answers = state.answers[path], let first = answers.first else { return nil }
            if answers.count > 1 { answers.removeFirst() }
            state.answers[path] = answers
            return first
        }
        return response ?? HTTPResponse(status: 500, body: [])
    }
}

/// An alarm that nobody hears.
struct SilentAlarm: Alarm {
    let rings = AsyncStream<Void> { _ in }
    func set(_ moment: Moment?) {}
}

@Suite struct WatcherTests {
    private let transport = TableTransport()
    private let clock = FakeClock(running: .seconds(1_000_000), wallClock: 1_000_000_000)

    private func watcher(_ ledger: Ledger, ceiling: CallBudget.Ceiling = .fixed(1000)) throws -> Watcher {
        let client = GraphClient(
            endpoint: try Endpoint(baseURL: "https://graph.example", version: "v25.0"), token: try AccessToken("a-token-of-the-test"),
            transport: transport)
        let plan = AccountPlan(
            name: "acme", wabaID: "102", client: client, numbers: .all,
            intervals: [.phoneNumber: .seconds(60), .businessProfile: .seconds(900)], splay: 0, ceiling: ceiling)
        let world = World(
            now: { [clock] in Moment(nanoseconds: clock.nanoseconds) },
            wallClock: { [clock] in Timestamp(milliseconds: clock.wallClock) }, random: { 0.5 }, alarm: SilentAlarm())
        return Watcher(accounts: [plan], ledger: ledger, world: world, log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    @Test(arguments: [AccountPlan.Numbers.all, .only(["1", "2"])], [true, false])
    func thingsOfANumber_areWatched_whereTheNumberIsOneOfTheAccounts(numbers: AccountPlan.Numbers, withList: Bool) throws {
        let client = GraphClient(
            endpoint: try Endpoint(baseURL: "https://graph.example", version: "v25.0"), token: try AccessToken("a-token-of-the-test"),
            transport: transport)
        let plan = AccountPlan(
            name: "acme", wabaID: "102", client: client, numbers: numbers, intervals: withList ? [.phoneNumber: .seconds(60)] : [:],
            ceiling: .fixed(1000))
        let watched = ["1", "2", "3", "4"].filter { plan.watches(thingsOf: $0, known: ["1", "3"]) }
        #expect(watched == (numbers == .all ? ["1", "3"] : withList ? ["1"] : ["1", "2"]))
        #expect(Set(watched) == plan.numbers(of: ["1", "3"]))
    }

    private func withLedger(_ body: (Ledger) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.path() + "wabawatch-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let ledger = try Ledger(path: path + "/ledger.sqlite")
        try await body(ledger)
        try ledger.close()
    }

    private func number(_ rating: String) -> String {
        #"{"data":[{"id":"7","quality_rating":"\#(rating)","display_phone_number":"+1 555"}]}"#
    }

    @Test func lookOnce_findsNumbersAndTheirProfiles() async throws {
        try await withLedger { ledger in
            transport.answer("/102/phone_numbers", (200, number("GREEN")))
            transport.answer("/7/whatsapp_business_profile", (200, #"{"data":[{"about":"Hi"}]}"#))
            #expect(try await watcher(ledger).pollEverythingOnce().isEmpty)
            let changes = try await ledger.changes(after: 0)
            #expect(changes.map(\.change.operation) == [.baseline, .baseline])
            #expect(changes.last?.change.summary == "acme: found the business profile of +1 555 (7); watching from here on")
            #expect(try await ledger.accounts() == ["acme": "102"])
        }
    }

    @Test func field_thatMetaDoesNotKnow_isLeftOutAndToldAsDrift() async throws {
        try await withLedger { ledger in
            transport.answer(
                "/102/phone_numbers",
                (400, #"{"error":{"code":100,"message":"(#100) Tried accessing nonexisting field (search_visibility)"}}"#),
                (200, number("GREEN")))
            transport.answer("/7/whatsapp_business_profile", (200, #"{"data":[{"about":"Hi"}]}"#))
            let troubled = try await watcher(ledger).pollEverythingOnce()
            #expect(troubled.values.map(\.state) == [.drifted])
            #expect(troubled.values.first?.reason == "Meta no longer gives search_visibility")
            #expect(transport.requests[0].contains("search_visibility"))
            #expect(!transport.requests[1].contains("search_visibility"))
            let told = try await ledger.changes(after: 0).filter { $0.change.resource.kind == .watch }
            #expect(
                told.map(\.change.summary) == [
                    "acme: phone_number is not current, answers have changed: Meta no longer gives search_visibility"
                ])
        }
    }

    @Test func restart_goesOnWhereItWas() async throws {
        try await withLedger { ledger in
            transport.answer("/102/phone_numbers", (200, number("GREEN")))
            transport.answer("/7/whatsapp_business_profile", (200, #"{"data":[{"about":"Hi"}]}"#))
            _ = try await watcher(ledger).pollEverythingOnce()
            clock.advance(by: .seconds(20))
            let second = try watcher(ledger)
            try await second.begin()
            let due = await second.targets.map { ($0.target.kind, $0.nextAt.map { $0.milliseconds / 1000 - 1_000_000 }) }
            #expect(due.map(\.0) == [.phoneNumber, .businessProfile])
            #expect(due.map(\.1) == [60, 900], "one interval after the last look, not at once")
        }
    }

    @Test func budget_thatIsUsedUp_makesTheWatchLate_andAsksNothing() async throws {
        try await withLedger { ledger in
            transport.answer("/102/phone_numbers", (200, number("GREEN")))
            let watcher = try watcher(ledger, ceiling: .fixed(1))
            let troubled = try await watcher.pollEverythingOnce()
            #expect(transport.requests.count == 1)
            #expect(troubled[PollTarget(account: "acme", kind: .businessProfile, phoneNumberID: "7")]?.state == .late)
            #expect(troubled[PollTarget(account: "acme", kind: .account)]?.state == .late, "the account tells of it")
            #expect(troubled.count == 2)
            #expect(await watcher.report().budgets.map(\.callsLastHour) == [1])
        }
    }

    @Test func failures_changeNothingButTheWatch() async throws {
        try await withLedger { ledger in
            transport.answer("/102/phone_numbers", (200, number("GREEN")))
            transport.answer("/7/whatsapp_business_profile", (200, #"{"data":[{"about":"Hi"}]}"#))
            _ = try await watcher(ledger).pollEverythingOnce()
            let before = try await ledger.resources(kinds: [.phoneNumber, .businessProfile]).resources.map(\.document)
            let second = try watcher(ledger)
            try await second.begin()
            for body in ["", "<html>", #"{"data":{}}"#, #"{"data":[{"id":7.5}]}"#, #"{"data":[{}]}"#, #"{"data":[1]}"#, #"{"error":1}"#] {
                transport.answer("/102/phone_numbers", (200, body))
                _ = await second.pollOnce(PollTarget(account: "acme", kind: .phoneNumber))
            }
            #expect(try await ledger.changes(after: 2).isEmpty, "nothing shows yet whether it is the account's")
            clock.advance(by: .seconds(120))
            await second.settleDueTroubles()
            #expect(try await ledger.resources(kinds: [.phoneNumber, .businessProfile]).resources.map(\.document) == before)
            let told = try await ledger.changes(after: 2)
            #expect(told.map(\.change.resource.kind) == [.watch], "one change when the state changes, none while it stays")
            #expect(told.first?.change.after?["state"] == "invalid_answer")
        }
    }
}
