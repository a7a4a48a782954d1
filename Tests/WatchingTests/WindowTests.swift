import Changes
import GraphSimulator
import Ledger
import StrictJSON
import Synchronization
import Testing
import WhatsAppBusiness

@testable import Watching

/// Lists that are walked by windows of time.
@Suite(.timeLimit(.minutes(5))) struct WindowTests {
    private let every = Duration.seconds(900)
    private let fullSweep = Duration.seconds(6 * 3600)

    private func intervals(_ kind: Kind) -> [Kind: Duration] { [.phoneNumber: .seconds(86_400), kind: every] }

    /// Templates from all the years, so that every window holds some.
    private func fill(_ stage: Stage, _ count: Int = 60) {
        stage.simulator.update { platform in
            platform.accounts[Stage.account]?.messageTemplates = (0..<count).map { index in
                [
                    "id": .string("90\(index)"), "name": .string("t\(index)"), "language": "en_US", "status": "APPROVED",
                    "category": "UTILITY", "creation_time": .integer(1_655_000_000 + index * 2_300_000),
                ]
            }
        }
    }

    private func started(_ stage: Stage, _ kind: Kind, _ paging: ListPlan.Paging, window: Duration = .seconds(90 * 86_400)) async throws
        -> Watcher
    {
        let list = ListPlan(paging: paging, window: window, fullSweep: fullSweep)
        let watcher = try stage.watcher(stage.plan(intervals(kind), lists: [kind: list]))
        try await watcher.begin()
        await stage.run(watcher, for: .seconds(1))
        return watcher
    }

    private func templates(_ stage: Stage) async throws -> Set<String> {
        Set(try await stage.ledger.resources(kinds: [.messageTemplate]).resources.map(\.resource.id))
    }

    @Test func time_seesEverything_withBothBoundsAlways_andFindsEveryRemovalInTime() async throws {
        try await Stage.with { stage in
            fill(stage)
            let watcher = try await started(stage, .messageTemplate, .time)
            #expect(try await templates(stage).count == 60)
            var before = stage.sequence
            #expect(try await stage.changes().map(\.change).filter { $0.resource.kind == .messageTemplate }.map(\.after) == [["count": 60]])
            for (turn, index) in [0, 17, 31, 44, 57].enumerated() {
                stage.simulator.update { platform in
                    platform.accounts[Stage.account]?.messageTemplates.removeAll { $0["id"] == .string("90\(index)") }
                    platform.accounts[Stage.account]?.messageTemplates.append([
                        "id": .string("80\(index)"), "name": "new", "language": "de", "status": "PENDING", "category": "UTILITY",
                        "creation_time": .integer(1_795_001_000 + turn),
                    ])
                }
                // What is new is in the newest window, which every poll covers.
                await stage.run(watcher, for: every)
                #expect(try await templates(stage).contains("80\(index)"))
                await stage.run(watcher, for: fullSweep - every)
                let told = try await stage.changes(after: before).map(\.change)
                #expect(Set(told.map { "\($0.operation) \($0.resource.id)" }) == ["added 80\(index)", "removed 90\(index)"])
                before = stage.sequence
            }
            let asked = stage.requests(.messageTemplates)
            #expect(asked.allSatisfy { $0[parameter: "since"] != nil && $0[parameter: "until"] != nil })
            let lengths = asked.compactMap { request -> Int64? in
                guard let since = request[parameter: "since"].flatMap({ Int64($0) }),
                    let until = request[parameter: "until"].flatMap({ Int64($0) })
                else { return nil }
                return until - since + 1
            }
            #expect(lengths.allSatisfy { $0 <= 90 * 86_400 })
            // One newest window at every turn and a few old ones: far fewer requests than everything each time.
            let turns = 5 * 24
            #expect(asked.count < turns * 4)
        }
    }

    /// Whether a window's ends are within it is not known: what lies at the very second of one is seen, and nothing is told of it, however that is.
    @Test(arguments: [true, false], [true, false]) func thingsAtTheEdgeOfTwoWindows_areSeen_whicheverEndsCount(
        includesSince: Bool, includesUntil: Bool
    ) async throws {
        try await Stage.with { stage in
            let ends = WindowEnds(includesSince: includesSince, includesUntil: includesUntil)
            stage.simulator.setFault(.serving(.windowEnds(ends)), on: EdgeMatch(edge: .messageTemplates))
            let (since, length) = (ListPlan().since.milliseconds / 1000, Int64(90 * 86_400 - 2))
            // Two seconds to each side of three edges.
            let times = [3, 11, 17].flatMap { edge in (-2...2).map { since + edge * length + $0 } }
            stage.simulator.update { platform in
                platform.accounts[Stage.account]?.messageTemplates = times.map { time in
                    [
                        "id": .string("\(time)"), "name": .string("t\(time)"), "language": "en_US", "status": "APPROVED",
                        "category": "UTILITY", "creation_time": .integer(Int(time)),
                    ]
                }
            }
            let watcher = try await started(stage, .messageTemplate, .time)
            #expect(try await templates(stage) == Set(times.map { "\($0)" }), "the starting point")
            var before = stage.sequence
            await stage.run(watcher, for: fullSweep * 2)
            #expect(try await stage.changes(after: before).map(\.change.summary) == [])
            for index in [0, 1, 2, 3, 4, 7, 12] {
                before = stage.sequence
                stage.simulator.update { platform in
                    platform.accounts[Stage.account]?.messageTemplates.removeAll { $0["id"] == .string("\(times[index])") }
                }
                await stage.run(watcher, for: fullSweep)
                let told = try await stage.changes(after: before).map(\.change)
                #expect(told.map { "\($0.operation) \($0.resource.id)" } == ["removed \(times[index])"])
            }
        }
    }

    @Test func restart_inTheMiddle_removesNothingThatIsThere() async throws {
        try await Stage.with { stage in
            fill(stage)
            var watcher = try await started(stage, .messageTemplate, .time)
            let before = stage.sequence
            for _ in 0..<8 {
                watcher = try await started(stage, .messageTemplate, .time)
                await stage.run(watcher, for: .seconds(2000))
            }
            #expect(try await stage.changes(after: before).map(\.change.summary) == [])
            stage.simulator.update { platform in
                platform.accounts[Stage.account]?.messageTemplates.removeAll { $0["id"] == "9030" }
            }
            watcher = try await started(stage, .messageTemplate, .time)
            await stage.run(watcher, for: fullSweep * 2)
            #expect(try await stage.changes(after: before).map(\.change.resource.id) == ["9030"])
        }
    }

    @Test func auto_takesTimeWhereItIsHeeded() async throws {
        try await Stage.with { stage in
            fill(stage)
            // Older than `since`: seen by cursor, and never taken for gone because no window shows it.
            stage.simulator.update {
                $0.accounts[Stage.account]?.messageTemplates.append(["id": "7", "name": "old", "creation_time": 1_500_000_000])
            }
            let watcher = try await started(stage, .messageTemplate, .auto)
            #expect(await watcher.rotation(of: stage.target(.messageTemplate))?.mode == .undecided, "one probe is not enough")
            await stage.run(watcher, for: every)
            #expect(await watcher.rotation(of: stage.target(.messageTemplate))?.mode == .time)
            let before = stage.sequence
            await stage.run(watcher, for: fullSweep * 3)
            #expect(try await stage.changes(after: before).map(\.change.summary) == [])
            stage.simulator.update { platform in
                platform.accounts[Stage.account]?.messageTemplates.removeAll { $0["id"] == "7" || $0["id"] == "9012" }
            }
            // Twice, for one sweep without it says little.
            await stage.run(watcher, for: fullSweep * 2 + every * 2)
            let told = try await stage.changes(after: before).map(\.change)
            #expect(Set(told.map(\.resource.id)) == ["7", "9012"], "\(told.map(\.summary))")
        }
    }

    /// What finds out whether time is heeded is no poll; a token that is refused to it is in doubt all the same, and the core confirms that at once.
    @Test(arguments: [true, false]) func tokenThatIsRefusedToTheProbe_isAskedForAgainAtOnce(isRefusedForGood: Bool) async throws {
        let isRefused = Mutex(false)
        let meta: AnswerStage.Meta = { asked in
            if asked.since.map({ $0 < 1_300_000_000 }) ?? false, isRefusedForGood { isRefused.withLock { $0 = true } }
            let isProbe = asked.since != nil
            if isRefused.withLock(\.self) || isProbe { return .error(190, "Invalid OAuth access token", status: 401) }
            if asked.path.hasSuffix("/message_templates") {
                return AnswerStage.Reply(
                    body: #"{"data":[{"id":"1","name":"a","language":"de","status":"APPROVED","category":"UTILITY"}]}"#)
            }
            return AnswerStage.Reply(body: #"{"data":[{"id":"501","display_phone_number":"+1 555 1"}]}"#)
        }
        try await AnswerStage.with(meta) { stage in
            var plan = try stage.plan([.phoneNumber, .messageTemplate])
            plan.intervals = [.phoneNumber: .seconds(3600), .messageTemplate: every]
            plan.lists = [.messageTemplate: ListPlan(paging: .auto, fullSweep: fullSweep)]
            let watcher = stage.watcher(of: plan)
            try await watcher.begin()
            await stage.run(watcher, for: .seconds(1))
            let before = stage.requests.count
            await stage.run(watcher, for: .seconds(10))
            #expect(stage.requests.dropFirst(before).contains { $0.path.hasSuffix("/phone_numbers") }, "the core asks ahead of its turn")
            let state = await watcher.watch(over: PollTarget(account: "acme", kind: .account))?.state
            #expect((state == .unauthorized) == isRefusedForGood, "\(String(describing: state))")
        }
    }

    @Test func auto_goesByCursor_whereTimeIsIgnored() async throws {
        try await Stage.with(.sample(blockedUsers: 2500)) { stage in
            let watcher = try await started(stage, .blockedUser, .auto)
            #expect(await watcher.rotation(of: stage.target(.blockedUser, 0))?.mode == .cursor)
            let before = stage.simulator.requestCount
            await stage.run(watcher, for: every)
            #expect(stage.requests(.blockedUsers, after: before).allSatisfy { $0[parameter: "since"] == nil })
        }
    }

    @Test func auto_isUndecided_whileTheListIsEmpty() async throws {
        try await Stage.with(.sample(blockedUsers: 0)) { stage in
            let watcher = try await started(stage, .blockedUser, .auto)
            #expect(await watcher.rotation(of: stage.target(.blockedUser, 0))?.mode == .undecided)
            _ = stage.simulator.update { $0[phoneNumber: Stage.number(0)]?.blockedUsers.insert("491701234567") }
            await stage.run(watcher, for: every)
            #expect(await watcher.rotation(of: stage.target(.blockedUser, 0))?.mode == .cursor)
        }
    }

    @Test(arguments: [TimeBounds.ignored, .heeded, .sixMonths]) func time_onAnyEdge_seesAllAndRemovesOnlyWhatIsGone(bounds: TimeBounds)
        async throws
    {
        try await Stage.with(.sample(numbers: 1, blockedUsers: 2100)) { stage in
            stage.simulator.update { $0[behaviour: .blockedUsers].timeBounds = bounds }
            let watcher = try await started(stage, .blockedUser, .time, window: .seconds(180 * 86_400))
            let target = stage.target(.blockedUser, 0)
            #expect(await watcher.watch(over: target)?.state == .current)
            let before = stage.sequence
            await stage.run(watcher, for: fullSweep)
            #expect(try await stage.changes(after: before).map(\.change.summary) == [])
            _ = stage.simulator.update { $0[phoneNumber: Stage.number(0)]?.blockedUsers.remove("16505551999") }
            await stage.run(watcher, for: fullSweep)
            #expect(
                try await stage.changes(after: before).map(\.change).map { "\($0.operation) \($0.resource.id)" } == ["removed 16505551999"])
            #expect(stage.requests(.blockedUsers).allSatisfy { $0[parameter: "since"] != nil && $0[parameter: "until"] != nil })
        }
    }

    @Test func blockedUsers_64000_areSweptPageByPage_andWrittenOnlyWhereTheyDiffer() async throws {
        try await Stage.with(.sample(numbers: 1, blockedUsers: 64_000)) { stage in
            let watcher = try await started(stage, .blockedUser, .cursor)
            #expect(try await stage.changes().map(\.change).filter { $0.resource.kind == .blockedUser }.map(\.after) == [["count": 64_000]])
            let before = stage.sequence
            stage.simulator.update { platform in
                for index in 0..<5 {
                    platform[phoneNumber: Stage.number(0)]?.blockedUsers.insert("4917000000\(index)0")
                    platform[phoneNumber: Stage.number(0)]?.blockedUsers.remove("1650555\(1000 + index)")
                }
            }
            await stage.run(watcher, for: every)
            #expect(try await stage.changes(after: before).map(\.change.operation) == Array(repeating: .added, count: 5))
            await stage.run(watcher, for: every)
            #expect(try await stage.changes(after: before + 5).map(\.change.operation) == Array(repeating: .removed, count: 5))
        }
    }

    @Test func longList_waitsForTheBudgetInItsMiddle_andGoesOn() async throws {
        try await Stage.with(.sample(numbers: 1, blockedUsers: 64_000)) { stage in
            let list = ListPlan(paging: .cursor)
            let watcher = try stage.watcher(stage.plan(intervals(.blockedUser), lists: [.blockedUser: list], ceiling: .fixed(20)))
            try await watcher.begin()
            await stage.run(watcher, for: .seconds(1800))
            let progress = await watcher.report().watches.first { $0.target.kind == .blockedUser }?.progress
            #expect(progress.map { $0.things == $0.pages * 1000 && $0.pages >= 8 } == true, "\(String(describing: progress))")
            await stage.run(watcher, for: .seconds(12 * 3600))
            #expect(stage.requests(.blockedUsers).filter { $0[parameter: "after"] == nil }.count <= 4, "no page was asked for twice")
            #expect(try await stage.changes().map(\.change).contains { $0.after == ["count": 64_000] })
        }
    }

    @Test func listThatChangesUnderTheWalk_isWalkedAgain() async throws {
        try await Stage.with(.sample(numbers: 1, blockedUsers: 3000)) { stage in
            let watcher = try await started(stage, .blockedUser, .cursor)
            let before = stage.sequence
            stage.simulator.setFault(.error(139_102), on: .edge(.blockedUsers), times: 2)
            _ = stage.simulator.update { $0[phoneNumber: Stage.number(0)]?.blockedUsers.remove("16505550001") }
            await stage.run(watcher, for: every * 2)
            #expect(try await stage.changes(after: before).map(\.change.operation) == [.removed])
        }
    }
}
