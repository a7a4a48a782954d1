import Changes
import GraphAPI
import StrictJSON
import Testing
import WhatsAppBusiness

@testable import Watching

// Answers that fail for what rides, and those that fail for themselves.

extension ExpansionTests {
    /// An error that names what rides, or does not, or that comes instead of an answer: the answer is asked for again without, and the host is well.
    static let faults: [(AnswerStage.Reply, Bool)] = [
        (
            .error(100, "(#100) Tried accessing nonexisting field (whatsapp_business_profile) on node type (WhatsAppBusinessPhoneNumber)"),
            true
        ),
        (.error(100, "(#100) Tried accessing nonexisting field (about) on node type (WhatsAppBusinessProfile)"), false),
        (.error(100, "(#100) Invalid parameter"), false),
        (.error(10, "(#10) Application does not have permission for this action", status: 403), false),
        (.error(200, "(#200) whatsapp_business_profile needs a permission", status: 403), true),
        (.error(1, "Please reduce the amount of data you're asking for, then retry your request", status: 500), false),
        (.init(body: "[1"), false), (.init(body: #"{"data":7}"#), false),
        (.error(1, "An unknown error occurred", status: 500), false), (.error(2, "Service temporarily unavailable", status: 500), false),
    ]

    @Test(arguments: faults) func answerThatARideBreaks_isAskedForWithoutIt(fault: AnswerStage.Reply, isNamed: Bool) async throws {
        let meta = ExpandingMeta(numbers: 3)
        meta.change { $0.fault = { _, beside in beside.contains("whatsapp_business_profile") ? fault : nil } }
        try await meta.with { stage in
            let watcher = try await started(stage, plan(stage), for: .seconds(3000))
            let asked = stage.requests.count
            #expect(await isRefused(watcher, .phoneNumber, .businessProfile, .breaks))
            for kind in Self.numberKinds where kind != .businessProfile {
                #expect(await state(watcher, .phoneNumber, kind) == .riding, "\(kind)")
            }
            #expect(try await stage.told().allSatisfy { $0.operation == .baseline })
            let report = await watcher.report()
            #expect(report.watches.allSatisfy { $0.watch.state == .current })
            await stage.run(watcher, for: .seconds(3600))
            #expect(plainRequests(stage, "whatsapp_business_profile", after: asked) == 3 * 12)
            #expect(plainRequests(stage, "message_qrdls", after: asked) == 0)
            #expect(stage.requests.count - asked == 60 + 3 * 12)
        }
    }

    /// A field that Meta refuses of the numbers themselves has nothing to do with what rides.
    @Test func refusedFieldOfTheHost_isNoRides() async throws {
        let meta = ExpandingMeta(numbers: 2)
        meta.change {
            $0.fault = { asked, _ in
                guard asked.path.hasSuffix("phone_numbers"), asked.fields.contains("search_visibility") else { return nil }
                return .error(
                    100, "(#100) Tried accessing nonexisting field (search_visibility) on node type (WhatsAppBusinessPhoneNumber)")
            }
        }
        try await meta.with { stage in
            let watcher = try await started(stage, plan(stage))
            for kind in Self.numberKinds { #expect(await state(watcher, .phoneNumber, kind) == .riding, "\(kind)") }
            #expect(await watcher.watch(over: AnswerStage.target(.phoneNumber))?.state == .drifted)
        }
    }

    /// Where the host itself fails, that is told as ever.
    @Test func failureOfTheHost_isItsOwn() async throws {
        let meta = ExpandingMeta(numbers: 2)
        try await meta.with { stage in
            let watcher = try await started(stage, plan(stage))
            meta.change { $0.fault = { asked, _ in asked.path.hasSuffix("phone_numbers") ? .error(10, "(#10) no", status: 403) : nil } }
            await stage.run(watcher, for: .seconds(600))
            #expect(await watcher.watch(over: AnswerStage.target(.phoneNumber))?.state == .forbidden)
            #expect(await watcher.watch(over: AnswerStage.target(.businessProfile, "70"))?.state == .current)
            meta.change { $0.fault = { _, _ in nil } }
            await stage.run(watcher, for: .seconds(1200))
            #expect(await watcher.report().watches.allSatisfy { $0.watch.state == .current })
            for kind in Self.numberKinds { #expect(await state(watcher, .phoneNumber, kind) == .riding, "\(kind)") }
        }
    }
}
