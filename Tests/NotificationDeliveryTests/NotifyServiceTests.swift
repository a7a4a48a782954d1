import FakeDaemon
import Logging
import Notifying
import TestSupport
import TestTools
import Testing
import WabaWatchClient

@testable import NotificationDelivery

/// The routes of a configuration, and of the next.
@Suite(.inTurn, .timeLimit(.minutes(1))) struct NotifyServiceTests {
    @Test func reload_leavesRoutesThatStay_andBeginsAndEndsOthers() async throws {
        try await RouteStage.with { stage async throws in
            let made = Noted<[String]>([])
            let senders = ["a", "b", "c"].reduce(into: [String: ScriptedSender]()) { $0[$1] = ScriptedSender() }
            let service = NotifyService(time: RouteStage.time, log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }) { route, _ in
                made.withLock { $0.append(route.name) }
                return stage.runner(route, senders[route.name] ?? ScriptedSender())
            }
            let (configurations, next) = AsyncStream<NotifyConfiguration>.makeStream()
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await service.run(configurations) }
                next.yield(NotifyConfiguration(routes: [RouteStage.route("a"), RouteStage.route("b")]))
                try? await eventually("they have begun") { try stage.cursor("a") != nil && stage.cursor("b") != nil }
                var other = RouteStage.route("b")
                other.timeout = .seconds(7)
                next.yield(NotifyConfiguration(routes: [RouteStage.route("a"), other, RouteStage.route("c")]))
                try? await eventually("c has begun, and b anew") {
                    try stage.cursor("c") != nil && made.withLock { $0.count == 4 }
                }
                await stage.fall()
                try? await eventually("all three are told") {
                    try ["a", "b", "c"].allSatisfy { try stage.cursor($0) == "fake.1" }
                }
                next.yield(NotifyConfiguration(routes: [RouteStage.route("c")]))
                next.finish()
                await group.waitForAll()
            }
            #expect(made.withLock { $0.sorted() } == ["a", "b", "b", "c"])
            #expect(senders["a"]?.ids == ["fake.1"] && senders["b"]?.ids == ["fake.1"] && senders["c"]?.ids == ["fake.1"])
        }
    }

    @Test func end_breaksOffWhatDoesNotEnd_afterItsTime() async throws {
        try await RouteStage.with { stage async throws in
            let sender = ScriptedSender { _, _ in
                await hang()
                return .delivered
            }
            // The time that is given is over at once.
            let time = NotifyTime(
                running: RouteStage.time.running, wall: RouteStage.time.wall,
                sleep: { if $0 != NotifyService.grace { try await RouteStage.time.sleep($0) } })
            let service = NotifyService(time: time, log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }) { route, _ in
                stage.runner(route, sender)
            }
            let (configurations, next) = AsyncStream<NotifyConfiguration>.makeStream()
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await service.run(configurations) }
                next.yield(NotifyConfiguration(routes: [RouteStage.route("a")]))
                try? await eventually("it has begun") { try stage.cursor("a") != nil }
                await stage.fall()
                try? await eventually("it is under way") { !sender.parcels.isEmpty }
                next.finish()
                await group.waitForAll()
            }
            #expect(try stage.cursor("a") == "fake.0", "it is delivered again")
        }
    }
}
