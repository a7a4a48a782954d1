import GraphAPI
import StrictJSON
import Testing
import WhatsAppBusiness

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

    private func ids(_ sweep: Sweep) -> [String]? {
        if case .complete(let found) = sweep.next { found.items.compactMap { $0["id"]?.string } } else { nil }
    }

    private func asked(_ sweep: Sweep) -> Position? { if case .ask(let request) = sweep.next { request.position } else { nil } }

    private func isVoid(_ sweep: Sweep) -> Bool { if case .void = sweep.next { true } else { false } }

    private func sweep() -> Sweep { Sweep([(nil, request)], fields: []) }

    @Test func pages_areWalkedToTheEnd() throws {
        var sweep = sweep()
        #expect(asked(sweep) == .start)
        sweep.on(try page(["1"], after: "a"))
        #expect(asked(sweep) == .after("a"))
        sweep.on(try page([], after: "b"))
        #expect(asked(sweep) == .after("b"), "an empty page with a next one is not the end")
        sweep.on(try page(["2"]))
        #expect(ids(sweep) == ["1", "2"])
        #expect(sweep.answers == 3)
    }

    @Test func failure_onAnyPage_voidsAll() throws {
        var sweep = sweep()
        sweep.on(try page(["1"], after: "a"))
        sweep.on(GraphFailure(.transient))
        #expect(isVoid(sweep), "part of a list does not count")
    }

    @Test func list_thatChangedUnderTheWalk_isWalkedAgain_threeTimesAtMost() throws {
        var sweep = sweep()
        for _ in 0..<3 {
            sweep.on(try page(["1"], after: "a"))
            sweep.on(GraphFailure(.paging(restart: true)))
            #expect(asked(sweep) == .start)
        }
        sweep.on(try page(["1"], after: "a"))
        sweep.on(GraphFailure(.paging(restart: true)))
        #expect(isVoid(sweep), "the fourth walk is the last")
    }

    @Test func thing_onTwoPages_meansThatTheListChanged() throws {
        var sweep = sweep()
        sweep.on(try page(["1", "2"], after: "a"))
        sweep.on(try page(["2", "3"]))
        #expect(asked(sweep) == .start)
        sweep.on(try page(["1"], after: "a"))
        sweep.on(try page(["2"]))
        #expect(ids(sweep) == ["1", "2"])
    }

    @Test func cursor_thatComesAgain_beginsAnew() throws {
        var sweep = sweep()
        sweep.on(try page(["1"], after: "a"))
        sweep.on(try page(["2"], after: "a"))
        #expect(asked(sweep) == .start)
    }

    /// A page by offset, of which one never knows whether the list shifted under it.
    private func offsetPage(_ ids: [String], next: Int? = nil) throws -> Page {
        var body: JSONObject = ["data": .array(ids.map { ["id": .string($0)] })]
        if let next { body["paging"] = ["next": .string("https://graph.facebook.com/x?offset=\(next)")] }
        return try Page(.object(body))
    }

    @Test func pagesByOffset_countOnlyWhenTwoWalksAgree() throws {
        var sweep = sweep()
        sweep.on(try offsetPage(["1", "2"], next: 2))
        sweep.on(try offsetPage(["3"]))
        #expect(asked(sweep) == .start, "one walk by offset is not enough")
        sweep.on(try offsetPage(["1", "2"], next: 2))
        sweep.on(try offsetPage(["4"]))
        #expect(asked(sweep) == .start, "the second walk saw another list")
        sweep.on(try offsetPage(["1", "2"], next: 2))
        sweep.on(try offsetPage(["4"]))
        #expect(ids(sweep) == ["1", "2", "4"])
    }

    @Test func pagesByOffset_thatNeverAgree_areVoid() throws {
        var sweep = sweep()
        for turn in 0..<4 {
            #expect(asked(sweep) == .start)
            sweep.on(try offsetPage(["1"], next: 1))
            sweep.on(try offsetPage(["\(10 + turn)"]))
        }
        #expect(isVoid(sweep))
    }

    /// A page of a list that gives a cursor and never a `next`.
    private func barePage(_ codes: [String], after: String? = nil) throws -> Page {
        var body: JSONObject = ["data": .array(codes.map { ["code": .string($0)] })]
        if let after { body["paging"] = ["cursors": ["after": .string(after)]] }
        return try Page(.object(body))
    }

    /// Its last cursor is followed once, and the list may have shifted by then.
    @Test func listOfCursorsAlone_thatShiftsBetweenItsPages_isWalkedAgain() throws {
        var sweep = Sweep([(nil, GraphRequest(.qrCodes, id: "7"))], fields: [])
        sweep.on(try barePage(["A", "B"], after: "b"))
        #expect(asked(sweep) == .after("b"), "a cursor alone is no end")
        sweep.on(try barePage(["B", "C"], after: "c"))
        #expect(asked(sweep) == .after("c"), "more came, so there may be more yet")
        sweep.on(try barePage([]))
        #expect(asked(sweep) == .start, "a thing came twice, so another may have been jumped over")
        sweep.on(try barePage(["N", "A", "B"], after: "b"))
        sweep.on(try barePage(["C"], after: "c"))
        sweep.on(try barePage([]))
        guard case .complete(let found) = sweep.next else {
            Issue.record("an empty page is the end")
            return
        }
        #expect(found.items.compactMap { $0["code"]?.string } == ["N", "A", "B", "C"])
    }

    /// The last page that comes again for its own cursor says only that there was no more.
    @Test func listOfCursorsAlone_whoseLastPageComesAgain_isComplete() throws {
        var sweep = Sweep([(nil, GraphRequest(.qrCodes, id: "7"))], fields: [])
        sweep.on(try barePage(["A", "B"], after: "b"))
        sweep.on(try barePage(["A", "B"], after: "b"))
        guard case .complete(let found) = sweep.next else {
            Issue.record("the same page again is the end")
            return
        }
        #expect(found.items.count == 2)
    }

    @Test func windows_areSweptOneAfterTheOther_andVoidTogether() throws {
        var sweep = Sweep([(1, request), (0, request)], fields: [], coverage: .windows([1, 0]))
        sweep.on(try page(["1"]))
        sweep.on(try page(["2", "3"]))
        guard case .complete(let found) = sweep.next else {
            Issue.record("two windows are all")
            return
        }
        #expect(found.keys.map(\.window) == [1, 0])
        #expect(found.keys.map { Array($0.keys) } == [["1"], ["2", "3"]])
        sweep = Sweep([(1, request), (0, request)], fields: [], coverage: .windows([1, 0]))
        sweep.on(try page(["1"]))
        sweep.on(GraphFailure(.transient))
        #expect(isVoid(sweep))
    }
}
