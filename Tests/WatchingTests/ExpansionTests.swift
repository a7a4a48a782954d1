import Changes
import FoundationEssentials
import GraphAPI
import Ledger
import StrictJSON
import Synchronization
import Testing
import WhatsAppBusiness

@testable import Watching

/// One call for many things: what rides is compared with its own edge before it is relied upon, and no oddity of it tells a change or moves a watch.
@Suite(.timeLimit(.minutes(5))) struct ExpansionTests {
    static let numberKinds: [Kind] = [.phoneNumberSettings, .businessProfile, .commerceSettings, .qrCode, .blockedUser]
    static let all: [Kind] = [.account, .subscribedApp, .phoneNumber, .messageTemplate] + numberKinds

    func plan(
        _ stage: AnswerStage, _ kinds: [Kind] = all, every: [Kind: Duration] = [.phoneNumber: .seconds(60)],
        expansion: AccountPlan.Expansion = .auto,
        ceiling: CallBudget.Ceiling = .fixed(100_000)
    ) throws -> AccountPlan {
        var plan = try stage.plan(kinds, ceiling: ceiling)
        plan.intervals.merge(every.filter { kinds.contains($0.key) }) { $1 }
        plan.expansion = expansion
        return plan
    }

    func started(_ stage: AnswerStage, _ plan: AccountPlan, for duration: Duration = .seconds(1200)) async throws -> Watcher {
        let watcher = stage.watcher(of: plan)
        try await watcher.begin()
        await stage.run(watcher, for: duration)
        return watcher
    }

    func state(_ watcher: Watcher, _ host: Kind, _ kind: Kind) async -> Ride.State {
        await watcher.ride(of: kind, with: host)
    }

    func isRefused(_ watcher: Watcher, _ host: Kind, _ kind: Kind, _ why: Ride.Refusal? = nil) async -> Bool {
        guard case .refused(_, let reason) = await state(watcher, host, kind) else { return false }
        return why == nil || reason == why
    }

    func plainRequests(_ stage: AnswerStage, _ edge: String, after count: Int) -> Int {
        stage.requests.dropFirst(count).count { $0.path.hasSuffix("/\(edge)") }
    }

    @Test func everything_ridesOnceItWasCompared_andItsOwnEdgesRest() async throws {
        let meta = ExpandingMeta(numbers: 3)
        try await meta.with { stage in
            let watcher = try await started(stage, plan(stage))
            for kind in Self.numberKinds { #expect(await state(watcher, .phoneNumber, kind) == .riding, "\(kind)") }
            for kind in [Kind.phoneNumber, .messageTemplate] { #expect(await state(watcher, .account, kind) == .riding, "\(kind)") }
            for kind in Self.numberKinds { #expect(await state(watcher, .account, kind) == .riding, "\(kind) nested") }
            let (asked, told) = (stage.requests.count, stage.sequence)
            await stage.run(watcher, for: .seconds(3600))
            for edge in ExpandingMeta.ofNumbers + ["message_templates"] {
                #expect(plainRequests(stage, edge, after: asked) == 0, "\(edge)")
            }
            // The account in five minutes, and in each of the other four the numbers.
            #expect(stage.requests.count - asked == 60, "\(stage.requests.count - asked)")
            #expect(stage.sequence == told)
            let report = await watcher.report()
            #expect(report.watches.allSatisfy { $0.watch.state == .current })
            let oldest = report.watches.compactMap(\.watch.lastSuccess?.milliseconds).min() ?? 0
            #expect(stage.clock.wallClock.milliseconds - oldest <= 310_000, "as fresh as what carries it")
            #expect(
                report.watches.filter { $0.target.kind == .businessProfile }.allSatisfy {
                    $0.comesWith == .phoneNumber || $0.comesWith == .account
                })
            // Five kinds of three numbers and the templates in five minutes, twelve polls of the numbers.
            let saved = try #require(report.budgets.first?.saved)
            #expect(abs(saved - (12 * 16 + 12)) <= 6, "\(saved)")
        }
    }

    @Test(arguments: [false, true]) func change_isToldOnce_byItsOwnEdge(isBare: Bool) async throws {
        let meta = ExpandingMeta(numbers: 3)
        meta.change { state in
            state.rewrite = { field, _, value in
                guard isBare, field == "whatsapp_business_profile" || field == "whatsapp_commerce_settings" else { return value }
                return value["data"]?.array?.first
            }
        }
        try await meta.with { stage in
            let watcher = try await started(stage, plan(stage))
            #expect(await state(watcher, .phoneNumber, .businessProfile) == .riding)
            let (asked, told) = (stage.requests.count, stage.sequence)
            meta.change { $0.things["whatsapp_business_profile/71"] = [["about": "we moved", "messaging_product": "whatsapp"]] }
            await stage.run(watcher, for: .seconds(70))
            let changes = try await stage.told(after: told)
            #expect(changes.map(\.resource.id) == ["71"] && changes.map(\.operation) == [.changed])
            await stage.run(watcher, for: .seconds(1200))
            #expect(plainRequests(stage, "whatsapp_business_profile", after: asked) == 1)
            #expect(stage.sequence == told + 1)
            #expect(await state(watcher, .phoneNumber, .businessProfile) == .riding)
        }
    }

    /// All at once: one is asked first, and then the others.
    @Test func changeOfEveryNumber_isToldOfEach() async throws {
        let meta = ExpandingMeta(numbers: 12)
        try await meta.with { stage in
            let watcher = try await started(stage, plan(stage))
            let told = stage.sequence
            meta.change { state in
                for number in state.numbers {
                    state.things["message_qrdls/\(number)"] = [["code": .string("C\(number)"), "prefilled_message": "bye"]]
                }
            }
            await stage.run(watcher, for: .seconds(70))
            #expect(Set(try await stage.told(after: told).map { $0.resource.phoneNumberID }).count == 12)
            #expect(await state(watcher, .phoneNumber, .qrCode) == .riding)
        }
    }

    /// What does not come is not empty.
    @Test(arguments: [nil, JSONValue.null]) func memberThatIsMissing_didNotRide(member: JSONValue?) async throws {
        let meta = ExpandingMeta(numbers: 2)
        meta.change { state in state.rewrite = { field, _, value in field == "message_qrdls" ? member : value } }
        try await meta.with { stage in
            let watcher = try await started(stage, plan(stage))
            #expect(await isRefused(watcher, .phoneNumber, .qrCode, .ignored))
            #expect(await state(watcher, .phoneNumber, .businessProfile) == .riding)
            #expect(try await stage.told().allSatisfy { $0.operation == .baseline })
            #expect(await watcher.report().watches.allSatisfy { $0.watch.state == .current })
            let asked = stage.requests.count
            await stage.run(watcher, for: .seconds(3600))
            #expect(plainRequests(stage, "message_qrdls", after: asked) == 2 * 12)
            #expect(!stage.requests.dropFirst(asked).contains { $0.fields.contains { $0.hasPrefix("message_qrdls") } })
        }
    }

    /// A ride that stops in the middle of the day: what rode falls due by itself, and nobody hears of it.
    @Test(arguments: [
        nil, JSONValue.null, ["data": []], "x", [], ["data": "x"], ["data": [7]], ["data": [["about": ["odd": 1]]]], ["other": 1],
    ])
    func rideThatStops_changesNothing(member: JSONValue?) async throws {
        let meta = ExpandingMeta(numbers: 3)
        try await meta.with { stage in
            let watcher = try await started(stage, plan(stage))
            let (asked, told) = (stage.requests.count, stage.sequence)
            meta.change { state in state.rewrite = { field, _, value in field == "whatsapp_business_profile" ? member : value } }
            await stage.run(watcher, for: .seconds(2 * 3600))
            let news = try await stage.told(after: told).map(\.summary)
            #expect(news == [])
            #expect(await isRefused(watcher, .phoneNumber, .businessProfile))
            #expect(await watcher.report().watches.allSatisfy { $0.watch.state == .current })
            let plain = plainRequests(stage, "whatsapp_business_profile", after: asked)
            #expect(3 * 20...3 * 25 ~= plain, "\(plain)")
            // Tomorrow it is tried again. One is enough to show it.
            guard member == .null else { return }
            meta.change { $0.rewrite = { $2 } }
            await stage.run(watcher, for: .seconds(24 * 3600))
            #expect(await state(watcher, .phoneNumber, .businessProfile) == .riding)
            #expect(stage.sequence == told)
        }
    }

    /// An empty list where there is something is believed only if the edge says so as well.
    @Test func emptyList_isAskedForAtItsEdge() async throws {
        let meta = ExpandingMeta(numbers: 2)
        try await meta.with { stage in
            let watcher = try await started(stage, plan(stage))
            let told = stage.sequence
            meta.change { $0.things["block_users/70"] = [] }
            await stage.run(watcher, for: .seconds(1200))
            #expect(await state(watcher, .phoneNumber, .blockedUser) == .riding)
            #expect(try await stage.told(after: told).map(\.operation) == [.removed])
        }
    }

    /// A ride that shows something else than its edge is given up, and costs one call.
    @Test func contradiction_endsTheRide_withoutAChange() async throws {
        let meta = ExpandingMeta(numbers: 3)
        try await meta.with { stage in
            let watcher = try await started(stage, plan(stage))
            let (asked, told) = (stage.requests.count, stage.sequence)
            meta.change { state in
                state.rewrite = { field, number, value in
                    field == "whatsapp_business_profile" && number == "72" ? ["data": [["about": "a lie"]]] : value
                }
            }
            await stage.run(watcher, for: .seconds(120))
            #expect(await isRefused(watcher, .phoneNumber, .businessProfile, .contradicted))
            // Once for the list of numbers, and once where that rides on the account.
            #expect(1...2 ~= plainRequests(stage, "whatsapp_business_profile", after: asked))
            await stage.run(watcher, for: .seconds(3600))
            #expect(stage.sequence == told)
            #expect(await watcher.report().watches.allSatisfy { $0.watch.state == .current })
        }
    }

    /// A ride that shows for ever what was there once is found out by an edge's own answer.
    @Test func rideThatNeverChanges_isFoundOut() async throws {
        let meta = ExpandingMeta(numbers: 2)
        try await meta.with { stage in
            let watcher = try await started(stage, plan(stage))
            let told = stage.sequence
            meta.change { state in
                let old = state.things
                state.rewrite = { field, number, value in
                    guard field == "whatsapp_business_profile", let number else { return value }
                    return ["data": old["whatsapp_business_profile/\(number)"] ?? []]
                }
                for number in state.numbers {
                    state.things["whatsapp_business_profile/\(number)"] = [["about": "new", "messaging_product": "whatsapp"]]
                }
            }
            await stage.run(watcher, for: .seconds(7 * 3600))
            #expect(await isRefused(watcher, .phoneNumber, .businessProfile, .contradicted))
            #expect(try await stage.told(after: told).count == 2)
        }
    }

    /// Of what is cut off, the target goes its own way; the others ride.
    @Test func listThatIsCutOff_isWalkedByItsEdge() async throws {
        let meta = ExpandingMeta(numbers: 3)
        meta.change { state in
            state.rewrite = { field, number, value in
                guard field == "message_qrdls", number == "71", var object = value.object else { return value }
                object["paging"] = ["cursors": ["after": "x"], "next": "https://graph.example/v25.0/71/message_qrdls?after=x"]
                object["data"] = []
                return .object(object)
            }
        }
        try await meta.with { stage in
            let watcher = try await started(stage, plan(stage))
            #expect(await state(watcher, .phoneNumber, .qrCode) == .riding)
            let asked = stage.requests.count
            await stage.run(watcher, for: .seconds(3600))
            #expect(
                stage.requests.dropFirst(asked).filter { $0.path.hasSuffix("message_qrdls") }.map(\.path)
                    == Array(repeating: "/71/message_qrdls", count: 12))
            #expect(try await stage.told().allSatisfy { $0.operation == .baseline })
        }
    }

    /// A full page with a cursor and no `next` may not be all.
    @Test func fullPageWithACursor_isNotAll() async throws {
        let meta = ExpandingMeta(numbers: 1)
        meta.change { state in
            state.things["block_users/70"] = .array((0..<100).map { ["wa_id": .string("49\(1000 + $0)")] })
            state.rewrite = { field, _, value in
                guard field == "block_users", var object = value.object else { return value }
                object["paging"] = ["cursors": ["after": "x"]]
                return .object(object)
            }
        }
        try await meta.with { stage in
            let watcher = try await started(stage, plan(stage))
            #expect(await isRefused(watcher, .phoneNumber, .blockedUser, .cutOff))
        }
    }

    @Test func never_asksForNothingBeside() async throws {
        let meta = ExpandingMeta(numbers: 2)
        try await meta.with { stage in
            _ = try await started(stage, plan(stage, expansion: .never))
            #expect(!stage.requests.contains { $0.fields.contains { $0.contains("{") } })
            #expect(stage.requests.contains { $0.fields.contains("subscribed_apps") })
        }
    }

    @Test func reload_probesAgain() async throws {
        let meta = ExpandingMeta(numbers: 2)
        meta.change { $0.given.remove("whatsapp_business_profile") }
        try await meta.with { stage in
            let watcher = try await started(stage, plan(stage))
            #expect(await isRefused(watcher, .phoneNumber, .businessProfile, .ignored))
            meta.change { $0.given.insert("whatsapp_business_profile") }
            await stage.run(watcher, for: .seconds(3600))
            #expect(await isRefused(watcher, .phoneNumber, .businessProfile), "not before tomorrow")
            try await watcher.reload(accounts: [plan(stage)])
            #expect(await state(watcher, .phoneNumber, .qrCode) == .unprobed)
            await stage.run(watcher, for: .seconds(1200))
            #expect(await state(watcher, .phoneNumber, .businessProfile) == .riding)
            #expect(await state(watcher, .phoneNumber, .qrCode) == .riding)
            try await watcher.reload(accounts: [plan(stage, expansion: .never)])
            let asked = stage.requests.count
            await stage.run(watcher, for: .seconds(1200))
            #expect(!stage.requests.dropFirst(asked).contains { $0.fields.contains { $0.contains("{") } })
            #expect(plainRequests(stage, "message_qrdls", after: asked) == 2 * 4)
        }
    }

    /// Only some numbers are watched; the others' things come and are nobody's.
    @Test func numbersThatAreNotWatched_takeNoPart() async throws {
        let meta = ExpandingMeta(numbers: 3)
        try await meta.with { stage in
            var plan = try plan(stage)
            plan.numbers = .only(["71"])
            let watcher = try await started(stage, plan)
            #expect(await state(watcher, .account, .phoneNumber) == .riding)
            #expect(await state(watcher, .phoneNumber, .businessProfile) == .riding)
            let (asked, told) = (stage.requests.count, stage.sequence)
            meta.change { $0.things["whatsapp_business_profile/70"] = [["about": "nobody's"]] }
            await stage.run(watcher, for: .seconds(3600))
            #expect(stage.sequence == told && stage.requests.count - asked == 60)
        }
    }

    /// A number that leaves, and one that comes, while the list rides on the account.
    @Test func numberThatLeaves_isToldByTheList() async throws {
        let meta = ExpandingMeta(numbers: 3)
        try await meta.with { stage in
            let watcher = try await started(stage, plan(stage))
            let told = stage.sequence
            meta.change { $0.numbers.removeLast() }
            await stage.run(watcher, for: .seconds(1200))
            #expect(try await stage.told(after: told).contains { $0.operation == .removed && $0.resource.id == "72" })
            #expect(await watcher.report().watches.allSatisfy { $0.watch.state == .current })
            #expect(await state(watcher, .account, .phoneNumber) == .riding)
        }
    }

    /// An answer that counts as several calls is counted so; where that is no less than what it saves, it is not asked for.
    @Test func answerThatCountsAsSeveral_isCountedSo_orGivenUp() async throws {
        for (calls, numbers, isWorthIt) in [(4, 20, true), (40, 3, false)] {
            let meta = ExpandingMeta(numbers: numbers)
            meta.change { ($0.callsPerExpansion, $0.budget) = (calls, 250 * calls) }
            try await meta.with { stage in
                let plan = try plan(
                    stage, [.account, .phoneNumber] + Self.numberKinds, every: [.phoneNumber: .seconds(20), .account: .seconds(3600)])
                let watcher = try await started(stage, plan, for: .seconds(3000))
                let report = await watcher.report()
                let part = try #require(report.budgets[0].plan.parts.first { $0.kind == .phoneNumber })
                if isWorthIt {
                    #expect(await state(watcher, .phoneNumber, .businessProfile) == .riding)
                    #expect(3...5 ~= part.callsPerRequest, "\(part.callsPerRequest)")
                    let truth = meta.state.withLock { $0.calls.map(\.calls).reduce(0, +) }
                    #expect(Double(report.budgets[0].callsLastHour) > Double(truth) * 0.6, "\(report.budgets[0].callsLastHour) of \(truth)")
                } else {
                    guard case .refused(_, .costly(let counted)) = await state(watcher, .phoneNumber, .businessProfile) else {
                        Issue.record("it costs more than it saves")
                        return
                    }
                    #expect(counted > 1 && part.callsPerRequest == 1, "\(counted)")
                    let asked = stage.requests.count
                    await stage.run(watcher, for: .seconds(600))
                    #expect(!stage.requests.dropFirst(asked).contains { $0.fields.contains { $0.contains("{") } })
                }
            }
        }
    }
}
