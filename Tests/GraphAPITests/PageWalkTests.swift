import GraphAPI
import StrictJSON
import Testing
import WhatsAppBusiness
import TestTools

@Suite(.timeLimit(.minutes(1))) struct PageWalkTests {
    @Test(arguments: ListTransport.Paging.allCases)
    func list_inAnyDivision_isReadExactly(paging: ListTransport.Paging) async throws {
        for seed in 0..<200 {
            var random = SeededGenerator(state: UInt64(seed))
            let ids = Set((0..<Int.random(in: 0...60, using: &random)).map { _ in Int.random(in: 1...100_000, using: &random) })
            let transport = ListTransport(paging, ids: ids.sorted(by: >), seed: UInt64(seed))
            let outcome = try await client(transport).all(request(paging))
            #expect(Set(outcome.items.compactMap { $0["id"]?.string.flatMap { Int($0) } }) == ids, "seed \(seed)")
            #expect(outcome.items.count == ids.count, "seed \(seed)")
            #expect(outcome.isExact || paging == .offset, "seed \(seed)")
        }
    }

    @Test(arguments: ListTransport.Paging.allCases)
    func list_thatChangesUnderTheWalk_isExactOrSaysThatItIsNot(paging: ListTransport.Paging) async throws {
        var unsure = 0
        for seed in 0..<200 {
            var random = SeededGenerator(state: UInt64(seed))
            let ids = Set((0..<40).map { _ in Int.random(in: 1...100_000, using: &random) })
            let transport = ListTransport(paging, ids: ids.sorted(by: >), seed: UInt64(seed), changes: true)
            let outcome: PageWalk.Outcome
            let (client, request) = try (client(transport), request(paging))
            do throws(GraphFailure) {
                outcome = try await client.all(request)
            } catch {
                #expect(error.code == .paging(restart: true), "seed \(seed)")
                continue
            }
            guard outcome.isExact else {
                unsure += 1
                continue
            }
            // Exact: whatever stood there all the time is in it, and nothing that never did.
            let read = Set(outcome.items.compactMap { $0["id"]?.string.flatMap { Int($0) } })
            let seen = transport.seen
            #expect(read.isSuperset(of: seen.always), "seed \(seed)")
            #expect(read.isSubset(of: seen.ever), "seed \(seed)")
        }
        #expect(paging == .offset ? unsure > 0 : unsure < 200)
    }

    @Test func walk_overAnEmptyPageWithNext_goesOn() throws {
        var walk = PageWalk(GraphRequest(.phoneNumbers, id: "1"))
        guard case .ask(let next) = try walk.on(Page(parsing: #"{"data":[],"paging":{"next":"/x?after=a"}}"#)) else {
            throw Unexpected("the walk ended")
        }
        #expect(next.position == .after("a"))
    }

    @Test func walk_overACursorWithoutNext_endsOrSettles() throws {
        let page = #"{"data":[{"id":"1","wa_id":"1"}],"paging":{"cursors":{"after":"a"}}}"#
        var numbers = PageWalk(GraphRequest(.phoneNumbers, id: "1"))
        guard case .done = try numbers.on(Page(parsing: page)) else { throw Unexpected("phone numbers are settled by a missing next") }
        var blocked = PageWalk(GraphRequest(.blockedUsers, id: "1"))
        guard case .ask(let next) = try blocked.on(Page(parsing: page)) else { throw Unexpected("the cursor was not settled") }
        #expect(next.position == .after("a"))
        // The same page again says that there was no more.
        guard case .done(let outcome) = try blocked.on(Page(parsing: page)) else { throw Unexpected("the walk goes on") }
        #expect(outcome.items.count == 1 && outcome.isExact && outcome.pages == 2)
    }

    @Test func walk_thatMeetsACursorTwice_fails() throws {
        var walk = PageWalk(GraphRequest(.phoneNumbers, id: "1"))
        _ = try walk.on(Page(parsing: #"{"data":[{"id":"1"}],"paging":{"next":"/?after=a"}}"#))
        #expect { try walk.on(Page(parsing: #"{"data":[{"id":"2"}],"paging":{"next":"/?after=a"}}"#)) } throws: {
            ($0 as? GraphFailure)?.code == .paging(restart: true)
        }
    }

    @Test func walk_overTooManyPages_fails() throws {
        var walk = PageWalk(GraphRequest(.phoneNumbers, id: "1"), pageLimit: 2)
        _ = try walk.on(Page(parsing: #"{"data":[],"paging":{"next":"/?after=a"}}"#))
        #expect { try walk.on(Page(parsing: #"{"data":[],"paging":{"next":"/?after=b"}}"#)) } throws: {
            ($0 as? GraphFailure)?.code == .paging(restart: false)
        }
    }

    /// One thing of a list that has shifted comes once more, under its other id.
    @Test(
        arguments: [
            (["1+US.1", "2"], ["US.1"], false), (["US.1"], ["2", "1+US.1"], false), (["1+US.1", "US.1"], [], false),
            (["1+US.1", "2+US.2"], ["3"], true), (["1", "US.1"], ["3+US.3"], true),
        ] as [([String], [String], Bool)])
    func walk_overOneThingUnderTwoIDs_isNotExact(first: [String], second: [String], isExact: Bool) throws {
        var walk = PageWalk(GraphRequest(.blockedUsers, id: "1"))
        var steps: [PageWalk.Step] = []
        for (next, ids) in [(#","paging":{"next":"/?after=a"}"#, first), ("", second)] {
            let items = ids.map { id in
                let members = id.split(separator: "+").map { $0.hasPrefix("US.") ? #""user_id":"\#($0)""# : #""wa_id":"\#($0)""# }
                return "{\(members.joined(separator: ","))}"
            }
            let page = KeyPage(try Page(parsing: #"{"data":[\#(items.joined(separator: ","))]\#(next)}"#), edge: .blockedUsers)
            steps.append(try walk.on(page))
        }
        guard case .done(let outcome)? = steps.last else { throw Unexpected("the walk goes on") }
        #expect(outcome.isExact == isExact)
    }

    @Test func walk_overDuplicates_keepsEachOnceAndSaysSo() throws {
        var walk = PageWalk(GraphRequest(.phoneNumbers, id: "1"))
        _ = try walk.on(Page(parsing: #"{"data":[{"id":"1"},{"id":"2"}],"paging":{"next":"/?after=a"}}"#))
        guard case .done(let outcome) = try walk.on(Page(parsing: #"{"data":[{"id":"2"},{"id":"3"}]}"#)) else {
            throw Unexpected("the walk goes on")
        }
        #expect(outcome.items.count == 3 && !outcome.isExact)
    }

    @Test func list_thatChangesWithError_isReadAgain() async throws {
        try await withServer { head in
            head.contains("after=")
                ? .http(400, #"{"error":{"code":139102}}"#) : .http(200, #"{"data":[{"wa_id":"1"}],"paging":{"next":"/?after=a"}}"#)
        } body: { server, transport in
            let failure = await #expect(throws: GraphFailure.self) {
                try await GraphAPITests.client(server, transport).all(GraphRequest(.blockedUsers, id: "1"))
            }
            #expect(failure?.code == .paging(restart: true))
            // Four walks of two requests.
            #expect(server.requests.count == 8)
        }
    }

    @Test func pages_areASequenceWithBothNeighbours() async throws {
        let transport = ListTransport(.cursor, ids: [5, 4, 3, 2, 1, 0].map { $0 + 1 }, seed: 1)
        var count = 0
        for try await page in try client(transport).pages(of: request(.cursor)) { count += page.items.count }
        #expect(count == 6)
        let page = try Page(parsing: #"{"data":[],"paging":{"previous":"/?before=p","next":"/?offset=7","cursors":{}}}"#)
        #expect(page.previous() == .before("p") && page.next() == .offset(7) && page.hasNext && page.hasPrevious)
        let last = try Page(parsing: #"{"data":[],"paging":{"previous":null,"next":null,"cursors":{"after":"a","before":"b"}}}"#)
        #expect(last.next() == nil && last.previous() == nil && last.after == "a" && last.before == "b")
    }

    @Test(arguments: [
        #"{}"#, #"{"data":{}}"#, #"{"data":[],"paging":1}"#, #"{"data":[],"paging":["x"]}"#, #"{"data":[],"paging":{"next":1}}"#,
        #"{"data":[],"paging":{"cursors":"a"}}"#, #"{"data":[],"paging":{"cursors":{"after":{}}}}"#,
    ])
    func body_thatIsNoPage_isRefused(text: String) {
        #expect { try Page(parsing: text) } throws: {
            if case .invalidAnswer = ($0 as? GraphFailure)?.code { true } else { false }
        }
    }

    @Test func window_longerThanSixMonths_isSplitIntoPartsThatOverlap() throws {
        let window = try #require(TimeWindow(since: 1_000_000_000, until: 1_100_000_000))
        let parts = window.parts()
        #expect(parts.first?.until == window.until && parts.last?.since == window.since)
        for (newer, older) in zip(parts, parts.dropFirst()) { #expect(older.until == newer.since + 1) }
        #expect(parts.allSatisfy { $0.until - $0.since < TimeWindow.longest })
        #expect(TimeWindow(since: .min, until: .max)?.parts(limit: 3).count == 3)
        #expect(TimeWindow(since: .min, until: .min)?.parts().count == 1)
        #expect(TimeWindow(since: 2, until: 1) == nil)
    }

    private func request(_ paging: ListTransport.Paging) throws -> GraphRequest {
        let edge = Edge(
            "things", kind: nil, path: "things", fields: [], form: .list, item: Anything.self, keys: ["/id"],
            settlesCursor: paging == .cursorWithoutNext)
        return GraphRequest(edge, id: "1", window: paging == .time ? TimeWindow(since: -40_000_000, until: 100_000) : nil)
    }

    private func client(_ transport: any Transport) throws -> GraphClient {
        try GraphClient(
            endpoint: Endpoint(baseURL: "https://graph.example", version: "v25.0"), token: AccessToken("secret"), transport: transport)
    }
}

/// A test went another way than it should.
struct Unexpected: Error {
    let sentence: String
    init(_ sentence: String) { self.sentence = sentence }
}

extension Page {
    init(parsing text: String) throws { try self.init(JSONValue(parsing: text)) }
}
