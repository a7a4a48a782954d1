import GraphAPI
import StrictJSON
import Testing
import WhatsAppBusiness

/// Pages that hold something that is none of their things: it is left out, and the others are read.
@Suite struct OddPageTests {
    private func client(_ body: String) throws -> GraphClient {
        try OneAnswer(response: HTTPResponse(status: 200, body: Array(body.utf8))).client()
    }

    static let strays = [
        "1", "null", #""x""#, "[]", "{}", #"{"name":"x"}"#, #"{"id":[]}"#, #"{"id":1.5}"#, #"{"id":""}"#, #"{"id":null}"#, #"{"id":true}"#,
        #"{"id":"\#(String(repeating: "1", count: 513))"}"#,
    ]

    @Test(arguments: strays) func thing_withoutAnID_isLeftOut(stray: String) async throws {
        let page = try await Page(client(#"{"data":[{"id":"1"},\#(stray),{"id":2}]}"#).fetch(GraphRequest(.phoneNumbers, id: "1")))
        var walk = PageWalk(GraphRequest(.phoneNumbers, id: "1"))
        guard case .done(let outcome) = try walk.on(page) else { Issue.record("there is no other page"); return }
        #expect(Array(outcome.keys) == ["1", "2"] && outcome.items.count == 2 && outcome.strays == 1 && outcome.isExact)
    }

    @Test(arguments: strays.map { $0.replacing(#""id""#, with: #""wa_id""#) }) func user_withoutAnID_isLeftOut(stray: String) async throws {
        let body = #"{"data":[{"wa_id":"1"},\#(stray),{"wa_id":2},{"user_id":"US.1","wa_id":[]}],"paging":[]}"#
        let page = try #require(await client(body).fetchKeys(GraphRequest(.blockedUsers, id: "1")).page)
        #expect(page.keys == ["1", "2", "US.1"] && page.strays == 1 && !page.hasNext)
    }

    /// A last page that comes again for its own cursor, with a thing that cannot be told apart, is still the last page.
    @Test func stray_onAPageThatComesAgain_isNoSignOfChange() throws {
        let body = try JSONValue(parsing: #"{"data":[{"code":"1"},{"x":1}],"paging":{"cursors":{"after":"a"}}}"#)
        var walk = PageWalk(GraphRequest(.qrCodes, id: "1"))
        guard case .ask = try walk.on(Page(body)) else { Issue.record("the cursor has to be settled"); return }
        guard case .done(let outcome) = try walk.on(Page(body)) else { Issue.record("the list is at its end"); return }
        #expect(outcome.isExact && Array(outcome.keys) == ["1"] && outcome.strays == 2)
    }

    /// What stood on an earlier page and stands at the end now has moved: the list has to be read again.
    @Test func earlierPage_thatComesAgainAtTheEnd_isASignOfChange() throws {
        func page(_ code: String) throws -> Page {
            try Page(JSONValue(parsing: #"{"data":[{"code":"\#(code)"}],"paging":{"cursors":{"after":"k\#(code)"}}}"#))
        }
        var walk = PageWalk(GraphRequest(.qrCodes, id: "1"))
        for code in ["1", "2"] {
            guard case .ask = try walk.on(page(code)) else { Issue.record("the cursor has to be settled"); return }
        }
        guard case .done(let outcome) = try walk.on(page("1")) else { Issue.record("the list is at its end"); return }
        #expect(!outcome.isExact && Array(outcome.keys) == ["1", "2"])
    }

    @Test(arguments: [#"[]"#, #"{"cursors":[]}"#, "null", "{}"]) func paging_ofNothing_isNone(paging: String) throws {
        #expect(try !Page(JSONValue(parsing: #"{"data":[],"paging":\#(paging)}"#)).hasNext)
    }

    @Test(arguments: [#""x""#, "1", "[1]", #"{"cursors":1}"#, #"{"next":1}"#, #"{"next":["x"]}"#])
    func paging_thatCannotBeRead_isNoEnd(paging: String) throws {
        #expect(throws: GraphFailure.self) { try Page(JSONValue(parsing: #"{"data":[],"paging":\#(paging)}"#)) }
    }

    @Test func surrogates_thatStandAlone_loseNothingElse() async throws {
        let body = #"{"data":[{"id":"1","verified_name":"caf\ud83d"},{"id":"2","verified_name":"\ude00 ok"}]}"#
        let page = try await Page(client(body).fetch(GraphRequest(.phoneNumbers, id: "1")))
        #expect(page.items.map { $0["verified_name"] } == ["caf\u{FFFD}", "\u{FFFD} ok"])
        let users = #"{"data":[{"wa_id":"1","input":"\ud83d"}]}"#
        #expect(try await client(users).fetchKeys(GraphRequest(.blockedUsers, id: "1")).page?.keys == ["1"])
        let error = HTTPResponse(status: 400, body: Array(#"{"error":{"code":190,"message":"\ud83d"}}"#.utf8))
        let failure = await #expect(throws: GraphFailure.self) {
            try await OneAnswer(response: error).client().fetch(GraphRequest(.account, id: "1"))
        }
        #expect(failure?.code == .unauthorized && failure?.graph?.message == "\u{FFFD}")
    }
}
