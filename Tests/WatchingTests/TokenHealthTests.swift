import Changes
import GraphAPI
import GraphSimulator
import Ledger
import StrictJSON
import Synchronization
import Testing
import WhatsAppBusiness

@testable import Watching

/// What Meta says of an account's token: asked for once a day and after each change of it, within the budget, and of no consequence to any watch.
@Suite(.timeLimit(.minutes(5))) struct TokenHealthTests {
    private static let management = "whatsapp_business_management"
    private static let messaging = "whatsapp_business_messaging"

    private func at(_ seconds: Int64) -> Moment { Moment(nanoseconds: seconds * 1_000_000_000) }

    private static func inspection(_ members: JSONObject) -> TokenInspection { TokenInspection(checked: members) }

    // MARK: The decision

    private func begins(_ health: inout TokenHealth, _ now: Moment, _ generation: Int) -> Bool {
        health.begin(now: now, generation: generation)
    }

    @Test func token_isAskedAboutAtOnce_onceAtATime_andThenOnceADay() {
        var health = TokenHealth()
        #expect(begins(&health, at(0), 0))
        #expect(begins(&health, at(1), 0) == false, "one asks")
        health.on(Self.inspection([:]), at: Timestamp(milliseconds: 0), now: at(2), random: 0.5)
        #expect(begins(&health, at(3600), 0) == false)
        #expect(begins(&health, at(82_000), 0) == false)
        #expect(begins(&health, at(86_402), 0))
        health.postpone()
        #expect(begins(&health, at(86_403), 0))
    }

    @Test func anotherToken_andAnotherConfiguration_areAskedAboutAtOnce() {
        var health = TokenHealth()
        #expect(begins(&health, at(0), 0))
        health.on(Self.inspection([:]), at: Timestamp(milliseconds: 0), now: at(0), random: 0)
        #expect(begins(&health, at(1), 1))
        health.on(Self.inspection([:]), at: Timestamp(milliseconds: 0), now: at(1), random: 0)
        health.reload()
        #expect(begins(&health, at(2), 1))
    }

    @Test(arguments: [(false, Int64(3601)), (true, 86_401)]) func failure_isAskedAgain_inAnHour_orTomorrow(isFinal: Bool, seconds: Int64) {
        var health = TokenHealth()
        #expect(begins(&health, at(0), 0))
        health.failed(isFinal: isFinal, now: at(0), random: 0.999)
        #expect(health.report == TokenReport(), "Meta did not say")
        #expect(begins(&health, at(seconds - 800), 0) == false)
        #expect(begins(&health, at(seconds), 0))
    }

    @Test func failure_leavesWhatWasKnown() {
        var health = TokenHealth()
        health.on(Self.inspection(["expires_at": 1_900_000_000]), at: Timestamp(milliseconds: 7), now: at(0), random: 0)
        let known = health.report
        health.failed(isFinal: true, now: at(100_000), random: 0)
        #expect(health.report == known && known?.expiresAt == Timestamp(milliseconds: 1_900_000_000_000))
    }

    /// A permission that is needed, and one that was there.
    @Test(
        arguments: [
            ([management, messaging], [management, messaging], []), ([management, messaging], [management], [messaging]),
            ([messaging], [messaging], [management]), ([management], [], [management]), ([management], [messaging, management], []),
        ] as [([String], [String], [String])])
    func scopes_thatWereThereOrAreNeeded_areMissing(before: [String], now: [String], missing: [String]) {
        var health = TokenHealth()
        for scopes in [before, now] {
            health.on(
                Self.inspection(["scopes": .array(scopes.map(JSONValue.string))]), at: Timestamp(milliseconds: 0), now: at(0), random: 0)
        }
        #expect(health.report?.missingScopes == missing && health.report?.scopes == now.sorted())
        health.reload()
        health.on(Self.inspection(["scopes": .array(now.map(JSONValue.string))]), at: Timestamp(milliseconds: 0), now: at(0), random: 0)
        #expect(health.report?.missingScopes == missing.filter { $0 == Self.management }, "whoever takes one away on purpose reloads")
    }

    @Test func scopes_thatMetaDoesNotTell_areNotMissing_andThoseOfAnySizeAreBounded() {
        var health = TokenHealth()
        health.on(Self.inspection(["scopes": .array([.string(Self.management)])]), at: Timestamp(milliseconds: 0), now: at(0), random: 0)
        health.on(Self.inspection(["expires_at": 0]), at: Timestamp(milliseconds: 1), now: at(0), random: 0)
        #expect(health.report?.missingScopes == [] && health.report?.scopes == nil)
        let many = (0..<10_000).map { JSONValue.string("scope_\($0)") } + [.string(String(repeating: "x", count: 100_000))]
        health.on(Self.inspection(["scopes": .array(many)]), at: Timestamp(milliseconds: 1), now: at(0), random: 0)
        #expect(health.report?.scopes?.count == 200)
    }

    // MARK: Before Meta

    private func plan(_ stage: Stage, ceiling: CallBudget.Ceiling = .fixed(1000)) throws -> AccountPlan {
        var plan = try stage.plan([.account: .seconds(300), .phoneNumber: .seconds(60)], ceiling: ceiling)
        plan.checksToken = true
        return plan
    }

    private func asked(_ stage: Stage) -> Int { stage.requests(.debugToken).count }

    private func token(_ watcher: Watcher) async -> TokenReport? { await watcher.report().budgets.first?.token }

    @Test func daemon_asksOnceADay_andAfterAChangeOfTheToken() async throws {
        try await Stage.with { stage in
            let watcher = try stage.watcher(try plan(stage))
            try await watcher.begin()
            await stage.run(watcher, for: .seconds(120))
            #expect(asked(stage) == 1)
            let first = try #require(await token(watcher))
            #expect(first.scopes == [Self.management, Self.messaging] && first.expiresAt == nil && first.checkedAt != nil)
            await stage.run(watcher, for: .seconds(12 * 3600))
            #expect(asked(stage) == 1)
            await stage.run(watcher, for: .seconds(13 * 3600))
            #expect(asked(stage) == 2)

            let end = Timestamp(milliseconds: stage.clock.wallClock.milliseconds / 1000 * 1000).advanced(by: .seconds(5 * 86_400))
            stage.simulator.update { platform in
                platform.tokens = ["another-token-of-this-test": .expires(at: end)]
                platform.scopes = [Self.management]
            }
            stage.token.withLock { $0 = "another-token-of-this-test" }
            await stage.run(watcher, for: .seconds(600))
            #expect(asked(stage) == 3)
            let second = try #require(await token(watcher))
            #expect(second.expiresAt == end && second.missingScopes == [Self.messaging])
            #expect(await watcher.report().watches.allSatisfy { $0.watch.state == .current })
        }
    }

    /// What Meta does not say of the token is no trouble of anything else, and counts as the calls that it takes.
    @Test func refusalToSay_isNoTrouble_andCounts() async throws {
        try await Stage.with { stage in
            stage.simulator.setFault(
                .error(100, message: "(#100) You must provide an app access token", http: 400), on: EdgeMatch(edge: .debugToken))
            let watcher = try stage.watcher(try plan(stage))
            try await watcher.begin()
            let before = try await stage.changes().count
            await stage.run(watcher, for: .seconds(3500))
            #expect(asked(stage) == 1)
            #expect(await token(watcher) == TokenReport())
            #expect(try await stage.changes().dropFirst(before).allSatisfy { $0.change.resource.kind != .watch })
            #expect(await watcher.report().budgets.first?.callsLastHour == stage.simulator.requestCount)
        }
    }

    @Test func budget_isNeverPassedForIt() async throws {
        try await Stage.with { stage in
            let watcher = try stage.watcher(try plan(stage, ceiling: .fixed(2)))
            try await watcher.begin()
            await stage.run(watcher, for: .seconds(1800))
            #expect(stage.simulator.requestCount <= 2)
        }
    }
}
