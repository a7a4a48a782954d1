import Changes
import GraphAPI
import Ledger
import StrictJSON
import TestTools
import Testing
import WhatsAppBusiness

@testable import Watching

/// First requests of polls that begin together go to Meta in batches, and whatever is odd about these, what is recorded is what single requests show.
@Suite(.timeLimit(.minutes(5))) struct BatchWatcherTests {
    private static let kinds: [Kind] = [.businessProfile, .phoneNumberSettings, .commerceSettings, .qrCode, .blockedUser]
    private static let usage = [
        (name: "x-business-use-case-usage", value: #"{"102":[{"type":"whatsapp_business_management","call_count":3}]}"#)
    ]

    /// Each number has something of its own of each kind; every answer tells of the budget.
    private static func meta(_ count: Int, isLater: Bool = false) -> AnswerStage.Meta {
        { asked in
            let parts = asked.path.split(separator: "/").map(String.init)
            let number = parts[0]
            let body: String =
                switch parts.last ?? "" {
                case "phone_numbers": #"{"data":[\#((0..<count).map { #"{"id":"\#(7000 + $0)"}"# }.joined(separator: ","))]}"#
                case "whatsapp_business_profile": #"{"data":[{"about":"\#(isLater ? "later" : "first") \#(number)"}]}"#
                case "settings": #"{"calling":{"status":"ENABLED"},"storage_configuration":{"status":"\#(number)"}}"#
                case "whatsapp_commerce_settings": #"{"data":[{"id":"5\#(number)","is_cart_enabled":true}]}"#
                case "message_qrdls": #"{"data":[{"code":"C\#(number)","prefilled_message":"hello"}]}"#
                case "block_users": #"{"data":[{"messaging_product":"whatsapp","wa_id":"49\#(number)"}]}"#
                default: #"{"id":"102"}"#
                }
            return AnswerStage.Reply(headers: usage, body: body)
        }
    }

    private func started(_ stage: AnswerStage, _ count: Int, _ kinds: [Kind] = kinds) async throws -> Watcher {
        let watcher = stage.watcher(of: try plan(stage, kinds))
        try await watcher.begin()
        for (target, seat) in await watcher.takeTurns() { await watcher.poll(target, seat) }
        #expect(await watcher.numbers.count == count)
        return watcher
    }

    private func plan(_ stage: AnswerStage, _ kinds: [Kind]) throws -> AccountPlan {
        var plan = try stage.plan([.phoneNumber] + kinds)
        plan.expansion = .never
        return plan
    }

    /// What is known of all numbers' things, in one order.
    private func recorded(_ stage: AnswerStage) async throws -> [String] {
        try await stage.ledger.changes(after: 0, limit: 100_000).map(\.change).map {
            "\($0.resource) \($0.operation) \(JSONValue.object($0.before ?? [:])) \(JSONValue.object($0.after ?? [:]))"
        }.sorted()
    }

    /// What single requests lead to.
    private func alone(_ count: Int) async throws -> [String] {
        var result: [String] = []
        try await AnswerStage.with(Self.meta(count)) { stage in
            let watcher = try await started(stage, count)
            await stage.run(watcher, for: .seconds(30))
            #expect(stage.batches.isEmpty)
            result = try await recorded(stage)
        }
        return result
    }

    @Test func firstPolls_ofAHundredNumbers_goInBatchesOfFifty() async throws {
        let alone = try await alone(100)
        try await AnswerStage.with(Self.meta(100)) { stage in
            let watcher = try await started(stage, 100)
            await stage.runTogether(watcher, for: .seconds(30))
            #expect(stage.batches.count == 100 * Self.kinds.count / 50)
            #expect(stage.batches.allSatisfy { $0.count == 50 })
            // Where an edge settles by a cursor whether there is more it asks once more, by itself: none of these does.
            #expect(stage.requests.count { !$0.path.hasSuffix("phone_numbers") } == 0)
            #expect(try await recorded(stage) == alone)
            #expect(await watcher.gateStanding?.callsLastHour == 501, "each counts as a call")
            #expect(await watcher.hasGathered == false)
            // What is known by its bytes is not read again, and what has changed is seen.
            stage.answer(Self.meta(100, isLater: true))
            let sequence = stage.sequence
            await stage.runTogether(watcher, for: .seconds(301))
            #expect(stage.batches.count == 200 * Self.kinds.count / 50)
            let told = try await stage.told(after: sequence)
            #expect(told.count == 100 && told.allSatisfy { $0.resource.kind == .businessProfile && $0.operation == .changed })
        }
    }

    /// What may be odd about a batch.
    enum Oddity: String, CaseIterable {
        case refused, refusedWith200, redirected, tooLarge, html, fewer, more, object, null, cutOff, timedOut, failed
        case itemNull, itemsNull, itemBroken, itemObject, itemWithoutBody, itemWithoutCode, itemFails, itemIsHuge, itemWithoutHeaders,
            itemsWithoutHeaders
        case itemNotModified

        func answer(_ replies: [AnswerStage.Reply]) -> Result<HTTPResponse, TransportError> {
            var items = replies.map(AnswerStage.item)
            func whole(_ status: Int, _ body: String) -> Result<HTTPResponse, TransportError> {
                .success(HTTPResponse(status: status, body: Array(body.utf8)))
            }
            let refusal = #"{"error":{"code":100,"message":"(#100) Batches are no more"}}"#
            switch self {
            case .refused: return whole(400, refusal)
            case .refusedWith200: return whole(200, refusal)
            case .redirected: return .failure(TransportError(.redirect, "the answer sends us elsewhere"))
            case .tooLarge: return .failure(TransportError(.tooLarge, "the answer is larger than allowed"))
            case .html: return whole(200, "<html>Log in</html>")
            case .fewer: items.removeLast()
            case .more: items.append(items[0])
            case .object: return whole(200, #"{"data":[]}"#)
            case .null: return whole(200, "null")
            case .cutOff: return whole(200, String(JSONValue.array(items).description.dropLast(7)))
            case .timedOut: return .failure(TransportError(.timeout, "no whole answer came in time"))
            case .failed: return whole(503, "")
            case .itemNull: items[0] = .null
            case .itemsNull: items = items.map { _ in .null }
            case .itemBroken: items[0] = BatchForm.item(200, [], Array(#"{"data":[{"#.utf8))
            case .itemObject: items[0] = ["code": 200, "headers": [], "body": ["data": []]]
            case .itemWithoutBody: items[0] = ["code": 200]
            case .itemWithoutCode: items[0] = ["body": "{}"]
            case .itemFails: items[0] = BatchForm.item(500, [], Array(#"{"error":{"code":2,"message":"wait"}}"#.utf8))
            case .itemIsHuge: items[0] = BatchForm.item(200, [], Array(#"{"data":"\#(String(repeating: "x", count: 2 << 20))"}"#.utf8))
            case .itemWithoutHeaders: items[0] = ["code": 200, "body": items[0]["body"] ?? .null]
            case .itemsWithoutHeaders: items = items.map { ["code": 200, "body": $0["body"] ?? .null] }
            case .itemNotModified: items[0] = BatchForm.item(304, [], [])
            }
            return .success(AnswerStage.array(items))
        }

        /// Whether batches are never used again after it.
        var ends: Bool {
            switch self {
            case .timedOut, .failed, .itemNull, .itemsNull, .itemFails: false
            default: true
            }
        }

        /// Whether everything in the batch fails once, and is asked for by itself after a while.
        var failsAll: Bool { self == .timedOut || self == .failed }
    }

    @Test(arguments: Oddity.allCases) func oddBatches_leadToWhatSingleRequestsShow(oddity: Oddity) async throws {
        let alone = try await alone(3)
        try await AnswerStage.with(Self.meta(3)) { stage in
            stage.batch { oddity.answer($0) }
            let watcher = try await started(stage, 3)
            await stage.runTogether(watcher, for: .seconds(30))
            #expect(stage.batches.map(\.count) == [15])
            #expect(try await recorded(stage) == alone, "\(oddity)")
            #expect(await watcher.states == [.current])
            let standing = try #require(await watcher.gateStanding)
            #expect((standing.batchRefusal != nil) == oddity.ends, "\(String(describing: standing.batchRefusal))")
            let singles = stage.requests.count - 1
            switch oddity {
            case .itemWithoutHeaders, .itemsWithoutHeaders: #expect(singles == 0, "they are answers all the same")
            case _ where "\(oddity)".hasPrefix("item") && oddity != .itemsNull: #expect(singles == 1, "one odd item is asked for alone")
            default: #expect(singles == 15)
            }
            #expect(standing.callsLastHour >= 16 + singles, "each is counted")
            #expect(await watcher.hasGathered == false)
            // Afterwards: never again, or as before.
            stage.batch(AnswerStage.plainBatching)
            await stage.runTogether(watcher, for: .seconds(301))
            #expect(oddity.ends ? stage.batches.count == 1 : stage.batches.count > 1)
            #expect(try await recorded(stage) == alone)
        }
    }

    /// Meta cannot answer these in a batch, and by themselves it can.
    @Test func items_thatFailInBatchesAlone_areAskedForAlone_andToldToNobody() async throws {
        let alone = try await alone(3)
        try await AnswerStage.with(Self.meta(3)) { stage in
            stage.batch { replies in
                let failing = BatchForm.item(500, [], Array(#"{"error":{"code":2,"message":"wait"}}"#.utf8))
                return .success(AnswerStage.array([failing, failing] + replies.dropFirst(2).map(AnswerStage.item)))
            }
            let watcher = try await started(stage, 3)
            await stage.runTogether(watcher, for: .seconds(30))
            #expect(stage.batches.map(\.count) == [15], "both are due again at once, and go each by itself")
            #expect(try await recorded(stage) == alone)
        }
    }

    @Test(arguments: [190, 80007]) func wholeThatIsTheAccounts_isEachsFailure(code: Int) async throws {
        try await AnswerStage.with(Self.meta(3)) { stage in
            stage.batch { _ in
                let reply = AnswerStage.Reply.error(code, "no", status: code == 190 ? 401 : 400)
                return .success(HTTPResponse(status: reply.status, body: Array(reply.body.utf8)))
            }
            let watcher = try await started(stage, 3)
            let polls = await watcher.takeTurns()
            await withTaskGroup { group in for (target, seat) in polls { group.addTask { await watcher.poll(target, seat) } } }
            #expect(stage.batches.map(\.count) == [15] && stage.requests.count == 1, "none of it is asked for again at once")
            let standing = try #require(await watcher.gateStanding)
            #expect(standing.batchRefusal == nil)
            if code == 190 { #expect(standing.sentinel == AnswerStage.target(.phoneNumber)) } else { #expect(standing.blockedUntil != nil) }
            // When it is over all is well.
            stage.batch(AnswerStage.plainBatching)
            await stage.runTogether(watcher, for: .seconds(1200))
            #expect(await watcher.states == [.current])
        }
    }

    @Test func reload_makesBatchesUsableAgain() async throws {
        try await AnswerStage.with(Self.meta(3)) { stage in
            stage.batch { Oddity.refused.answer($0) }
            let watcher = try await started(stage, 3)
            await stage.runTogether(watcher, for: .seconds(30))
            #expect(await watcher.gateStanding?.usesBatches == false)
            try await watcher.reload(accounts: [try plan(stage, Self.kinds)])
            stage.batch(AnswerStage.plainBatching)
            await stage.runTogether(watcher, for: .seconds(301))
            #expect(stage.batches.count > 1)
        }
    }

    @Test func polls_whoseTasksAreCancelled_end_andTheirNextTurnsAreAsAlways() async throws {
        let alone = try await alone(3)
        try await AnswerStage.with(Self.meta(3)) { stage in
            let watcher = try await started(stage, 3)
            stage.hold { !$0.path.hasSuffix("phone_numbers") }
            let polls = await watcher.takeTurns()
            let run = Task {
                await withTaskGroup { group in for (target, seat) in polls { group.addTask { await watcher.poll(target, seat) } } }
            }
            await stage.holds(1)
            run.cancel()
            stage.letGo()
            await run.value
            #expect(stage.batches.count == 1)
            #expect(await watcher.hasGathered == false)
            await stage.runTogether(watcher, for: .seconds(600))
            #expect(try await recorded(stage) == alone)
        }
    }

    @Test func account_thatIsRemovedInTheMiddle_isToldNothingMoreOf() async throws {
        try await AnswerStage.with(Self.meta(3)) { stage in
            let watcher = try await started(stage, 3)
            stage.hold { !$0.path.hasSuffix("phone_numbers") }
            let polls = await watcher.takeTurns()
            let gate = try #require(await watcher.gate)
            let run = Task {
                await withTaskGroup { group in for (target, seat) in polls { group.addTask { await watcher.poll(target, seat) } } }
            }
            await stage.holds(1)
            try await watcher.reload(accounts: [])
            let sequence = stage.sequence
            stage.letGo()
            await run.value
            #expect(stage.sequence == sequence)
            #expect(await gate.gatherings.isEmpty)
            #expect(await watcher.schedule.targets.isEmpty)
        }
    }

    /// Some of those that begin together have nothing to ask, or are forgotten before they do.
    @Test func polls_thatAskNothing_hinderNobody() async throws {
        try await AnswerStage.with(Self.meta(3)) { stage in
            let watcher = try await started(stage, 3)
            let polls = await watcher.takeTurns()
            await watcher.forget(number: "7001", of: "acme")
            await withTaskGroup { group in for (target, seat) in polls { group.addTask { await watcher.poll(target, seat) } } }
            #expect(stage.batches.map(\.count) == [10])
            #expect(await watcher.hasGathered == false)
        }
    }

    @Test func budget_thatIsUsedUp_endsTheRestOfABatch() async throws {
        try await AnswerStage.with(Self.meta(3)) { stage in
            var plan = try plan(stage, Self.kinds)
            // Twelve are kept for the list of numbers.
            plan.ceiling = .fixed(20)
            let watcher = stage.watcher(of: plan)
            try await watcher.begin()
            for (target, seat) in await watcher.takeTurns() { await watcher.poll(target, seat) }
            let polls = await watcher.takeTurns()
            await withTaskGroup { group in for (target, seat) in polls { group.addTask { await watcher.poll(target, seat) } } }
            let made = stage.batches.flatMap(\.self).count + stage.requests.count
            #expect(made == 9 && stage.batches.map(\.count) == [8])
            #expect(await watcher.gateStanding?.callsLastHour == made)
        }
    }
}
