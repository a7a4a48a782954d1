import FakeDaemon
import TestTools
import Testing
import WabaWatchClient
import WabaWatchInterface

@testable import NotificationDelivery

/// What lies between the daemon and a route.
@Suite(.timeLimit(.minutes(1))) struct EventInboxTests {
    @Test func inbox_holdsAFew_andWhoBringsMoreWaits() async throws {
        let inbox = EventInbox()
        let brought = Noted(0)
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for number in 1...(3 * EventInbox.most) {
                    await inbox.put(.heartbeat(Cursor("log.\(number)")))
                    brought.withLock { $0 += 1 }
                }
            }
            var taken: [ChangeEvent] = []
            for round in 1...3 {
                try? await eventually("it is full") { brought.withLock { $0 } >= round * EventInbox.most }
                let events = await inbox.take(within: nil, RouteStage.time)
                #expect(events.count <= EventInbox.most)
                taken += events
            }
            while taken.count < 3 * EventInbox.most { taken += await inbox.take(within: nil, RouteStage.time) }
            #expect(taken == (1...(3 * EventInbox.most)).map { .heartbeat(Cursor("log.\($0)")) })
        }
    }

    @Test func stop_endsAllWaiting() async {
        let inbox = EventInbox()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = await inbox.take(within: nil, RouteStage.time) }
            group.addTask { await inbox.pause(for: .seconds(3600), RouteStage.time) }
            group.addTask { for number in 0...EventInbox.most { await inbox.put(.heartbeat(Cursor("log.\(number)"))) } }
            inbox.stop()
            await group.waitForAll()
        }
        #expect(inbox.isStopped)
    }

    /// A sleep that is given up stays in memory until its end: what may be given up begins with a short one.
    @Test func limit_isPassedInParts_thatBeginShort() async {
        let slept = Noted<[Duration]>([])
        let time = NotifyTime(
            running: { .zero }, wall: { Sample.moment }, sleep: { duration in slept.withLock { $0.append(duration) } })
        #expect(await time.within(.seconds(10)) { await hang() } == nil)
        #expect(slept.withLock { $0 } == [.seconds(1), .seconds(2), .seconds(4), .seconds(3)])
    }
}
