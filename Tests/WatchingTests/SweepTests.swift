import GraphAPI
import StrictJSON
import Testing

@testable import Watching

@Suite struct SweepTests {
    private let request = GraphRequest(.phoneNumbers, id: "102")

    private func page(_ ids: [String], after: String? = nil) throws -> Page {
        var body: JSONObject = ["data": .array(ids.map { ["id": .string($0)] })]
        if let after {
            body["paging"] = ["cursors": ["after": .string(after)], "next": .string("https://graph.facebook.com/x?after=\(after)")]
        }
        return try Page(.object(body))
    }

    private func ids(_ action: Sweep.Action) -> [String]? {
        if case .complete(let items) = action { items.compactMap { $0["id"]?.string } } else { nil }
    }

    private func asked(_ action: Sweep.Action) -> Position? { if case .ask(let request) = action { request.position } else { nil } }

    @Test func pages_areWalkedToTheEnd() throws {
        var sweep = Sweep(request)
        #expect(asked(sweep.begin) == .start)
        #expect(asked(sweep.on(try page(["1"], after: "a"))) == .after("a"))
        #expect(asked(sweep.on(try page([], after: "b"))) == .after("b"), "an empty page with a next one is not the end")
        #expect(ids(sweep.on(try page(["2"]))) == ["1", "2"])
    }

    @Test func failure_onAnyPage_voidsAll() throws {
        var sweep = Sweep(request)
        _ = sweep.on(try page(["1"], after: "a"))
        guard case .void = sweep.on(GraphFailure(.transient)) else {
            Issue.record("part of a list counted")
            return
        }
    }

    @Test func list_thatChangedUnderTheWalk_isWalkedAgain_threeTimesAtMost() throws {
        var sweep = Sweep(request)
        for _ in 0..<3 {
            _ = sweep.on(try page(["1"], after: "a"))
            #expect(asked(sweep.on(GraphFailure(.paging(restart: true)))) == .start)
        }
        _ = sweep.on(try page(["1"], after: "a"))
        guard case .void = sweep.on(GraphFailure(.paging(restart: true))) else {
            Issue.record("the fourth walk was not the last")
            return
        }
    }

    @Test func thing_onTwoPages_meansThatTheListChanged() throws {
        var sweep = Sweep(request)
        _ = sweep.on(try page(["1", "2"], after: "a"))
        #expect(asked(sweep.on(try page(["2", "3"]))) == .start)
        _ = sweep.on(try page(["1"], after: "a"))
        #expect(ids(sweep.on(try page(["2"]))) == ["1", "2"])
    }

    @Test func cursor_thatComesAgain_beginsAnew() throws {
        var sweep = Sweep(request)
        _ = sweep.on(try page(["1"], after: "a"))
        #expect(asked(sweep.on(try page(["2"], after: "a"))) == .start)
    }
}
