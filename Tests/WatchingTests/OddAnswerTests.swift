import Changes
import GraphAPI
import Ledger
import StrictJSON
import Synchronization
import Testing
import WhatsAppBusiness

@testable import Watching

/// One odd thing in an answer costs itself alone: it is kept or left out, and told once; everything else is recorded as always.
@Suite(.timeLimit(.minutes(5))) struct OddAnswerTests {
    private static let numbers = AnswerStage.target(.phoneNumber)

    private func list(_ items: String...) -> AnswerStage.Meta {
        let body = #"{"data":[\#(items.joined(separator: ","))]}"#
        return { _ in AnswerStage.Reply(body: body) }
    }

    /// A first poll as always, three at the odd answer, and one when all is as always again.
    private func looks(
        _ target: PollTarget, _ usual: @escaping AnswerStage.Meta, _ odd: @escaping AnswerStage.Meta,
        _ body: (_ told: [DetectedChange], _ after: [DetectedChange], _ stage: AnswerStage, _ odd: Watch?) async throws -> Void
    ) async throws {
        try await AnswerStage.with(usual) { stage in
            let watcher = try stage.watcher(target.kind)
            try await watcher.begin()
            if let number = target.phoneNumberID { await watcher.watch(numbers: [number], of: "acme") }
            func look() async {
                _ = await watcher.takeDue()
                _ = await watcher.poll(target)
                stage.advance(400)
            }
            await look()
            var before = stage.sequence
            stage.answer(odd)
            for _ in 0..<3 { await look() }
            let told = try await stage.told(after: before)
            let watch = await watcher.watch(over: target)
            before = stage.sequence
            stage.answer(usual)
            await look()
            #expect(await watcher.watch(over: target)?.state == .current, "what is as always again is current")
            try await body(told, try await stage.told(after: before), stage, watch)
            #expect(stage.conditional == 0)
        }
    }

    @Test(arguments: [
        (#""webhook_configuration":["x"]"#, "webhook_configuration of 1 is an array instead of an object"),
        (#""throughput":"STANDARD""#, "throughput of 1 is a string instead of an object"),
        (#""is_pin_enabled":"true""#, "is_pin_enabled of 1 is a string instead of a boolean"),
        (#""verified_name":{"text":"x"}"#, "verified_name of 1 is an object instead of a string"),
        (
            #""health_status":{"entities":[{"entity_type":"WABA","id":"9","errors":[{"error_code":"141006"}]}]}"#,
            "health_status/entities/errors/error_code of 1 is a string instead of a whole number of at most 64 bits"
        ),
        (#""conversational_automation":{"commands":{"a":1}}"#, "conversational_automation/commands of 1 is an object instead of an array"),
        (
            #""country_code":55,"search_visibility":false"#,
            "country_code of 1 is a number instead of a string, search_visibility of 1 is a boolean instead of a string"
        ),
    ])
    func member_ofAnotherType_isToldOnce_andHidesNoBan(member: String, reason: String) async throws {
        try await looks(
            Self.numbers, list(#"{"id":"1"}"#, #"{"id":"2","status":"CONNECTED"}"#),
            list(#"{"id":"1",\#(member)}"#, #"{"id":"2","status":"BANNED"}"#)
        ) { told, after, stage, odd in
            #expect(odd?.state == .drifted && odd?.reason == reason)
            #expect(told.filter { $0.resource.kind == .watch }.map { $0.after?["reason"]?.string } == [reason], "once")
            #expect(told.filter { $0.resource.id == "2" }.map(\.severity) == [.critical], "\(told.map(\.summary))")
            #expect(after.contains { $0.resource.kind == .watch && $0.after?["state"] == "current" })
        }
    }

    @Test func member_ofAnotherType_isKeptAsItCame() async throws {
        try await AnswerStage.with(list(#"{"id":"1","throughput":"HIGH"}"#)) { stage in
            let watcher = try stage.watcher(.phoneNumber)
            let troubled = try await watcher.pollEverythingOnce()
            #expect(troubled.values.map(\.state) == [.drifted])
            #expect(try await stage.ledger.resources(kinds: [.phoneNumber]).resources.first?.document["throughput"] == "HIGH")
            #expect(try await stage.told().first?.operation == .baseline)
        }
    }

    @Test(arguments: [
        "1", "null", #""3""#, "[]", "{}", #"{"status":"BANNED"}"#, #"{"id":[],"status":"BANNED"}"#, #"{"id":3.5}"#, #"{"id":""}"#,
    ])
    func thing_withoutAnID_isLeftOut_andNothingIsTakenForGone(stray: String) async throws {
        try await looks(
            Self.numbers, list(#"{"id":"1"}"#, #"{"id":"2","status":"CONNECTED"}"#, #"{"id":"3"}"#),
            list(#"{"id":"1"}"#, #"{"id":2,"status":"BANNED"}"#, stray)
        ) { told, after, stage, odd in
            #expect(odd?.state == .drifted && odd?.reason == "things without an id are left out")
            #expect(told.filter { $0.resource.kind == .watch }.count == 1)
            #expect(told.filter { $0.resource.id == "2" }.map(\.severity) == [.critical], "\(told.map(\.summary))")
            #expect(!(told + after).contains { $0.operation == .removed || $0.operation == .added }, "it may be the one that is missed")
            let kept = try await stage.ledger.resources(kinds: [.phoneNumber]).resources
            #expect(kept.count == 3)
        }
    }

    @Test(arguments: [Kind.messageTemplate, .qrCode, .blockedUser]) func lists_ofOtherKinds_areReadTheSame(kind: Kind) async throws {
        let key = kind == .qrCode ? "code" : kind == .blockedUser ? "wa_id" : "id"
        let target = AnswerStage.target(kind, kind == .messageTemplate ? nil : "7")
        try await looks(
            target, list(#"{"\#(key)":"1"}"#, #"{"\#(key)":"2"}"#), list(#"{"\#(key)":"1"}"#, #"{"name":7}"#, #"{"\#(key)":3}"#)
        ) { told, after, stage, odd in
            #expect(odd?.state == .drifted && odd?.reason == "things without an id are left out")
            #expect(told.filter { $0.operation == .added }.map(\.resource.id) == ["3"])
            #expect(!told.contains { $0.operation == .removed })
        }
    }

    @Test func things_thatAllHaveNoID_areNoAnswer() async throws {
        try await looks(Self.numbers, list(#"{"id":"1"}"#), list(#"{"name":"1"}"#, "7")) { told, after, stage, odd in
            #expect(odd?.state == .invalidAnswer && odd?.reason == "the answer cannot be used: no thing of phone_numbers has an id")
            #expect(told.allSatisfy { $0.resource.kind == .watch })
        }
    }

    @Test(arguments: [
        (
            Kind.businessProfile, #"{"data":[{"about":"x","websites":["y"]}]}"#, #"{"data":[{"about":"x","websites":"y"}]}"#,
            "websites is a string instead of an array"
        ),
        (.businessProfile, #"{"data":[{"about":"x"}]}"#, #"{"data":[{"about":7}]}"#, "about is a number instead of a string"),
        (
            .commerceSettings, #"{"data":[{"is_cart_enabled":true}]}"#, #"{"data":[{"is_cart_enabled":1}]}"#,
            "is_cart_enabled is a number instead of a boolean"
        ),
        (
            .phoneNumberSettings, #"{"calling":{"status":"ENABLED"}}"#, #"{"calling":{"status":["ENABLED"]}}"#,
            "calling/status is an array instead of a string"
        ),
    ])
    func member_ofASingleThing_isToldOnce(kind: Kind, usual: String, odd: String, reason: String) async throws {
        try await looks(AnswerStage.target(kind, "7"), { _ in .init(body: usual) }, { _ in .init(body: odd) }) {
            told, after, stage, watch in
            #expect(watch?.state == .drifted && watch?.reason == reason)
            #expect(told.filter { $0.resource.kind == .watch }.map(\.resource.id) == ["\(kind.rawValue)/7"])
            #expect(told.contains { $0.resource.kind == kind && $0.operation == .changed })
        }
    }

    @Test func reason_isBounded_howeverMuchIsOdd() async throws {
        let things = (0..<300).map {
            #"{"id":"\#(String(repeating: "9", count: 400))\#($0)","status":1,"throughput":2,"username":3,"country_code":4}"#
        }
        let body = #"{"data":[\#(things.joined(separator: ","))]}"#
        try await AnswerStage.with({ _ in .init(body: body) }) { stage in
            let watch = try await stage.watcher(.phoneNumber).pollEverythingOnce().values.first
            #expect(watch?.state == .drifted)
            #expect((watch?.reason ?? "").utf8.count < 1000 && watch?.reason?.hasSuffix("and others") == true, "\(watch?.reason ?? "")")
        }
    }

    @Test func surrogate_thatStandsAlone_isReadAndTold() async throws {
        try await looks(
            Self.numbers, list(#"{"id":"1","verified_name":"a"}"#), list(#"{"id":"1","verified_name":"a\ud83d"}"#)
        ) { told, after, stage, odd in
            #expect(odd?.state == .current)
            #expect(told.map { $0.after?["verified_name"] } == ["a\u{FFFD}"])
        }
    }

    // MARK: The account and its apps

    private func account(_ apps: String, _ rest: String = #""name":"Acme""#) -> AnswerStage.Meta {
        let body = #"{"id":"102",\#(rest),"subscribed_apps":\#(apps)}"#
        return { _ in AnswerStage.Reply(body: body) }
    }

    @Test func app_withoutAnID_isLeftOut_andTheOthersAreTold() async throws {
        let app = #"{"whatsapp_business_api_data":{"id":"1","name":"A"}}"#
        try await AnswerStage.with(account(#"{"data":[\#(app)]}"#)) { stage in
            let watcher = try stage.watcher(.account, .subscribedApp)
            _ = try await watcher.pollEverythingOnce()
            let before = stage.sequence
            let odd =
                #"{"data":[{"whatsapp_business_api_data":{"name":"B"}},{"whatsapp_business_api_data":{"id":2}},\#(app.replacing("\"A\"", with: "7"))]}"#
            stage.answer(account(odd))
            for _ in 0..<3 { _ = await watcher.poll(AnswerStage.target(.account)) }
            let told = try await stage.told(after: before)
            #expect(told.filter { $0.operation == .added }.map(\.resource.id) == ["2"])
            #expect(await watcher.watch(over: AnswerStage.target(.account))?.state == .current)
            let apps = await watcher.watch(over: AnswerStage.target(.subscribedApp))
            #expect(apps?.state == .drifted)
            #expect(
                apps?.reason == "whatsapp_business_api_data/name of 1 is a number instead of a string; things without an id are left out")
            #expect(told.filter { $0.resource.kind == .watch }.map(\.resource.id) == ["subscribed_app"], "once")
            stage.answer(account(#"{"data":[\#(app)]}"#))
            _ = await watcher.poll(AnswerStage.target(.account))
            #expect(await watcher.watch(over: AnswerStage.target(.subscribedApp))?.state == .current)
        }
    }

    // MARK: Answers about something else

    @Test(arguments: [
        (Kind.businessProfile, #"{"data":[{"business_profile":{"about":"x"},"id":"90210"}]}"#),
        (.businessProfile, #"{"data":[{"id":"90210"}]}"#), (.businessProfile, #"{"data":[{}]}"#),
        (.commerceSettings, #"{"data":[{"catalog":{"id":"1"}}]}"#), (.commerceSettings, #"{"data":[{"success":true}]}"#),
        (.phoneNumberSettings, #"{"id":"7"}"#), (.phoneNumberSettings, #"{"success":true}"#),
        (.phoneNumberSettings, #"{"data":[{"calling":{}}]}"#),
        (.account, #"{"id":"102"}"#), (.account, #"{"id":"90210","name":"Another"}"#), (.account, #"{"business":{"name":"x"}}"#),
        (.account, #"{}"#),
    ])
    func thing_thatShowsNothingAskedFor_changesNothing(kind: Kind, body: String) async throws {
        let usual = [
            Kind.businessProfile: #"{"data":[{"about":"x","email":"y"}]}"#, .commerceSettings: #"{"data":[{"is_cart_enabled":true}]}"#,
            .phoneNumberSettings: #"{"calling":{"status":"ENABLED"}}"#, .account: #"{"id":"102","name":"Acme","currency":"EUR"}"#,
        ][kind, default: ""]
        let target = AnswerStage.target(kind, kind == .account ? nil : "7")
        try await looks(target, { _ in .init(body: usual) }, { _ in .init(body: body) }) { told, after, stage, odd in
            #expect(odd?.state == .invalidAnswer)
            #expect(told.allSatisfy { $0.resource.kind == .watch }, "\(told.map(\.summary))")
            #expect(after.allSatisfy { $0.resource.kind == .watch }, "\(after.map(\.summary))")
        }
    }

    @Test(arguments: [
        (Kind.commerceSettings, #"{"data":[]}"#), (.commerceSettings, #"{"data":[{"id":"55"}]}"#), (.phoneNumberSettings, "{}"),
        (.businessProfile, #"{"data":[{"messaging_product":"whatsapp"}]}"#), (.businessProfile, #"{"data":[{"about":null}]}"#),
    ])
    func thing_ofWhichLittleIsSet_isOne(kind: Kind, body: String) async throws {
        try await AnswerStage.with({ asked in asked.path.hasSuffix("phone_numbers") ? AnswerStage.numbers : .init(body: body) }) { stage in
            let troubled = try await stage.watcher(.phoneNumber, kind).pollEverythingOnce()
            #expect(troubled.isEmpty, "\(troubled.values.map { "\($0.state) \($0.reason ?? "")" })")
        }
    }

    /// Settings show nothing, while one of their members is not asked for because Meta does not know it.
    @Test(arguments: ["{}", #"{"calling":null}"#, #"{"calling":{},"storage_configuration":null}"#, #"{"storage_configuration":[]}"#])
    func settings_ofWhichEachMemberIsNothing_areEmptyOnes(body: String) async throws {
        try await AnswerStage.with({ asked in
            if asked.path.hasSuffix("phone_numbers") { return AnswerStage.numbers }
            return asked.fields.contains("calling") ? .error(100, "(#100) Tried accessing nonexisting field (calling)") : .init(body: body)
        }) { stage in
            let troubled = try await stage.watcher(.phoneNumber, .phoneNumberSettings).pollEverythingOnce()
            #expect(troubled.values.map(\.reason) == ["Meta no longer gives calling"])
            #expect(try await stage.told().contains { $0.resource.kind == .phoneNumberSettings && $0.operation == .baseline })
        }
    }

    /// Numbers that the configuration names and the account does not show are a reason of the watch, until it shows them.
    @Test(
        arguments: [
            (["7"], ["7"], nil), (["7", "999"], ["7"], "the account does not show 999, which phone_numbers names"),
            (["998", "999"], ["7"], "the account does not show 998, 999, which phone_numbers names"),
            (["7", "8"], [], "the account does not show 7, 8, which phone_numbers names"),
        ] as [(Set<String>, [String], String?)])
    func numbersThatAreNotThere_areNamed_untilTheyAre(named: Set<String>, shown: [String], reason: String?) async throws {
        @Sendable func list(_ ids: [String]) -> AnswerStage.Reply {
            .init(body: #"{"data":[\#(ids.map { #"{"id":"\#($0)","status":"CONNECTED"}"# }.joined(separator: ","))]}"#)
        }
        try await AnswerStage.with({ _ in list(shown) }) { stage in
            let target = AnswerStage.target(.phoneNumber)
            let watcher = try stage.watcher(.phoneNumber, numbers: .only(named))
            try await watcher.begin()
            for _ in 1...3 {
                _ = await watcher.pollOnce(target)
                #expect(await watcher.watch(over: target)?.reason == reason)
                stage.advance(60)
            }
            let told = try await stage.told().filter { $0.resource.kind == .watch }
            #expect(told.map(\.operation) == (reason == nil ? [] : [.changed]), "once")
            stage.answer { _ in list(named.sorted()) }
            _ = await watcher.pollOnce(target)
            #expect(await watcher.watch(over: target)?.state == .current)
        }
    }
}
