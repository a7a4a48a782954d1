import Changes
import Continuations
import GraphSimulator
import Ledger
import StrictJSON
import Synchronization
import TestTools
import Testing
import WhatsAppBusiness

@testable import Watching

/// Lists of several pages that come newest first are decided by their first page, others never.
@Suite(.timeLimit(.minutes(5))) struct FirstPageTests {
    private let every = Duration.seconds(900)
    private let fullSweep = Duration.seconds(6 * 3600)
    private let next = Blocking()

    /// Users that nobody has blocked yet.
    private final class Blocking: Sendable {
        private let made = Atomic(10_000_000)
        func user() -> String { "4917\(made.add(1, ordering: .relaxed).newValue)" }
    }

    /// What a look recorded, when it is over.
    private final class Seen: Sendable {
        let changes = Mutex<Int?>(nil)
    }

    private var intervals: [Kind: Duration] { [.phoneNumber: .seconds(86_400), .blockedUser: every] }

    private func started(_ stage: Stage, order: ListOrder = .newestFirst, paging: ListPlan.Paging = .cursor) async throws -> Watcher {
        if order != .newestFirst { stage.simulator.setFault(.serving(.order(order)), on: .edge(.blockedUsers)) }
        let list = ListPlan(paging: paging, fullSweep: fullSweep)
        let watcher = try stage.watcher(stage.plan(intervals, lists: [.blockedUser: list]))
        try await watcher.begin()
        await stage.run(watcher, for: .seconds(1))
        return watcher
    }

    @discardableResult private func block(_ stage: Stage, _ count: Int = 1) -> [String] {
        let users = (0..<count).map { _ in next.user() }
        stage.simulator.update { platform in
            for user in users { platform[phoneNumber: Stage.number(0)]?.blockedUsers.insert(user) }
        }
        return users
    }

    private func unblock(_ stage: Stage, _ index: Int) -> String {
        stage.simulator.update { platform in
            guard let user = platform[phoneNumber: Stage.number(0)]?.blockedUsers[index]["wa_id"]?.string else { return "" }
            platform[phoneNumber: Stage.number(0)]?.blockedUsers.remove(user)
            return user
        }
    }

    /// A turn: how many requests it made, and what it told.
    private func turn(_ stage: Stage, _ watcher: Watcher, for duration: Duration? = nil) async throws -> (requests: Int, told: [String]) {
        let (count, sequence) = (stage.simulator.requestCount, stage.sequence)
        await stage.run(watcher, for: duration ?? every)
        let told = try await stage.changes(after: sequence).map(\.change)
        return (stage.requests(.blockedUsers, after: count).count, told.map { "\($0.operation) \($0.resource.id)" })
    }

    /// Blocks somebody before each of two turns, which shows the order.
    private func proven(_ stage: Stage, paging: ListPlan.Paging = .cursor, users: Int = 3500) async throws -> Watcher {
        let watcher = try await started(stage, paging: paging)
        for _ in 0..<2 {
            let user = block(stage)[0]
            #expect(try await turn(stage, watcher) == (4, ["added \(user)"]), "without evidence everything is read")
        }
        #expect(await watcher.order(of: stage.target(.blockedUser, 0))?.standing == .holds)
        return watcher
    }

    private func withList(_ users: Int = 3500, _ body: (Stage) async throws -> Void) async throws {
        try await Stage.with(.sample(numbers: 1, blockedUsers: users), body)
    }

    @Test(arguments: [ListPlan.Paging.cursor, .auto]) func turn_isOneRequest_andTellsWhoIsNewInFront(paging: ListPlan.Paging) async throws {
        try await withList { stage in
            let watcher = try await proven(stage, paging: paging)
            let target = stage.target(.blockedUser, 0)
            for count in [0, 1, 0, 3, 999] {
                let users = block(stage, count)
                let (requests, told) = try await turn(stage, watcher)
                #expect(requests == 1)
                #expect(Set(told) == Set(users.map { "added \($0)" }) && told.count == count)
                let watch = await watcher.watch(over: target)
                #expect(watch?.state == .current)
                let ago = watch?.lastSuccess.map { stage.clock.wallClock.milliseconds - $0.milliseconds }
                #expect(ago.map { $0 < 900_000 } == true)
            }
            #expect(try await stage.ledger.resources(kinds: [.blockedUser]).resources.count == 3500 + 2 + 1003)
        }
    }

    @Test func whoIsUnblockedOnTheFirstPage_isToldAfterTheTurnThatConfirmsIt() async throws {
        try await withList { stage in
            let watcher = try await proven(stage)
            #expect(try await turn(stage, watcher).requests == 1)
            let user = unblock(stage, 500)
            #expect(try await turn(stage, watcher) == (4, []))
            #expect(try await turn(stage, watcher) == (4, ["removed \(user)"]))
            #expect(try await turn(stage, watcher).requests == 1)
        }
    }

    @Test func whoIsUnblockedOnTheLastPlaceOfTheFirstPage_isMissed() async throws {
        try await withList { stage in
            let watcher = try await proven(stage)
            let user = unblock(stage, 999)
            block(stage)
            #expect(try await turn(stage, watcher, for: every * 1).requests == 1, "somebody new has pushed that place off the page")
            let (_, told) = try await turn(stage, watcher, for: fullSweep)
            #expect(told == ["removed \(user)"])
        }
    }

    @Test func whoIsUnblockedOnTheThirdPage_isToldWithinFullSweep() async throws {
        try await withList { stage in
            let watcher = try await proven(stage)
            for delay in [0, 3, 11] {
                _ = try await turn(stage, watcher, for: every * delay)
                let user = unblock(stage, 2300)
                let (requests, told) = try await turn(stage, watcher, for: fullSweep)
                #expect(told == ["removed \(user)"])
                #expect(requests < 24 + 3 * 4, "\(requests)")
            }
        }
    }

    @Test func moreThanAPageAtOnce_isWalkedToItsEnd() async throws {
        try await withList { stage in
            let watcher = try await proven(stage)
            let users = block(stage, 1500)
            let (requests, told) = try await turn(stage, watcher)
            #expect(requests == 6)
            #expect(Set(told) == Set(users.map { "added \($0)" }) && told.count == 1500)
            #expect(try await turn(stage, watcher) == (1, []))
        }
    }

    /// Who is blocked anew comes to the front: nothing was changed by that which is told, and the order holds.
    @Test func whoIsBlockedAnew_isNoChange() async throws {
        try await withList { stage in
            let watcher = try await proven(stage)
            for index in [700, 2300] {
                let user = unblock(stage, index)
                stage.simulator.update { _ = $0[phoneNumber: Stage.number(0)]?.blockedUsers.insert(user) }
                #expect(try await turn(stage, watcher).told == [])
            }
            #expect(try await turn(stage, watcher) == (1, []))
        }
    }

    @Test(arguments: [ListOrder.oldestFirst, .byKey, .shuffled]) func anotherOrder_isSweptWholeAlways(order: ListOrder) async throws {
        try await withList { stage in
            let watcher = try await started(stage, order: order)
            for _ in 0..<4 {
                let user = block(stage)[0]
                #expect(try await turn(stage, watcher) == (4, ["added \(user)"]))
            }
            let user = unblock(stage, 2300)
            #expect(try await turn(stage, watcher, for: every * 2) == (8, ["removed \(user)"]))
            #expect(await watcher.order(of: stage.target(.blockedUser, 0))?.standing == .refused)
        }
    }

    /// The order changes when it has been believed: what is told is true, and within `full_sweep`; then everything is read again.
    @Test(arguments: [ListOrder.oldestFirst, .byKey, .shuffled])
    func orderThatTurnsOutOtherwise_isBelievedNoLonger(order: ListOrder) async throws {
        try await withList { stage in
            let watcher = try await proven(stage)
            stage.simulator.setFault(.serving(.order(order)), on: .edge(.blockedUsers))
            let first = block(stage)[0]
            #expect(try await turn(stage, watcher) == (4, ["added \(first)"]), "nothing stands where it did")
            let second = block(stage)[0]
            let (_, told) = try await turn(stage, watcher, for: fullSweep)
            #expect(told == ["added \(second)"])
            #expect(await watcher.order(of: stage.target(.blockedUser, 0))?.standing == .refused)
            let third = block(stage)[0]
            #expect(try await turn(stage, watcher) == (4, ["added \(third)"]))
            #expect(try await turn(stage, watcher) == (4, []))
        }
    }

    @Test func afterARestartAndAReload_everythingIsSweptOnce() async throws {
        try await withList { stage in
            var watcher = try await proven(stage)
            #expect(try await turn(stage, watcher).requests == 1)
            try await watcher.reload(accounts: [
                stage.plan(intervals, lists: [.blockedUser: ListPlan(paging: .cursor, fullSweep: fullSweep)])
            ])
            #expect(try await turn(stage, watcher).requests == 4)
            #expect(try await turn(stage, watcher).requests == 1)
            watcher = try await started(stage)
            #expect(try await turn(stage, watcher).requests >= 4)
            #expect(try await turn(stage, watcher).requests == 4, "nothing is known of the order in this run")
        }
    }

    @Test func afterAFailure_everythingIsSweptOnce() async throws {
        try await withList { stage in
            let watcher = try await proven(stage)
            stage.simulator.setFault(.error(2, http: 500), on: .edge(.blockedUsers), times: 1)
            let user = block(stage)[0]
            let (requests, told) = try await turn(stage, watcher)
            #expect(told == ["added \(user)"])
            #expect(requests >= 5, "\(requests)")
            #expect(try await turn(stage, watcher).requests == 1)
        }
    }

    /// Half of the list goes: too much to be believed at once, and no first page ends that.
    @Test func massThatIsHeld_isSweptWholeUntilItIsDecided() async throws {
        try await withList { stage in
            let watcher = try await proven(stage)
            stage.simulator.update { platform in
                for _ in 0..<2000 {
                    guard let user = platform[phoneNumber: Stage.number(0)]?.blockedUsers[1000]["wa_id"]?.string else { return }
                    platform[phoneNumber: Stage.number(0)]?.blockedUsers.remove(user)
                }
            }
            let (_, told) = try await turn(stage, watcher, for: fullSweep + every * 2)
            #expect(told.count { $0.hasPrefix("removed 1650") } == 2000)
            #expect(!told.contains { $0.hasPrefix("added") })
        }
    }

    @Test func theAccountsPlan_countsATurnOnTheAverage() async throws {
        try await withList(20_000) { stage in
            let watcher = try await started(stage)
            for _ in 0..<2 {
                block(stage)
                await stage.run(watcher, for: every)
            }
            let target = stage.target(.blockedUser, 0)
            await stage.run(watcher, for: every)
            #expect(await watcher.requests(of: target) == 2)
            await stage.run(watcher, for: fullSweep * 2)
            #expect(await watcher.requests(of: target) == 2, "a whole sweep changes nothing")
        }
    }

    /// Who is unblocked stands behind the first page: the look after an action reads everything, and knows whose doing what it finds was.
    @Test func lookAfterAnAction_isWhole() async throws {
        try await withList { stage in
            let watcher = try await proven(stage)
            let target = stage.target(.blockedUser, 0)
            let (count, sequence) = (stage.simulator.requestCount, stage.sequence)
            let (gone, come) = (unblock(stage, 2500), block(stage)[0])
            let actor = "alice (1000)"
            let ticket = await watcher.begin([
                ActionCause(actor: actor, target: target, ids: [gone], operations: [.removed]),
                ActionCause(actor: actor, target: target, ids: [come], operations: [.added]),
            ])
            let seen = Seen()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    let changes = try await watcher.look(after: ticket)
                    seen.changes.withLock { $0 = changes }
                }
                while seen.changes.withLock(\.self) == nil {
                    try await eventually("the look is over or waits for a poll") {
                        if seen.changes.withLock(\.self) != nil { return true }
                        return await watcher.waiting.isAwaited(target)
                    }
                    await stage.run(watcher, for: .seconds(1))
                }
                try await group.waitForAll()
            }
            let told = try await stage.changes(after: sequence).map(\.change)
            #expect(seen.changes.withLock(\.self) == 2 && told.count == 2)
            #expect(Set(told.map { "\($0.operation) \($0.resource.id)" }) == ["added \(come)", "removed \(gone)"])
            #expect(told.allSatisfy { $0.origin == .command && $0.actor == actor })
            #expect(stage.requests(.blockedUsers, after: count).count >= 4)
        }
    }

    /// A number with 50,000 blocked users, polled every minute.
    @Test(arguments: [ListOrder.newestFirst, .oldestFirst]) func requestsOfManyTurns(order: ListOrder) async throws {
        try await withList(50_000) { stage in
            if order != .newestFirst { stage.simulator.setFault(.serving(.order(order)), on: .edge(.blockedUsers)) }
            let list = ListPlan(paging: .cursor, fullSweep: fullSweep)
            let often: [Kind: Duration] = [.phoneNumber: .seconds(86_400), .blockedUser: .seconds(60)]
            let watcher = try stage.watcher(stage.plan(often, lists: [.blockedUser: list]))
            try await watcher.begin()
            await stage.run(watcher, for: .seconds(1))
            for _ in 0..<2 {
                block(stage)
                await stage.run(watcher, for: .seconds(60))
            }
            let isOrdered = order == .newestFirst
            let asked = try await turn(stage, watcher, for: isOrdered ? fullSweep : .seconds(300)).requests
            // One a minute and one whole sweep of 51 pages, against 51 a minute.
            #expect(isOrdered ? 360...480 ~= asked : 5 * 51 == asked, "\(asked)")
        }
    }
}

extension Watcher {
    fileprivate func order(of target: PollTarget) -> NewestFirst? { watched[target]?.state.order }
    fileprivate func requests(of target: PollTarget) -> Int? { watched[target]?.state.requests }
}
