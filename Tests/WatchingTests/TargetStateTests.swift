import Changes
import GraphAPI
import Testing
import WhatsAppBusiness

@testable import Watching

/// What is known of one target, and what may be done to it at once.
@Suite struct TargetStateTests {
    private static let target = PollTarget(account: "acme", kind: .phoneNumberSettings, phoneNumberID: "7")
    private var now: Timestamp { Timestamp(milliseconds: 1_795_000_000_000) }
    private func at(_ seconds: Int) -> Moment { Moment(nanoseconds: Int64(seconds) * 1_000_000_000) }
    private var state: TargetState { TargetState(Watch(over: Self.target, since: now)) }
    private var search: FieldSearch { FieldSearch(["id", "calling", "storage_configuration"], least: ["id"]) }
    private var sweep: Sweep { Sweep([(nil, GraphRequest(.qrCodes, id: "7"))], fields: []) }

    // MARK: One change of the watch at a time

    @Test func move_thatIsToBeWritten_keepsOthersAway_untilItIs() throws {
        var state = state
        let result1 = state.move(.drifted("Meta no longer gives x"), at: now)
        let move = try #require(result1)
        #expect(state.isMoving)
        #expect(state.watch.state == .drifted, "it is shown at once")
        #expect(move.before.state == .starting && move.after == state.watch && move.telling == .told)
        state.wrote(move, isWritten: true)
        #expect(!state.isMoving)
        #expect(state.watch.state == .drifted)
    }

    @Test func move_thatCouldNotBeWritten_hasNotHappened() throws {
        var state = state
        let before = state.watch
        let result2 = state.move(.failed(.throttled, reason: "Meta throttles the account"), at: now)
        let move = try #require(result2)
        state.wrote(move, isWritten: false)
        #expect(state.watch == before)
        let result3 = state.move(.failed(.throttled, reason: "Meta throttles the account"), at: now)
        let again = try #require(result3)
        #expect(again.telling == .told, "so that it is told then")
    }

    @Test func move_thatChangesNothing_isNotWritten() {
        var state = state
        let first = state.move(.complete, at: now)
        if let first { state.wrote(first, isWritten: true) }
        let result4 = state.move(.complete, at: now)
        #expect((result4 == nil))
        let result5 = state.move(.failed(.unreachable, reason: "no answer"), at: now)
        #expect((result5 == nil), "one alone is not believed")
        #expect(!state.isMoving)
        #expect(state.watch.failures == 1)
    }

    @Test func recording_movesTheWatch_whereItSucceeds() {
        var state = state
        var watch = state.record()
        #expect(state.isMoving)
        _ = watch.on(.complete, at: now)
        state.recorded(watch)
        #expect(!state.isMoving && state.watch.state == .current)
        _ = state.record()
        state.recorded(nil)
        #expect(state.watch == watch)
    }

