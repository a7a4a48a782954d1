import GraphAPI
import StrictJSON
import Testing
import TestTools
import WhatsAppBusiness

@Suite(.timeLimit(.minutes(1))) struct KeyPageTests {
    @Test func keys_ofAPageOfBlockedUsers_areScanned() async throws {
        let body =
            #"{"data":[{"messaging_product":"whatsapp","wa_id":"16505551234"},{"user_id":"US.1","wa_id":""}],"#
            + #""paging":{"cursors":{"after":"a","before":"b"},"next":"https:\/\/g\/?access_token=EAAG&after=a"}}"#
        let scanned = try await fetch(Array(body.utf8))
        #expect(scanned.answer.body.isNull)
        let page = try #require(scanned.page)
        #expect(page.keys == ["16505551234", "US.1"] && page.after == "a" && page.before == "b" && page.next() == .after("a"))
        let again = try await fetch(Array(body.utf8), digest: scanned.answer.digest)
        #expect(again.page == nil && again.answer.notModified)
    }

    /// A user with two ids is told apart by the number, and the other id is not lost; neither is a number that is no text.
    @Test(arguments: [
        #"{"wa_id":"1650","user_id":"US.1"}"#, #"{"user_id":"US.1","wa_id":"1650"}"#, #"{"user_id":"US.1","wa_id":1650}"#,
        #"{"user_id":"US.1","wa_id":1.65e3,"name":"x"}"#,
    ])
    func user_withTwoIDs_hasBoth(user: String) async throws {
        let page = try #require(try await fetch(Array(#"{"data":[{"wa_id":"1"},\#(user),{"user_id":"US.2"}]}"#.utf8)).page)
        #expect(Array(page.keys) == ["1", "1650", "US.2"] && Array(page.keys.others) == ["US.1"])
        #expect(page.keys.other(at: 1) == "US.1" && page.keys.other(at: 0) == nil && page.keys.other(at: 2) == nil)
        var ids = IDSet()
        _ = ids.insert(page.keys)
        #expect(ids.ids.other(at: 1) == "US.1")
    }

    /// Ids are numbers of any length, or text, wherever they stand.
    @Test(arguments: [
        (Edge.phoneNumbers, #"{"id":107878721936019}"#, "107878721936019"), (.qrCodes, #"{"code":12345678901234}"#, "12345678901234"),
        (.messageTemplates, #"{"id":123456789012345678901234567890}"#, "123456789012345678901234567890"),
        (.subscribedApps, #"{"whatsapp_business_api_data":{"id":67084711213}}"#, "67084711213"),
        (.account, #"{"id":9007199254740993}"#, "9007199254740993"),
        (.blockedUsers, #"{"wa_id":16505551234}"#, "16505551234"),
    ])
    func key_thatIsANumber_isItsText(edge: Edge, thing: String, key: String) throws {
        #expect(edge.key(of: try JSONValue(parsing: thing)) == key)
        #expect(throws: Never.self) { try edge.check(try JSONValue(parsing: thing)) }
    }

    /// Whatever a page is turned into: where the scanner takes it, the general parser takes it too, and reads the same.
    @Test func scanner_onMutatedPages_agreesWithTheParser() async throws {
        var random = SeededGenerator(state: 7)
        var scanned = 0
        var refused = 0
        for round in 0..<3000 {
            let body = mutated(round, &random)
            let parsed = try? await KeyPage(
                Page(OneAnswer(response: HTTPResponse(status: 200, body: body)).client().fetch(GraphRequest(.blockedUsers, id: "1"))),
                edge: .blockedUsers)
            let keys = try? await fetch(body)
            #expect(keys?.page == parsed, "round \(round): \(String(decoding: body, as: UTF8.self))")
            if keys?.answer.body.isNull == true { scanned += 1 }
            if keys == nil { refused += 1 }
        }
        #expect(scanned > 300 && refused > 300, "\(scanned) scanned, \(refused) refused")
        print("blocked users: 3000 mutated pages, \(scanned) scanned, \(refused) refused, none read differently")
    }

    private func fetch(_ body: [UInt8], digest: Digest? = nil) async throws -> KeyAnswer {
        try await OneAnswer(response: HTTPResponse(status: 200, body: body)).client()
            .fetchKeys(GraphRequest(.blockedUsers, id: "1"), digest: digest)
    }

    private func mutated(_ round: Int, _ random: inout SeededGenerator) -> [UInt8] {
        let users = (0..<Int.random(in: 0...4, using: &random)).map { _ in
            let id = Int.random(in: 0...999, using: &random)
            return [
                #"{"messaging_product":"whatsapp","wa_id":"\#(id)"}"#, #"{ "wa_id" : "\#(id)" }"#, #"{"user_id":"\#(id)"}"#,
                #"{"wa_id":"","user_id":"\#(id)","parent_user_id":"1"}"#, #"{"wa_id":"\#(id)","user_id":"US.\#(id)"}"#,
                #"{"user_id":"\#(id)","wa_id":"\#(id)"}"#, #"{"user_id":"","wa_id":"\#(id)"}"#,
            ].randomElement(using: &random) ?? ""
        }
        let paging = [
            "", #","paging":{}"#, #","paging":{"cursors":{"before":"b","after":"a"}}"#,
            #","paging":{"cursors":{"after":"a"},"next":"https:\/\/g\/x?after=a","previous":"\/y"}"#, #","paging":{"next":"/?offset=3"}"#,
        ].randomElement(using: &random)
        var bytes = Array(#"{"data":[\#(users.joined(separator: ","))]\#(paging ?? "")}"#.utf8)
        let pieces = [
            #"""#, #"\"#, "{", "}", "[", "]", ",", ":", " ", "null", "1", #""wa_id":"7","#, #""x":[],"#, #"\u0061"#, "\u{1}", "é", "a",
        ]
        for _ in 0..<(round % 4) {
            let at = Int.random(in: 0...bytes.count, using: &random)
            switch Int.random(in: 0..<3, using: &random) {
            case 0: bytes.insert(contentsOf: Array((pieces.randomElement(using: &random) ?? "").utf8), at: at)
            case 1 where at < bytes.count: bytes.remove(at: at)
            default: if at < bytes.count { bytes[at] = UInt8.random(in: 0...255, using: &random) }
            }
        }
        return bytes
    }
}
