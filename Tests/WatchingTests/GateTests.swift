import Changes
import GraphAPI
import Ledger
import StrictJSON
import Synchronization
import TestTools
import Testing
import WhatsAppBusiness

@testable import Watching

/// The one way to Meta: what is counted before it is made, what is repeated and what never, and what a reply says of the account.
@Suite(.timeLimit(.minutes(5))) struct GateTests {
    private let list = PollTarget(account: "acme", kind: .phoneNumber)
    private let profile = PollTarget(account: "acme", kind: .businessProfile, phoneNumberID: "7")

    /// Meta as a script: what each request is answered, by its token.
    private final class Script: Transport {
        typealias Answers = @Sendable (HTTPRequest, _ token: String) async -> Result<HTTPResponse, TransportError>
        private let state: Mutex<(requests: [(method: String, url: String, body: String, token: String)], answers: Answers)>

        init(_ answers: @escaping Answers) { state = Mutex(([], answers)) }

        var requests: [(method: String, url: String, body: String, token: String)] { state.withLock(\.requests) }

        func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
            let token = String(request.headers.first { $0.name == "Authorization" }?.value.dropFirst("Bearer ".count) ?? "")
            let answers = state.withLock { state in
                state.requests.append((request.method, request.url, String(decoding: request.body ?? [], as: UTF8.self), token))
                return state.answers
            }
            return try await answers(request, token).get()
        }
    }

    private static func ok(_ body: String = #"{"data":[{"id":"7"}]}"#) -> Result<HTTPResponse, TransportError> {
        .success(HTTPResponse(status: 200, body: Array(body.utf8)))
    }

    private static func error(_ code: Int, status: Int = 400) -> Result<HTTPResponse, TransportError> {
        .success(HTTPResponse(status: status, body: Array(#"{"error":{"code":\#(code),"message":"no"}}"#.utf8)))
    }

    private func client(_ token: String, _ transport: Script) throws -> GraphClient {
        GraphClient(
            endpoint: try Endpoint(baseURL: "https://graph.example", version: "v25.0"), token: try AccessToken(token), transport: transport)
    }

    private func plan(_ transport: Script, ceiling: CallBudget.Ceiling, name: String = "acme", renewed: GraphClient? = nil) throws
        -> AccountPlan
    {
        let renewal = Mutex(renewed)
        return AccountPlan(
            name: name, wabaID: "102", client: try client("the-first-token-of-the-test", transport), numbers: .all,
            intervals: [.phoneNumber: .seconds(60)],
            ceiling: ceiling,
            renewedClient: {
                renewal.withLock { client in
                    defer { client = nil }
                    return client
                }
            })
    }

    private func world(_ now: FixedTime) -> World {
        World(
            now: { now.moment }, wallClock: { Timestamp(milliseconds: 1_795_000_000_000) }, random: { 0.5 }, alarm: SilentAlarm(),
            boot: "this one")
    }

    private func gate(
        _ transport: Script, ceiling: CallBudget.Ceiling = .fixed(1000), renewed: GraphClient? = nil,
        disk: HeldDisk = HeldDisk()
    ) async throws -> (gate: AccountGate, ledger: Ledger, time: FixedTime) {
        let ledger = try Ledger(memory: MemoryStore()) { writes, work in disk.does(writes) { work(nil) } }
        let time = FixedTime()
        let reservations = CallReservations(ledger: ledger, world: world(time))
        let gate = AccountGate(
            try plan(transport, ceiling: ceiling, renewed: renewed), world: world(time), retry: Retry(), reservations: reservations)
        await reservations.join([gate])
        return (gate, ledger, time)
    }

    private func context(_ target: PollTarget, confirmer: PollTarget? = nil, core: Int = 0) -> RequestContext {
        RequestContext(target: target, lane: Lane(target), coreCallsPerHour: core, confirmer: confirmer)
    }

    private var numbers: GraphRequest { GraphRequest(.phoneNumbers, id: "102") }

    // MARK: Writing

    private func write(_ method: GraphRequest.Method) -> GraphRequest {
        var request = GraphRequest(.blockedUsers, id: "7", account: "102")
        request.method = method
        request.body = ["messaging_product": "whatsapp", "block_users": [["user": "15551230000"]]]
        return request
    }

    @Test(arguments: [GraphRequest.Method.post, .delete]) func write_goesOut_withItsBody(method: GraphRequest.Method) async throws {
        let transport = Script { _, _ in Self.ok("{}") }
        let (gate, _, _) = try await gate(transport)
        guard case .answer = await gate.send(write(method), context(profile)).outcome else { return fail("it is answered") }
        let request = try #require(transport.requests.first)
        #expect(transport.requests.count == 1)
        #expect(request.method == method.rawValue)
        #expect(request.url.hasPrefix("https://graph.example/v25.0/7/block_users"))
        #expect(request.body == #"{"block_users":[{"user":"15551230000"}],"messaging_product":"whatsapp"}"#)
    }

    /// Whether it was carried out nobody knows: whoever wants it again says so.
    @Test(arguments: [GraphRequest.Method.post, .delete]) func write_isNeverRepeated(method: GraphRequest.Method) async throws {
        let replies: [Result<HTTPResponse, TransportError>] = [
            .failure(TransportError(.reset, "the connection ended")), .failure(TransportError(.timeout, "no answer")),
            Self.error(2, status: 500),
            Self.error(4), Self.error(190, status: 401), .success(HTTPResponse(status: 502, body: Array("<html>".utf8))),
        ]
        for reply in replies {
            let transport = Script { _, _ in reply }
            let (gate, _, _) = try await gate(transport)
            guard case .failed = await gate.send(write(method), context(profile)).outcome else {
                Issue.record("\(reply) is a failure")
                continue
            }
            #expect(transport.requests.count == 1, "\(reply)")
        }
    }

    // MARK: Tokens

    /// While a request is under way the token is replaced: its refusal is the old one's.
    @Test(arguments: GraphRequest.Method.allCases) func refusal_ofATokenThatWasReplaced_saysNothing(method: GraphRequest.Method)
        async throws
    {
        let entered = Gatekeeper()
        let transport = Script { _, token in
            guard token == "the-first-token-of-the-test" else { return Self.ok() }
            await entered.pass()
            return Self.error(190, status: 401)
        }
        let (gate, _, _) = try await gate(transport)
        let next = try plan(transport, ceiling: .fixed(1000))
        var changed = next
        changed.client = try client("the-second-token-of-the-test", transport)
        let plan = changed
        var request = numbers
        request.method = method
        async let reply = gate.send(request, context(list))
        await entered.reached()
        _ = await gate.use(plan)
        await entered.open()
        let outcome = await reply.outcome
        let isAnswer = if case .answer = outcome { true } else { false }
        #expect(isAnswer == (method == .get), "what writes is not repeated")
        #expect(transport.requests.count == (method == .get ? 2 : 1))
    }

    @Test func refusedToken_isBelievedAtTheSecondRequest_andLetsOneAloneAsk() async throws {
        let transport = Script { _, _ in Self.error(190, status: 401) }
        let (gate, _, time) = try await gate(transport)
        guard case .failed(_, let first?) = await gate.send(numbers, context(profile, confirmer: list)).outcome else {
            return fail("it is refused")
        }
        #expect(first.verdict == .doubted && !first.isBelieved)
        #expect(await gate.standing.sentinel == list)
        guard case .closed = await gate.enter(profile, isRefused: false, isEarly: false) else { return fail("it waits") }
        time.advance(by: .seconds(30))
        guard case .open = await gate.enter(list, isRefused: false, isEarly: false) else { return fail("it asks") }
        guard case .failed(_, let second?) = await gate.send(numbers, context(list, confirmer: nil)).outcome else {
            return fail("it is refused")
        }
        #expect(second.verdict == .refused && second.isBelieved)
        #expect(await gate.standing.isRefused)
    }

    @Test func anotherToken_isTakenByWhoeverWasRefused() async throws {
        let transport = Script { _, token in token.contains("second") ? Self.ok() : Self.error(200, status: 403) }
        let renewed = try client("the-second-token-of-the-test", transport)
        let (gate, _, _) = try await gate(transport, renewed: renewed)
        guard case .open = await gate.enter(list, isRefused: false, isEarly: false) else { return fail("nobody looks for one yet") }
        guard case .renewed = await gate.enter(list, isRefused: true, isEarly: true) else { return fail("there is another") }
        guard case .answer = await gate.send(numbers, context(list)).outcome else { return fail("it is good") }
        guard case .early = await gate.enter(list, isRefused: true, isEarly: true) else { return fail("there is no third") }
    }

    // MARK: CallBudget

    @Test func others_endBeforeTheCore_andBothAreCounted() async throws {
        let transport = Script { _, _ in Self.ok() }
        let (gate, ledger, _) = try await gate(transport, ceiling: .fixed(20))
        var granted: [Lane: Int] = [:]
        for target in [profile, list] {
            while case .answer = await gate.send(numbers, context(target, core: 15)).outcome { granted[Lane(target), default: 0] += 1 }
        }
        // A fifth of all is spread over the hour, for the core.
        #expect(granted == [.others: 5, .core: 11])
        #expect(transport.requests.count == 16)
        #expect(await gate.standing.callsLastHour == 16)
        let document = try #require(try await ledger.budgets()["acme"])
        let written = (document["minutes"]?.array ?? []).reduce(0) { $0 + ($1.array?[1].integer ?? 0) }
        #expect(written >= 16, "none was made that was not written down before")
    }

    /// Whatever comes together is granted in the end, and nothing of it before it is written down.
    @Test(arguments: [1, 7, 60]) func requests_thatComeTogether_areWrittenDownFirst(count: Int) async throws {
        let disk = HeldDisk()
        let transport = Script { _, _ in Self.ok() }
        let (gate, _, _) = try await gate(transport, disk: disk)
        disk.hold()
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<count {
                group.addTask { if case .answer = await gate.send(numbers, context(list)).outcome { true } else { false } }
            }
            await disk.holds(1)
            #expect(transport.requests.isEmpty)
            disk.letGo()
            let granted = await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            #expect(granted == count)
        }
        #expect(transport.requests.count == count)
    }

    @Test func requests_ofManyAccounts_shareTheWrites() async throws {
        let disk = HeldDisk()
        let writes = Mutex(0)
        let ledger = try Ledger(memory: MemoryStore()) { isWriting, work in
            if isWriting { writes.withLock { $0 += 1 } }
            disk.does(isWriting) { work(nil) }
        }
        let time = FixedTime()
        let transport = Script { _, _ in Self.ok() }
        let reservations = CallReservations(ledger: ledger, world: world(time))
        var gates: [AccountGate] = []
        for index in 0..<50 {
            let gate = AccountGate(
                try plan(transport, ceiling: .fixed(1000), name: "account-\(index)"), world: world(time), retry: Retry(),
                reservations: reservations)
            await reservations.join([gate])
            gates.append(gate)
        }
        let before = writes.withLock(\.self)
        disk.hold()
        await withTaskGroup(of: Void.self) { group in
            for gate in gates {
                group.addTask { [numbers] in
                    let target = PollTarget(account: gate.name, kind: .phoneNumber)
                    let reply = await gate.send(numbers, RequestContext(target: target, lane: .core))
                    guard case .answer = reply.outcome else { return fail("\(gate.name): \(reply.outcome)") }
                }
            }
            await disk.holds(1)
            while await reservations.waitingCount < gates.count - 1, !Task.isCancelled { await Task.yield() }
            disk.letGo()
        }
        #expect(writes.withLock(\.self) - before == 2, "those that come while one is written share the next")
        // A minute later one write serves them all.
        time.advance(by: .seconds(121))
        let then = writes.withLock(\.self)
        for gate in gates {
            let target = PollTarget(account: gate.name, kind: .phoneNumber)
            guard case .answer = await gate.send(numbers, RequestContext(target: target, lane: .core)).outcome else {
                return fail("\(gate.name) is asked")
            }
        }
        #expect(writes.withLock(\.self) - then <= 2)
    }

    private func gates(
        _ names: [String], _ transport: Script, disk: HeldDisk, _ time: FixedTime
    ) async throws -> (CallReservations, [AccountGate]) {
        let ledger = try Ledger(memory: MemoryStore()) { isWriting, work in disk.does(isWriting) { work(nil) } }
        let reservations = CallReservations(ledger: ledger, world: world(time))
        let gates = try names.map { name in
            AccountGate(
                try plan(transport, ceiling: .fixed(1000), name: name), world: world(time), retry: Retry(), reservations: reservations)
        }
        await reservations.join(gates)
        return (reservations, gates)
    }

    @Test func writer_ofARound_isDoneWithIt_whileTheNextIsWritten() async throws {
        let disk = HeldDisk()
        let (reservations, gates) = try await gates(["first", "second"], Script { _, _ in Self.ok() }, disk: disk, FixedTime())
        disk.hold()
        let first = Task { try await reservations.reserve(gates[0]) }
        await disk.holds(1)
        let second = Task { [numbers] in
            await gates[1].send(numbers, RequestContext(target: PollTarget(account: "second", kind: .phoneNumber), lane: .core))
        }
        while await reservations.waitingCount < 1, !Task.isCancelled { await Task.yield() }
        disk.letGoOne()
        #expect(try await first.value, "it does not write the next round as well")
        await disk.holds(1)
        disk.letGo()
        guard case .answer = await second.value.outcome else { return fail("the second is asked") }
    }

    @Test(arguments: UInt64(0)..<50) func requests_amongCancelledOnes_getTheirCalls(seed: UInt64) async throws {
        var random = SeededGenerator(spreading: seed)
        let disk = HeldDisk()
        let (_, gates) = try await gates((0..<12).map { "account-\($0)" }, Script { _, _ in Self.ok() }, disk: disk, FixedTime())
        disk.hold()
        var tasks: [(task: Task<GateReply, Never>, isCancelled: Bool)] = []
        for gate in gates {
            let isCancelled = Bool.random(using: &random)
            let task = Task { [numbers] in
                await gate.send(numbers, RequestContext(target: PollTarget(account: gate.name, kind: .phoneNumber), lane: .core))
            }
            if isCancelled, Bool.random(using: &random) { task.cancel() }
            for _ in 0..<Int.random(in: 0..<20, using: &random) { await Task.yield() }
            tasks.append((task, isCancelled))
            if Bool.random(using: &random) { disk.letGoOne() }
        }
        for (task, isCancelled) in tasks where isCancelled { task.cancel() }
        disk.letGo()
        for (task, isCancelled) in tasks {
            let outcome = await task.value.outcome
            guard case .answer = outcome else {
                if !isCancelled { fail("\(outcome), and it was not cancelled") }
                continue
            }
        }
    }

    @Test func throttled_closesTheGate_forAll() async throws {
        let transport = Script { _, _ in Self.error(80007) }
        let (gate, _, time) = try await gate(transport)
        guard case .failed = await gate.send(numbers, context(list)).outcome else { return fail("it is throttled") }
        for target in [list, profile] {
            guard case .unaffordable(let until) = await gate.send(numbers, context(target)).outcome else {
                return fail("\(target) waits")
            }
            #expect(until - time.moment == .seconds(300))
        }
        #expect(transport.requests.count == 1)
    }

    @Test func cancelledTask_waitsForNothing_andIsGivenNothing() async throws {
        let disk = HeldDisk()
        let transport = Script { _, _ in Self.ok() }
        let (gate, _, _) = try await gate(transport, disk: disk)
        disk.hold()
        let first = Task { await gate.send(numbers, context(list)) }
        await disk.holds(1)
        let second = Task { await gate.send(numbers, context(list)) }
        second.cancel()
        guard case .unaffordable = await second.value.outcome else { return fail("it was cancelled") }
        disk.letGo()
        guard case .answer = await first.value.outcome else { return fail("the other is not") }
        #expect(transport.requests.count == 1)
    }
}

/// A monotonic clock that a test moves.
private final class FixedTime: Sendable {
    private let now = Mutex<Int64>(5_000_000_000_000)
    var moment: Moment { Moment(nanoseconds: now.withLock(\.self)) }
    func advance(by duration: Duration) { now.withLock { $0 += duration.nanoseconds } }
}

/// A door that holds whoever comes to it until it is opened, and tells when somebody came.
private actor Gatekeeper {
    private var isOpen = false
    private var hasCome = false
    private var held: [CheckedContinuation<Void, Never>] = []
    private var expecting: [CheckedContinuation<Void, Never>] = []

    func pass() async {
        hasCome = true
        for waiter in expecting { waiter.resume() }
        expecting = []
        if !isOpen { await withCheckedContinuation { held.append($0) } }
    }

    func reached() async { if !hasCome { await withCheckedContinuation { expecting.append($0) } } }

    func open() {
        isOpen = true
        for waiter in held { waiter.resume() }
        held = []
    }
}
