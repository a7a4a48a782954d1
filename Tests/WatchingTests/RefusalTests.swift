import Changes
import GraphAPI
import GraphSimulator
import Ledger
import StrictJSON
import Synchronization
import Testing
import WhatsAppBusiness

@testable import Watching

/// What Meta refuses, by mistake or for good: nobody is told of one refusal, and nobody is left blind by it.
@Suite(.timeLimit(.minutes(5))) struct RefusalTests {
    private func started(_ stage: Stage) async throws -> Watcher {
        let watcher = try stage.watcher(stage.plan())
        try await watcher.begin()
        await stage.run(watcher, for: .seconds(1))
        return watcher
    }

    private func states(_ watcher: Watcher) async -> [String] {
        await watcher.report().watches.filter { $0.watch.state != .current }.map { "\($0.target) \($0.watch.state)" }
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        var code: Int
        var subcode: Int?
        var edge: SimulatedEdge
        var target: PollTarget
        /// When the edge is asked for next.
        var after: Duration
        var testDescription: String { "\(code) \(edge)" }
    }

    static let refusals: [Refusal] = {
        let places: [(SimulatedEdge, Kind, Int?, Duration)] = [
            (.phoneNumbers, .phoneNumber, nil, .seconds(60)), (.account, .account, nil, .seconds(300)),
            (.profile, .businessProfile, 0, .seconds(900)), (.messageTemplates, .messageTemplate, nil, .seconds(900)),
            (.qrCodes, .qrCode, 1, .seconds(21_600)),
        ]
        let codes: [(Int, Int?)] = [
            (3, nil), (10, nil), (200, nil), (294, nil), (131_005, nil), (100, 33), (803, nil), (368, nil), (131_031, nil),
        ]
        return codes.enumerated().flatMap { index, code in
            [places[index % places.count], places[(index + 2) % places.count]].map { edge, kind, number, after in
                Refusal(
                    code: code.0, subcode: code.1, edge: edge,
                    target: PollTarget(account: "acme", kind: kind, phoneNumberID: number.map(Stage.number)), after: after)
            }
        }
    }()

    @Test(arguments: refusals) func oneRefusal_isToldToNobody_andAskedAgainWithinTenSeconds(refusal: Refusal) async throws {
        try await Stage.with { stage in
            let watcher = try await started(stage)
            let before = stage.sequence
            stage.simulator.setFault(.error(refusal.code, subcode: refusal.subcode, http: 403), on: .edge(refusal.edge), times: 1)
            let failed = stage.simulator.requestCount
            await stage.run(watcher, for: refusal.after + .milliseconds(100))
            let refused = stage.requests(refusal.edge, after: failed).filter { $0.status == 403 }
            #expect(refused.count == 1)
            let again = try #require(stage.requests(refusal.edge, after: failed).firstIndex { $0.status == 403 })
            await stage.run(watcher, for: .seconds(10))
            #expect(stage.requests(refusal.edge, after: failed).dropFirst(again + 1).contains { $0.status != 403 })
            await stage.run(watcher, for: .seconds(60))
            #expect(try await stage.changes(after: before).map(\.change.summary) == [])
            #expect(await states(watcher) == [])
        }
    }

    @Test(arguments: [190, 102, 104, 0]) func oneRefusedToken_isToldToNobody(code: Int) async throws {
        try await Stage.with { stage in
            let watcher = try await started(stage)
            let before = stage.sequence
            for edge in [SimulatedEdge.phoneNumbers, .profile, .account] {
                stage.simulator.setFault(.error(code, http: 401), on: .edge(edge), times: 1)
                await stage.run(watcher, for: .seconds(1000))
            }
            #expect(try await stage.changes(after: before).map(\.change.summary) == [])
            #expect(await states(watcher) == [])
        }
    }

    /// Told at the second in a row, asked for every fifteen seconds for two minutes, and never left alone for longer than fifteen minutes.
    @Test(arguments: [(10, nil), (100, 33), (368, nil)] as [(Int, Int?)])
    func refusalThatStays_isToldOnce_andNeverLeftAlone(code: Int, subcode: Int?) async throws {
        try await Stage.with(.sample(numbers: 1)) { stage in
            let watcher = try await started(stage)
            let before = stage.sequence
            stage.simulator.setFault(.error(code, subcode: subcode, http: 403), on: .edge(.profile))
            await stage.run(watcher, for: .seconds(890))
            let began = stage.clock.now
            let target = stage.target(.businessProfile, 0)
            var times: [Duration] = []
            while let due = await watcher.schedule.due(target), due - began < .seconds(6 * 3600) {
                let asked = stage.requests(.profile).count
                await stage.run(watcher, for: due - stage.clock.now + .milliseconds(60))
                if stage.requests(.profile).count > asked { times.append(stage.clock.now - began) }
            }
            let gaps = zip(times, times.dropFirst()).map { $1 - $0 }
            #expect(try #require(gaps.first) <= .seconds(10))
            #expect(zip(times, gaps).allSatisfy { $0 - times[0] > .seconds(110) || $1 <= .seconds(15) }, "\(times)")
            #expect(gaps.allSatisfy { $0 <= .seconds(901) }, "\(gaps)")
            #expect(20...60 ~= times.count, "with backoff")
            let told = try await stage.changes(after: before).map(\.change)
            #expect(told.map(\.resource.id) == ["business_profile/\(Stage.number(0))"], "\(told.map(\.summary))")
        }
    }

    /// As a new user would: a wrong permission, mended, reloaded; or another token put in its place.
    @Test(arguments: [true, false]) func mendedPermission_isSeenWithinSeconds_byReloadOrByAnotherToken(reloads: Bool) async throws {
        try await Stage.with { stage in
            let watcher = try await started(stage)
            for edge in [SimulatedEdge.profile, .phoneNumbers, .messageTemplates] {
                stage.simulator.setFault(.error(200, http: 403), on: .edge(edge))
            }
            await stage.run(watcher, for: .seconds(3 * 3600))
            #expect(await states(watcher).count == 4)
            stage.simulator.clearFaults()
            if reloads {
                try await watcher.reload(accounts: [stage.plan()])
            } else {
                stage.simulator.update { $0.tokens["EAAG-another"] = .valid }
                stage.token.withLock { $0 = "EAAG-another" }
            }
            await stage.run(watcher, for: .seconds(20))
            #expect(await states(watcher) == [])
        }
    }

    @Test func restart_looksAtOnce_atWhatWasRefused() async throws {
        try await Stage.with { stage in
            var watcher = try await started(stage)
            stage.simulator.setFault(.error(10, http: 403), on: .edge(.qrCodes))
            await stage.run(watcher, for: .seconds(21_700))
            #expect(await states(watcher).count == 2)
            stage.simulator.clearFaults()
            watcher = try await started(stage)
            #expect(await states(watcher) == [])
        }
    }

    // MARK: The token

    @Test func refusedToken_leavesNothingCurrent_andCostsOneRequestAnAccount() async throws {
        try await Stage.with(.sample(numbers: 5)) { stage in
            let watcher = try await started(stage)
            let before = stage.sequence
            stage.simulator.update { $0.tokens[Platform.sampleToken] = .revoked }
            await stage.run(watcher, for: .seconds(75))
            let report = await watcher.targets
            #expect(report.allSatisfy { $0.watch.state == .unauthorized }, "\(report.map { "\($0.target) \($0.watch.state)" })")
            let asked = stage.simulator.requestCount
            await stage.run(watcher, for: .seconds(120))
            #expect(8...20 ~= stage.simulator.requestCount - asked)
            await stage.run(watcher, for: .seconds(4 * 3600))
            #expect(stage.simulator.requestCount - asked < 60)
            stage.simulator.update { $0.tokens[Platform.sampleToken] = .valid }
            await stage.run(watcher, for: .seconds(910))
            #expect(await states(watcher) == [])
            let told = try await stage.changes(after: before).map(\.change)
            #expect(told.map { "\($0.resource.id) \($0.after?["state"]?.string ?? "")" } == ["account unauthorized", "account current"])
        }
    }

    /// One edge that says "token refused" while the others answer: it is that edge's trouble, and blinds nothing else.
    @Test(arguments: [SimulatedEdge.profile, .account, .phoneNumbers]) func tokenRefusedByOneEdgeAlone_isThatEdgesTrouble(
        edge: SimulatedEdge
    ) async throws {
        try await Stage.with(.sample(numbers: 1)) { stage in
            let watcher = try await started(stage)
            let before = stage.sequence
            stage.simulator.setFault(.error(190, http: 401), on: .edge(edge))
            await stage.run(watcher, for: .seconds(3600))
            let told = try await stage.changes(after: before).map(\.change)
            #expect(told.count == 1 && told.first?.after?["state"] == "forbidden", "\(told.map(\.summary))")
            let late = await watcher.report().watches.filter { $0.watch.state == .unauthorized }
            #expect(late.isEmpty)
            stage.simulator.clearFaults()
            await stage.run(watcher, for: .seconds(900))
            #expect(await states(watcher) == [])
        }
    }

    // MARK: In passing

    @Test(arguments: [190, 0, 10, 200, 368, 100]) func transientError_isUnreachable_whateverItsCode(code: Int) async throws {
        try await Stage.with(.sample(numbers: 1)) { stage in
            let watcher = try await started(stage)
            let before = stage.sequence
            stage.simulator.setFault(.error(SimulatedError(code, "It will pass", isTransient: true)), on: .edge(.profile), times: 3)
            await stage.run(watcher, for: .seconds(1000))
            let told = try await stage.changes(after: before).map(\.change)
            #expect(told.map { $0.after?["state"]?.string } == ["unreachable", "current"], "\(told.map(\.summary))")
        }
    }

    /// 150 s without a network: what succeeds first brings the others with it, those of other accounts too.
    @Test(arguments: [Fault.reset, .status(503), .error(1, http: 500)]) func firstSuccessAfterAnOutage_hastensWhatWaits(fault: Fault)
        async throws
    {
        try await Stage.with(.sample(numbers: 6)) { stage in
            let watcher = try stage.watcher(stage.plan(Stage.often))
            try await watcher.begin()
            await stage.run(watcher, for: .seconds(1))
            stage.simulator.setFault(fault)
            await stage.run(watcher, for: .seconds(800))
            #expect(await states(watcher).count > 30)
            stage.simulator.clearFaults()
            let asked = stage.simulator.requestCount
            while stage.simulator.requestCount == asked { await stage.run(watcher, for: .seconds(1)) }
            await stage.run(watcher, for: .seconds(10))
            #expect(await states(watcher) == [])
        }
    }

    @Test func networkThatIsBack_isBackForAllAccounts() async throws {
        try await Stage.with(.sample(numbers: 3)) { stage in
            var other = try stage.plan(Stage.often)
            other.name = "other"
            // It polls seldom, and what failed of it waits long.
            var seldom = other
            seldom.intervals = Stage.often.filter { !CallPlan.core.contains($0.key) && $0.key != .subscribedApp }
            seldom.numbers = .only(Set((0..<3).map(Stage.number)))
            let watcher = try stage.watcher(stage.plan(Stage.often), seldom)
            try await watcher.begin()
            await stage.run(watcher, for: .seconds(1))
            stage.simulator.setFault(.reset)
            await stage.run(watcher, for: .seconds(3000))
            stage.simulator.clearFaults()
            let asked = stage.simulator.requestCount
            while stage.simulator.requestCount == asked { await stage.run(watcher, for: .seconds(1)) }
            await stage.run(watcher, for: .seconds(20))
            #expect(await states(watcher) == [])
        }
    }
}
