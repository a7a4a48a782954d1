import Continuations
import Dispatch
import Testing

@Suite(.timeLimit(.minutes(1))) struct WaitListTests {
    @Test func value_thatCameBeforeOrAfterItIsWaitedFor_isReturned() async {
        let early = OneShot<Int>()
        #expect(early.fulfil(1))
        #expect(!early.fulfil(2))
        #expect(await early.value(whenCancelled: 0) == 1)
        let late = OneShot<Int>()
        async let value = late.value(whenCancelled: 0)
        late.fulfil(3)
        #expect(await value == 3)
    }

    @Test func task_thatIsCancelledBeforeOrWhileItWaits_goesOn() async {
        for isEarly in [true, false] {
            let never = OneShot<Int>()
            let entered = OneShot<Void>()
            let task = Task {
                if isEarly { await OneShot<Void>().wait() }
                entered.fulfil()
                return await never.value(whenCancelled: -1)
            }
            if !isEarly { await entered.wait() }
            task.cancel()
            #expect(await task.value == -1)
            #expect(!never.fulfil(1), "a value after that is nobody's")
        }
    }

    /// What cannot be called back is waited for a little.
    @Test func value_thatComesWithinTheGrace_countsAfterACancellation() async {
        let slow = OneShot<Int>()
        let task = Task { await slow.value(whenCancelled: -1, after: .seconds(50)) }
        task.cancel()
        slow.fulfil(7)
        #expect(await task.value == 7)
        let hung = OneShot<Int>()
        let other = Task { await hung.value(whenCancelled: -1, after: .milliseconds(1)) }
        other.cancel()
        #expect(await other.value == -1)
    }

    @Test func list_answersThoseUnderAKey_andCloses() async {
        let list = WaitList<String, Int>()
        let (entered, enters) = AsyncStream<Void>.makeStream()
        func wait(_ key: String) async -> Int {
            await list.wait(for: key, whenCancelled: -1) {
                enters.yield()
                return nil
            }
        }
        async let first = wait("a")
        async let second = wait("a")
        async let other = wait("b")
        var entering = entered.makeAsyncIterator()
        for _ in 0..<3 { await entering.next() }
        #expect(list.count == 3)
        list.answer("a", with: 1)
        #expect(await [first, second] == [1, 1])
        #expect(list.count == 1)
        list.close(with: 2)
        #expect(await other == 2)
        #expect(await wait("c") == 2, "nobody waits in a list that is closed")
        #expect(list.count == 0)
    }

    @Test func entering_thatFindsNothingToWaitFor_returnsAtOnce() async {
        let list = WaitList<Int, Int>()
        #expect(await list.wait(for: 0, whenCancelled: -1) { 5 } == 5)
        #expect(list.count == 0)
    }

    /// Entering, answering, cancelling and closing at the same time, in every order that a machine comes up with: everybody goes on.
    @Test func tasks_byTheThousand_allGoOn() async {
        for _ in 0..<50 {
            let list = WaitList<Int, Int>()
            await withTaskGroup(of: Void.self) { group in
                for number in 0..<40 {
                    group.addTask { _ = await list.wait(for: number % 3, whenCancelled: -1) }
                    if number % 5 == 0 { group.addTask { list.answer(number % 3, with: number) } }
                }
                group.addTask { list.close(with: 0) }
                group.cancelAll()
            }
            #expect(list.count == 0)
        }
    }
}
