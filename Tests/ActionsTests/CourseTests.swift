import GraphAPI
import StrictJSON
import Testing
import WhatsAppBusiness

@testable import Actions

/// How an action goes through its requests.
@Suite(.timeLimit(.minutes(1))) struct CourseTests {
    private static func reply(_ status: Int, _ body: String) async throws -> WriteReply {
        let client = try GraphClient(
            endpoint: Endpoint(baseURL: "https://graph.example", version: "v25.0"), token: AccessToken("a-token-that-is-nowhere"),
            transport: Answering(status, Array(body.utf8)))
        var request = GraphRequest(.blockedUsers, id: "106")
        request.method = .post
        return await client.write(request, for: .management).reply
    }

    private static func answer(to request: GraphRequest, _ list: String) -> String {
        let users = request.body?["block_users"]?.array ?? []
        let named = users.compactMap { $0["user"]?.string }.map { #"{"input":"\#($0)","wa_id":"\#($0)"}"# }
        return #"{"block_users":{"\#(list)":[\#(named.joined(separator: ","))]}}"#
    }

    private static let users = (0..<2500).map { "+1 650 555 \(1_000 + $0)" }

    @Test func users_areAskedForAThousandAtATime() async throws {
        var course = ActionCourse(try .users(Self.users, areBlocked: true, at: number))
        var sizes: [Int] = []
        while let request = course.next {
            sizes.append(request.body?["block_users"]?.array?.count ?? 0)
            #expect(request.method == .post && request.path(GraphVersion(major: 25)) == "/v25.0/106/block_users")
            course.on(.replied(try await Self.reply(200, Self.answer(to: request, "added_users"))))
        }
        #expect(sizes == [1000, 1000, 500])
        guard case .done(.users(let done, let failed))? = course.outcome else {
            Issue.record("it is done")
            return
        }
        #expect(done.map(\.input) == Self.users && failed.isEmpty)
    }

    @Test func user_whoIsNamedTwice_isAskedForOnce() throws {
        let action = try Action.users(["+1 650 555 1234", "16505551234", "+1 (650) 555-1235"], areBlocked: false, at: number)
        #expect(action.requests[0].body?["block_users"] == [["user": "16505551234"], ["user": "16505551235"]])
        #expect(action.requests[0].method == .delete)
    }

    /// What the first request did is told, with everybody who was not reached, whatever stopped the second.
    @Test func failureOfALaterRequest_isToldBesideWhatWasDone() async throws {
        let refusal = try await Self.reply(400, #"{"error":{"code":139101,"message":"full","error_data":{"details":"At most 64000"}}}"#)
        let unsent = WriteReply.unsent(GraphFailure(.unreachable(TransportError(.connect, "nobody there"))))
        let cases: [(ActionCourse.Event, code: Int, words: String)] = [
            (.replied(refusal), 139_101, "At most 64000"), (.replied(unsent), 0, "not tried"),
            (.notMade(.budget(.seconds(60))), 0, "not tried: the budget has no request"),
        ]
        for (event, code, words) in cases {
            var course = ActionCourse(try .users(Self.users, areBlocked: true, at: number))
            let first = try #require(course.next)
            course.on(.replied(try await Self.reply(200, Self.answer(to: first, "added_users"))))
            course.on(event)
            #expect(course.next == nil && course.mayHaveActed)
            guard case .done(.users(let done, let failed))? = course.outcome else {
                Issue.record("\(event)")
                return
            }
            #expect(done.count == 1000 && failed.map(\.input) == Array(Self.users[1000...]))
            #expect(failed[0].code == code && failed[0].message.hasPrefix(words), "\(failed[0])")
            #expect(failed[1000].code == 0 && failed[1000].message.hasPrefix("not tried"))
        }
    }

    /// What Meta may have done is told as open, and not among the failed; the reason says how far the requests before it came.
    @Test func laterRequestThatIsOpen_leavesTheWholeOpen_andSaysHowFarItCame() async throws {
        let silent = ActionCourse.Event.replied(.open(GraphFailure(.unreachable(TransportError(.timeout, "late")))))
        let nobody = ActionCourse.Event.replied(try await Self.reply(200, #"{"success":true}"#))
        for (event, why) in [(silent, "late"), (nobody, "the answer names nobody")] {
            for isBlock in [true, false] {
                var course = ActionCourse(try .users(Self.users, areBlocked: isBlock, at: number))
                let first = try #require(course.next)
                let list = isBlock ? "added_users" : "removed_users"
                course.on(.replied(try await Self.reply(200, Self.answer(to: first, list))))
                course.on(event)
                guard case .uncertain(let reason)? = course.outcome else {
                    Issue.record("\(String(describing: course.outcome))")
                    return
                }
                let words = isBlock ? "blocked" : "unblocked"
                #expect(
                    reason.contains(why)
                        && reason.hasSuffix(
                            ", for 1000 users from 1001 on; before them 1000 were \(words) and 0 were not, 500 behind them were not tried"),
                    "\(reason)")
                #expect(course.next == nil && course.mayHaveActed)
            }
        }
    }

    @Test func failureOfTheFirstRequest_isTheWholes() async throws {
        let action = try Action.users(["16505551234"], areBlocked: true, at: number)
        var course = ActionCourse(action)
        course.on(.replied(.unsent(GraphFailure(.unreachable(TransportError(.connect, "nobody there"))))))
        guard case .unsent(.way("unreachable", let reason))? = course.outcome else {
            Issue.record("it was not sent")
            return
        }
        #expect(reason == "nobody there" && !course.mayHaveActed)
        course = ActionCourse(action)
        course.on(.notMade(.budget(.seconds(9))))
        guard case .unsent(.budget(.seconds(9)))? = course.outcome else {
            Issue.record("the budget has none")
            return
        }
        course = ActionCourse(action)
        course.on(.replied(try await Self.reply(400, #"{"error":{"code":10,"message":"no"}}"#)))
        guard case .refused(let failure)? = course.outcome else {
            Issue.record("it was refused")
            return
        }
        #expect(failure.graph?.code == 10 && !course.mayHaveActed)
    }

    /// A status of 5xx, a body that is none, and Meta's own failures leave it open what was done.
    @Test(arguments: [
        (500, #"{"error":{"code":10,"message":"no"}}"#), (502, "<html>"), (200, "<html>"), (200, ""), (400, "<html>"),
        (400, #"{"error":{"code":131000,"message":"Something went wrong"}}"#), (400, #"{"error":{"code":10,"is_transient":true}}"#),
        (302, ""),
    ])
    func answerThatSaysNothing_isUncertain(status: Int, body: String) async throws {
        let action = try Action.update(.businessProfile, id: nil, ["about": "Hello"], at: number)
        guard case .uncertain = try await Answering(status, Array(body.utf8)).outcome(action) else {
            Issue.record("\(status) \(body) is no answer")
            return
        }
    }

    @Test(arguments: TransportError.Code.allCases) func transportError_isUnsentOnlyWithoutAConnection(code: TransportError.Code)
        async throws
    {
        let action = try Action.update(.businessProfile, id: nil, ["about": "Hello"], at: number)
        let outcome = try await Answering(TransportError(code, "x")).outcome(action)
        switch outcome {
        case .unsent: #expect([.resolve, .connect].contains(code))
        case .uncertain: #expect(![.resolve, .connect].contains(code))
        default: Issue.record("\(outcome)")
        }
    }
}