    @Test func twoChangesOfAWatch_atOnce_cannotBe() async {
        await #expect(processExitsWith: .failure) {
            var state = TargetState(Watch(over: TargetStateTests.target, since: Timestamp(milliseconds: 0)))
            _ = state.record()
            _ = state.move(.complete, at: Timestamp(milliseconds: 0))
        }
        await #expect(processExitsWith: .failure) {
            var state = TargetState(Watch(over: TargetStateTests.target, since: Timestamp(milliseconds: 0)))
            _ = state.record()
            _ = state.record()
        }
        await #expect(processExitsWith: .failure) {
            var state = TargetState(Watch(over: TargetStateTests.target, since: Timestamp(milliseconds: 0)))
            state.recorded(nil)
        }
    }

    @Test func overtakenAnswer_isASuccess_andMovesNothing() throws {
        var state = state
        let result6 = state.move(.follows(.unauthorized, reason: "the account's token was refused"), at: now)
        let refused = try #require(result6)
        state.wrote(refused, isWritten: true)
        let result7 = state.move(.overtaken, at: now)
        #expect((result7 == nil))
        #expect(state.watch.state == .unauthorized)
        #expect(state.watch.lastSuccess == now)
    }

    // MARK: What a poll leaves to the next

    @Test func list_thatTheBudgetEndedIn_isGoneOnWith_once() {
        var state = state
        var sweep = sweep
        sweep.on(GraphFailure(.paging(restart: true)))
        state.pause(sweep)
        #expect(state.progress == WatchReport.Progress(pages: 0, things: 0))
        let result8 = state.takeSweep()
        #expect((result8 != nil))
        let result9 = state.takeSweep()
        #expect((result9 == nil))
        #expect(state.progress == nil)
    }

    @Test func search_isTakenOver_andAwaitedOnlyByWhoHasNone() throws {
        var (one, other) = (state, state)
        one.search(search, GraphFailure(.forbidden))
        let result10 = one.takeSweep()
        #expect((result10 == nil))
        other.awaitSearch(GraphFailure(.forbidden))
        let result11 = one.takeSearch()
        let taken = try #require(result11)
        let result12 = one.takeSearch()
        #expect((result12 == nil))
        other.search(taken.search, taken.failure)
        guard case .search(let search, _) = other.unfinished else { return fail("it goes on with it") }
        #expect(search == self.search)
        other.endSearch(restsUntil: at(300))
        #expect(other.searchRests(at(299)) && !other.searchRests(at(300)))
    }

    @Test func endOfASearch_leavesAListAlone() {
        var state = state
        state.pause(sweep)
        state.endSearch()
        let result13 = state.takeSweep()
        #expect((result13 != nil))
    }

    @Test func reload_forgetsWhatWasAskedInTheOldWay_andKeepsWhatWasRead() {
        var state = state
        state.know(by: CacheValidator(digest: Digest(of: [1])))
        state.search(search, GraphFailure(.forbidden))
        state.endSearch(restsUntil: at(300))
        state.reload()
        #expect(state.validator == nil)
        #expect(!state.searchRests(at(0)))
        state.search(search, GraphFailure(.forbidden))
        state.reload()
        guard case .nothing = state.unfinished else { return fail("it is asked for anew") }
        state.pause(sweep)
        state.reload()
        let result14 = state.takeSweep()
        #expect((result14 != nil))
    }

    @Test func windows_ofAnotherDivision_startAnew() {
        var state = state
        state.pause(sweep)
        state.rotate(WindowRotation(ListPlan(paging: .time)))
        let result15 = state.takeSweep()
        #expect((result15 == nil))
        #expect(state.rotation?.mode == .time)
    }

    @Test func refusal_isCountedFromTheFirst_untilItIsOver() {
        var state = state
        let result16 = state.refused(at(1))
        #expect(result16 == nil)
        let result17 = state.refused(at(9))
        #expect(result17 == at(1))
        state.isNotRefused()
        let result18 = state.refused(at(10))
        #expect(result18 == nil)
    }

    // MARK: What is open

    @Test func target_isSettled_onlyWhereNothingIsOpen() throws {
        var state = state
        #expect(!state.isSettled, "nothing was ever seen")
        var watch = state.record()
        _ = watch.on(.complete, at: now)
        state.recorded(watch)
        #expect(state.isSettled)
        state.leaves(Quorum(), Hold(), isIncomplete: true)
        #expect(!state.isSettled)
        state.leaves(Quorum(), Hold(), isIncomplete: false)
        #expect(state.isSettled)
        _ = state.move(.failed(.unreachable, reason: "no answer"), at: now)
        #expect(!state.isSettled, "one failure is enough to read the next answer")
    }

    /// A hundred thousand targets have nothing open: what few have costs those nothing.
    @Test func size_ofATarget_isSmall() {
        #expect(MemoryLayout<TargetState>.size <= MemoryLayout<Watch>.size + MemoryLayout<CacheValidator?>.size + 24)
    }
}
