import Changes
import GraphAPI
import Ledger
import StrictJSON
import Synchronization
import Testing
import WhatsAppBusiness

@testable import Watching

/// Fields that Meta refuses, and with them the whole: which it is is found, and the poll goes on without it.
@Suite(.timeLimit(.minutes(5))) struct RefusedFieldTests {
    private static let account = #"{"id":"102","name":"Acme","owner_business_info":{"id":"5"}}"#

    /// An account that refuses to be asked for some fields, in some words.
    private func refusing(_ fields: Set<String>, _ code: Int, _ message: String, status: Int = 400) -> AnswerStage.Meta {
        { asked in fields.isDisjoint(with: asked.fields) ? .init(body: Self.account) : .error(code, message, status: status) }
    }

    @Test(
        arguments: [
            (10, "(#10) Application does not have permission for this action", 403),
            (200, "(#200) Requires business_management permission", 403),
            (230, "(#230) Permissions disallow", 400), (100, "(#100) Missing permissions", 400), (12, "(#12) This is deprecated", 400),
        ], [["owner_business_info"], ["currency"], ["health_status", "on_behalf_of_business_info"]])
    func field_thatNobodyNames_isFoundByHalving(error: (code: Int, message: String, status: Int), fields: [String]) async throws {
        try await AnswerStage.with(refusing(Set(fields), error.code, error.message, status: error.status)) { stage in
            let watcher = try stage.watcher(.account)
            let watch = try await watcher.pollEverythingOnce().values.first
            #expect(watch?.state == .drifted && watch?.reason == "Meta refuses \(fields.sorted().joined(separator: ", "))")
            #expect(stage.requests.count <= 32, "\(stage.requests.count)")
            #expect(try await stage.told().map(\.resource.kind) == [.account, .watch])
            #expect(stage.requests.last?.fields.count == Edge.account.fields.count - 1 - fields.count)
            // It is not searched for again, and not told again.
            let (asked, before) = (stage.requests.count, stage.sequence)
            for _ in 0..<3 { _ = await watcher.poll(AnswerStage.target(.account)) }
            #expect(stage.requests.count == asked + 3 && stage.sequence == before)
        }
    }

    @Test(arguments: [
        (12, "(#12) owner_business_info field is deprecated for versions v26.0 and higher", "Meta refuses owner_business_info"),
        (200, "(#200) Requires business_management to read 'owner_business_info'", "Meta refuses owner_business_info"),
        (100, "(#100) Tried accessing nonexisting field (owner_business_info)", "Meta no longer gives owner_business_info"),
    ])
    func field_thatIsNamed_isLeftOutAtOnce(code: Int, message: String, reason: String) async throws {
        try await AnswerStage.with(refusing(["owner_business_info"], code, message)) { stage in
            let troubled = try await stage.watcher(.account).pollEverythingOnce()
            #expect(troubled.values.first?.reason == reason)
            #expect(stage.requests.count == 2)
        }
    }

    @Test func thing_thatIsRefused_isForbidden_withoutASearch() async throws {
        try await AnswerStage.with({ _ in .error(200, "(#200) Permissions error", status: 403) }) { stage in
            let watcher = try stage.watcher(.account)
            try await watcher.begin()
            guard case .failed(.forbidden, _) = await watcher.pollOnce(AnswerStage.target(.account)).result else {
                Issue.record("it is forbidden")
                return
            }
            #expect(stage.requests.map(\.fields.count) == [Edge.account.fields.count - 1, 1], "only the least is asked for besides")
            for _ in 0..<10 { _ = await watcher.pollOnce(AnswerStage.target(.account), isAsked: true) }
            #expect(stage.requests.count == 12, "and not each time")
        }
    }

    @Test func refusal_inPassing_leavesNothingOut() async throws {
        let count = Mutex(0)
        try await AnswerStage.with({ _ in
            count.withLock { count in
                count += 1
                return count == 1 ? .error(10, "(#10) Permission denied") : .init(body: Self.account)
            }
        }) { stage in
            let troubled = try await stage.watcher(.account).pollEverythingOnce()
            #expect(troubled.isEmpty)
            #expect(stage.requests.last?.fields.count == Edge.account.fields.count - 1)
        }
    }

    /// The refusal of the whole may be another by the time that the least is asked for.
    @Test func thing_thatIsRefusedInOtherWordsMeanwhile_isToldByTheNewest() async throws {
        let count = Mutex(0)
        try await AnswerStage.with({ _ in
            let isFirst = count.withLock { count in
                count += 1
                return count == 1
            }
            return isFirst ? .error(10, "(#10) Permission denied") : .error(200, "(#200) Requires another permission")
        }) { stage in
            let watcher = try stage.watcher(.account)
            try await watcher.begin()
            guard case .failed(.forbidden, let reason) = await watcher.pollOnce(AnswerStage.target(.account)).result else {
                Issue.record("it is forbidden")
                return
            }
            #expect("\(reason)".contains("200") && stage.requests.count == 2)
        }
    }

    @Test(arguments: [
        (Kind.phoneNumberSettings, "storage_configuration", #"{"calling":{"status":"ENABLED"}}"#),
        (.businessProfile, "email", #"{"data":[{"about":"x"}]}"#), (.qrCode, "deep_link_url", #"{"data":[{"code":"1"}]}"#),
        (.commerceSettings, "is_cart_enabled", #"{"data":[{"id":"5"}]}"#),
    ])
    func field_ofANumbersThings_isFoundOnceForAll(kind: Kind, field: String, body: String) async throws {
        let numbers = #"{"data":[{"id":"1"},{"id":"2"},{"id":"3"}]}"#
        try await AnswerStage.with({ asked in
            if asked.path.hasSuffix("phone_numbers") { return .init(body: numbers) }
            return asked.fields.contains(field) ? .error(200, "(#200) No permission") : .init(body: body)
        }) { stage in
            let troubled = try await stage.watcher(.phoneNumber, kind).pollEverythingOnce()
            #expect(troubled.values.map(\.reason) == Array(repeating: "Meta refuses \(field)", count: 3))
            #expect(try await stage.told().filter { $0.resource.kind == .watch }.count == 1)
            #expect(stage.requests.filter { $0.fields.contains(field) }.count <= 9, "two of the three know it from the first")
        }
    }

    /// Each is refused once; what that is about, one of them finds out, and another where it could not.
    @Test(arguments: [nil, 503, 401]) func field_ofManyNumbersLookedAtTogether_isSearchedByOne(trouble: Int?) async throws {
        // One that is broken off and gone on with costs a little more.
        let (count, search) = (20, trouble == nil ? 16 : 24)
        let list = (1...count).map { #"{"id":"\#($0)"}"# }.joined(separator: ",")
        let isBroken = Mutex(trouble == nil)
        try await AnswerStage.with({ asked in
            if asked.path.hasSuffix("phone_numbers") { return .init(body: #"{"data":[\#(list)]}"#) }
            if asked.fields.contains("calling") { return .error(200, "(#200) No permission") }
            let breaks = isBroken.withLock { isBroken in
                defer { isBroken = true }
                return !isBroken
            }
            if breaks, let trouble { return .init(status: trouble, body: "") }
            return .init(body: #"{"storage_configuration":{"status":"DEFAULT"}}"#)
        }) { stage in
            let watcher = try stage.watcher(.phoneNumber, .phoneNumberSettings)
            try await watcher.begin()
            _ = await watcher.pollOnce(AnswerStage.target(.phoneNumber))
            let targets = (1...count).map { AnswerStage.target(.phoneNumberSettings, "\($0)") }
            for turn in 1...6 {
                let before = stage.requests.count
                await withTaskGroup(of: Void.self) { group in
                    for target in targets { group.addTask { _ = await watcher.pollOnce(target) } }
                }
                #expect(stage.requests.count - before <= 2 * count + search, "turn \(turn)")
                stage.advance(3)
            }
            for target in targets { #expect(await watcher.watch(over: target)?.reason == "Meta refuses calling", "\(target)") }
            let asked = stage.requests.filter { !$0.path.hasSuffix("phone_numbers") }.map { Set($0.fields) }
            let all: Set<String> = ["calling", "storage_configuration", "user_identity_change"]
            #expect(asked.count { $0 == all } <= count + 8, "each is refused once")
            #expect(asked.count { $0 != all && $0 != all.subtracting(["calling"]) } <= search, "one searches")
        }
    }

    @Test func search_thatTheBudgetInterrupts_goesOnWhereItWas() async throws {
        try await AnswerStage.with(refusing(["currency"], 200, "(#200) No")) { stage in
            let watcher = try stage.watcher(.account, ceiling: .fixed(5))
            try await watcher.begin()
            var hours = 0
            while await watcher.watch(over: AnswerStage.target(.account))?.state != .drifted, hours < 6 {
                _ = await watcher.pollOnce(AnswerStage.target(.account))
                stage.advance(3700)
                hours += 1
                #expect(stage.requests.count <= 5 * hours)
            }
            #expect(await watcher.watch(over: AnswerStage.target(.account))?.reason == "Meta refuses currency")
            #expect(stage.requests.count <= 24)
        }
    }

    @Test func troubleInTheSearch_isTheLooksFailure_andEndsNothing() async throws {
        let count = Mutex(0)
        try await AnswerStage.with({ asked in
            let turn = count.withLock { count in
                count += 1
                return count
            }
            if turn == 4 { return .init(status: 503, body: "") }
            return asked.fields.contains("currency") ? .error(200, "(#200) No") : .init(body: Self.account)
        }) { stage in
            let watcher = try stage.watcher(.account)
            try await watcher.begin()
            guard case .failed(.unreachable, _) = await watcher.pollOnce(AnswerStage.target(.account)).result else {
                Issue.record("it was Meta's trouble")
                return
            }
            guard case .recorded = await watcher.pollOnce(AnswerStage.target(.account)).result else { Issue.record("it goes on"); return }
            #expect(await watcher.watch(over: AnswerStage.target(.account))?.reason == "Meta refuses currency")
        }
    }

    // MARK: Less at once

    @Test func wishForLess_halvesThePages_forTheRun() async throws {
        let things = (1...9).map { #"{"id":"\#($0)"}"# }
        try await AnswerStage.with({ asked in
            let limit = asked.limit ?? 100
            guard limit <= 4 else {
                return .error(1, "Please reduce the amount of data you're asking for, then retry your request", status: 500)
            }
            let start = asked.after.flatMap { Int($0) } ?? 0
            let page = things[start..<min(start + limit, things.count)]
            let next = page.endIndex < things.count ? #","next":"https://x/?after=\#(page.endIndex)""# : ""
            return .init(body: #"{"data":[\#(page.joined(separator: ","))],"paging":{"cursors":{"after":"\#(page.endIndex)"}\#(next)}}"#)
        }) { stage in
            let watcher = try stage.watcher(.phoneNumber)
            #expect(try await watcher.pollEverythingOnce().isEmpty)
            #expect(stage.requests.map(\.limit) == [100, 50, 25, 12, 6, 3, 3, 3])
            _ = await watcher.poll(AnswerStage.target(.phoneNumber))
            #expect(stage.requests.dropFirst(8).map(\.limit) == [3, 3, 3])
        }
    }

    @Test(arguments: [Kind.phoneNumber, .account]) func wishForLess_thatIsNeverContent_isMetasTrouble(kind: Kind) async throws {
        try await AnswerStage.with({ _ in .error(1, "Please reduce the amount of data you're asking for") }) { stage in
            let watch = try await stage.watcher(kind).pollEverythingOnce().values.first
            #expect(watch?.state == .unreachable)
            #expect(stage.requests.map(\.limit) == (kind == .account ? [nil, nil] : [100, 50, 25, 12, 6, 3, 1, 1]), "and once more")
        }
    }

    // MARK: An id of something else

    @Test(arguments: [
        ("Business", "this id is a business portfolio, no WhatsApp Business Account"),
        ("WhatsAppBusinessPhoneNumber", "this id is a phone number, no WhatsApp Business Account"),
        ("Application", "this id is an app, no WhatsApp Business Account"),
        ("Starship", "this id is a node of the type Starship, no WhatsApp Business Account"),
    ])
    func id_ofAnotherNode_isSaidToBeThat_andIsNotAskedForFieldByField(type: String, reason: String) async throws {
        let known: Set = ["id", "name"]
        try await AnswerStage.with({ asked in
            let edge = asked.path.split(separator: "/").dropFirst().first.map(String.init)
            if let field = edge ?? asked.fields.first(where: { !known.contains($0) }) {
                return .error(100, "(#100) Tried accessing nonexisting field (\(field)) on node type (\(type))")
            }
            return .init(body: #"{"id":"102","name":"Acme"}"#)
        }) { stage in
            let watcher = try stage.watcher(.account, .phoneNumber, .messageTemplate)
            let troubled = try await watcher.pollEverythingOnce()
            #expect(troubled.count == 3)
            #expect(troubled.values.allSatisfy { $0.state == .invalidAnswer && $0.reason?.hasPrefix(reason) == true }, "\(troubled)")
            #expect(stage.requests.count == 6, "each once, and once more before it is told")
            #expect(try await stage.told().allSatisfy { $0.resource.kind == .watch }, "nothing was found")
        }
    }

    /// The same where the error does not say what it is.
    @Test func thing_thatKnowsHardlyAField_isNotTheThing() async throws {
        let known: Set = ["id", "name"]
        let meta: AnswerStage.Meta = { asked in
            if let field = asked.fields.first(where: { !known.contains($0) }) {
                return .error(100, "(#100) Tried accessing nonexisting field (\(field))")
            }
            return .init(body: #"{"id":"102","name":"Acme"}"#)
        }
        try await AnswerStage.with(meta) { stage in
            let watcher = try stage.watcher(.account)
            let watch = try await watcher.pollEverythingOnce().values.first
            #expect(watch?.state == .invalidAnswer && watch?.reason?.contains("Meta knows hardly a field of it") == true)
            #expect(stage.requests.count <= 20, "and once more before it is told")
            #expect(try await stage.told().allSatisfy { $0.resource.kind == .watch })
            // What was left out for it is asked for again.
            stage.answer { _ in .init(body: Self.account) }
            _ = await watcher.poll(AnswerStage.target(.account))
            #expect(stage.requests.last?.fields.count == Edge.account.fields.count - 1)
            #expect(await watcher.watch(over: AnswerStage.target(.account))?.state == .current)
        }
    }

    /// Meta may give its types other names; what answered as an account is one.
    @Test func account_thatHasAnswered_staysOne_whateverItsTypeIsCalled() async throws {
        try await AnswerStage.with({ _ in .init(body: Self.account) }) { stage in
            let watcher = try stage.watcher(.account)
            #expect(try await watcher.pollEverythingOnce().isEmpty)
            stage.answer(refusing(["currency"], 100, "(#100) Tried accessing nonexisting field (currency) on node type (WhatsAppThing)"))
            _ = await watcher.poll(AnswerStage.target(.account))
            #expect(await watcher.watch(over: AnswerStage.target(.account))?.reason == "Meta no longer gives currency")
        }
    }

    // MARK: The budget

    @Test(arguments: [Kind.account, .phoneNumber, .businessProfile]) func usage_ofOthers_stopsNothing(kind: Kind) async throws {
        let headers = [
            (
                name: "x-business-use-case-usage",
                value: #"{"102":[{"type":"whatsapp","call_count":95},{"type":"whatsapp_business_management","call_count":1},"#
                    + #"{"type":"ads_management","call_count":100,"estimated_time_to_regain_access":1440}],"#
                    + #""90210":[{"type":"whatsapp_business_management","call_count":100,"estimated_time_to_regain_access":1440}]}"#
            ), (name: "x-app-usage", value: #"{"call_count":99}"#),
        ]
        try await AnswerStage.with({ asked in
            switch asked.path {
            case "/102": .init(headers: headers, body: Self.account)
            case "/102/phone_numbers": .init(headers: headers, body: AnswerStage.numbers.body)
            default: .init(headers: headers, body: #"{"data":[{"about":"x"}]}"#)
            }
        }) { stage in
            let watcher = try stage.watcher(.phoneNumber, kind == .phoneNumber ? .account : kind, ceiling: .share(0.5))
            #expect(try await watcher.pollEverythingOnce().isEmpty)
            let target = AnswerStage.target(kind, kind == .businessProfile ? "7" : nil)
            for _ in 0..<30 { _ = await watcher.poll(target) }
            #expect(stage.requests.count == 32, "nothing was held back")
            let budget = await watcher.report().budgets.first
            #expect(budget?.usagePercent == 1 && budget?.blockedUntil == nil)
        }
    }

    @Test func usage_ofOurOwn_holdsForNumbersToo() async throws {
        let usage = #"{"102":[{"type":"whatsapp_business_management","total_cputime":96}]}"#
        try await AnswerStage.with({ asked in
            asked.path == "/102/phone_numbers"
                ? AnswerStage.numbers : .init(headers: [("x-business-use-case-usage", usage)], body: #"{"data":[{"about":"x"}]}"#)
        }) { stage in
            let watcher = try stage.watcher(.phoneNumber, .businessProfile, ceiling: .share(0.5))
            _ = try await watcher.pollEverythingOnce()
            #expect(await watcher.report().budgets.first?.usagePercent == 96)
        }
    }
}
