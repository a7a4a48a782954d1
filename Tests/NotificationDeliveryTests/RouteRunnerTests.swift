import FakeDaemon
import Logging
import Notifying
import TestSupport
import TestTools
import Testing
import WabaWatchClient
import WabaWatchInterface
import WhatsAppBusiness

@testable import NotificationDelivery

/// A route against a daemon: what is delivered over outages, restarts and kills.
@Suite(.inTurn, .timeLimit(.minutes(2))) struct RouteRunnerTests {
    @Test func changes_areDeliveredInOrder_andTheCursorFollows() async throws {
        try await RouteStage.with { stage async throws in
            let sender = ScriptedSender()
            try await stage.running(RouteStage.route(), sender) {
                try await eventually("it has begun") { try stage.cursor("hook") == "fake.0" }
                await stage.fall(250)
                try await eventually("all is there") { try stage.cursor("hook") == "fake.250" }
            }
            #expect(sender.ids == (1...250).map { "fake.\($0)" })
            #expect(sender.parcels.allSatisfy { if case .events(let events) = $0.content { events.count <= 100 } else { false } })
        }
    }

    @Test func restart_goesOnBehindTheCursor() async throws {
        try await RouteStage.with { stage async throws in
            let first = ScriptedSender()
            try await stage.running(RouteStage.route(), first) {
                try await eventually("it has begun") { try stage.cursor("hook") == "fake.0" }
                await stage.fall(3)
                try await eventually("all is there") { try stage.cursor("hook") == "fake.3" }
            }
            await stage.fall(4)
            let second = ScriptedSender()
            try await stage.running(RouteStage.route(), second) {
                try await eventually("all is there") { try stage.cursor("hook") == "fake.7" }
            }
            #expect(second.ids == (4...7).map { "fake.\($0)" })
        }
    }

    /// Killed at any moment of a delivery, nothing is lost; what comes twice has the same id.
    @Test func kill_losesNothing_whereverItComes() async throws {
        try await RouteStage.with { stage async throws in
            let begun = ScriptedSender()
            try await stage.running(RouteStage.route(), begun) {
                try await eventually("it has begun") { try stage.cursor("hook") == "fake.0" }
            }
            await stage.fall(40)
            var random = SeededGenerator(spreading: 20_261_121)
            var ids: [String] = []
            while try stage.cursor("hook") != "fake.40" {
                // One to three more are taken, then it is killed in the midst of one, or behind it and before the cursor is kept.
                let left = Int.random(in: 1...3, using: &random)
                let isTaken = Bool.random(using: &random)
                let isIn = Noted(false)
                let sender = ScriptedSender { parcel, before in
                    guard before < left else {
                        isIn.withLock { $0 = true }
                        await hang()
                        return isTaken ? .delivered : .failed(DeliveryFailure("killed"))
                    }
                    guard case .events(let events) = parcel.content, events.count > 1 else { return .delivered }
                    return .failed(DeliveryFailure("half of it"), done: events.count / 2)
                }
                try await stage.running(RouteStage.route(), sender, time: Self.hasty, stops: false) {
                    try await eventually("it is there, or has come to its end") {
                        try isIn.withLock { $0 } || stage.cursor("hook") == "fake.40"
                    }
                }
                ids += sender.ids
            }
            #expect(Set(ids) == Set((1...40).map { "fake.\($0)" }))
        }
    }

    /// Waits between attempts take no time.
    private static let hasty = NotifyTime(
        running: RouteStage.time.running, wall: RouteStage.time.wall,
        sleep: { if $0 < .seconds(1) || $0 >= .seconds(30) { try await RouteStage.time.sleep($0) } })

    /// The clock is put on by what is slept, but for the shortest sleeps and the longest.
    private static func skipping() -> NotifyTime {
        let skipped = Noted(Duration.zero)
        return NotifyTime(
            running: { RouteStage.time.running() + skipped.withLock { $0 } }, wall: RouteStage.time.wall,
            sleep: { duration in
                if duration < .seconds(1) || duration >= .seconds(30) { return try await RouteStage.time.sleep(duration) }
                skipped.withLock { $0 += duration }
            })
    }

    @Test func alarms_thatLast_areToldAtTheFirstStart_andNotAgain() async throws {
        try await RouteStage.with([RouteStage.alarm("1"), RouteStage.alarm("2")]) { stage async throws in
            let first = ScriptedSender()
            try await stage.running(RouteStage.alarmRoute(), first) {
                try await eventually("they are told") { try stage.cursor("on-call") != nil }
            }
            #expect(first.lines.count == 2)
            let second = ScriptedSender()
            try await stage.running(RouteStage.alarmRoute(), second) {
                await stage.begin("3")
                try await eventually("the new one is told") { try stage.cursor("on-call") == "fake.1" }
            }
            #expect(second.lines == ["WARNING acme: quality of 3 (since 2026-11-21 04:00:00Z)"])
        }
    }

    @Test func historyThatIsLost_isTold_andItGoesOn() async throws {
        try await RouteStage.with { stage async throws in
            try RouteStore(folder: stage.folder, route: "on-call").store(Cursor("fake.1"))
            await stage.begin("1")
            await stage.begin("2")
            await stage.log.forget(upTo: 2)
            let sender = ScriptedSender()
            try await stage.running(RouteStage.alarmRoute(), sender) {
                try await eventually("it is told") { try stage.cursor("on-call") == "fake.2" }
                await stage.begin("3")
                try await eventually("what follows is told") { try stage.cursor("on-call") == "fake.3" }
            }
            #expect(sender.lines.first?.contains("may have been missed") == true)
            #expect(sender.lines.last?.contains("quality of 3") == true)
        }
    }

    @Test func daemonThatIsAway_isWaitedFor_andNothingIsMissed() async throws {
        let folder = try TemporaryFolder()
        let log = FakeLog()
        let sender = ScriptedSender()
        try await withSocket { path in
            let stage = RouteStage(log: log, socket: path, folder: folder.path)
            try await stage.running(RouteStage.route(), sender) {
                for round in 1...3 {
                    try await serving(FakeDaemon(log, status: Sample.status), at: path) {
                        try await eventually("it has come") { try stage.cursor("hook") == "fake.\((round - 1) * 5)" }
                    }
                    await stage.fall(5)
                }
                try await serving(FakeDaemon(log, status: Sample.status), at: path) {
                    try await eventually("all is there") { try stage.cursor("hook") == "fake.15" }
                }
            }
        }
        #expect(sender.ids == (1...15).map { "fake.\($0)" })
    }

    /// A daemon that does not know the call, being another one, is asked again; then the route goes on where it was.
    @Test func daemonThatRefuses_isAskedAgain_andNothingIsMissed() async throws {
        let folder = try TemporaryFolder()
        let log = FakeLog()
        let sender = ScriptedSender()
        let time = NotifyTime(
            running: RouteStage.time.running, wall: RouteStage.time.wall,
            sleep: { try await RouteStage.time.sleep($0 < .seconds(30) ? $0 : .milliseconds(5)) })
        try await withSocket { path in
            let stage = RouteStage(log: log, socket: path, folder: folder.path)
            try await stage.running(RouteStage.route(), sender, time: time) {
                try await serving(FakeDaemon(log, status: Sample.status), at: path) {
                    try await eventually("it has begun") { try stage.cursor("hook") == "fake.0" }
                }
                let refusing = Counting(try FakeDaemon(log, status: Sample.status, without: ["Subscribe"]))
                try await serving(refusing, at: path) {
                    await stage.fall(3)
                    try await eventually("it has asked more than once") { refusing.calls.withLock { $0 } > 2 }
                }
                try await serving(FakeDaemon(log, status: Sample.status), at: path) {
                    try await eventually("all is there") { try stage.cursor("hook") == "fake.3" }
                }
            }
        }
        #expect(sender.ids == ["fake.1", "fake.2", "fake.3"])
    }

    /// A destination that hangs is left after its time; other routes are on time all the while.
    @Test func destinationThatHangs_holdsUpNoOther_andIsTriedAgain() async throws {
        try await RouteStage.with { stage async throws in
            let hanging = ScriptedSender { _, before in
                if before < 2 { await hang() }
                return .delivered
            }
            var slow = RouteStage.route("slow")
            slow.timeout = .milliseconds(200)
            let quick = ScriptedSender()
            try await stage.running(slow, hanging, time: Self.hasty) {
                try await stage.running(RouteStage.route("quick"), quick) {
                    try await eventually("both have begun") { try stage.cursor("slow") == "fake.0" && stage.cursor("quick") == "fake.0" }
                    await stage.fall()
                    try await eventually("the one is there") { try stage.cursor("quick") == "fake.1" }
                    #expect(try stage.cursor("slow") == "fake.0")
                    try await eventually("the other is there at last") { try stage.cursor("slow") == "fake.1" }
                }
            }
            #expect(hanging.parcels.count == 3 && quick.parcels.count == 1)
        }
    }

    @Test func stop_letsWhatIsUnderWayEnd_andKeepsItsCursor() async throws {
        try await RouteStage.with { stage async throws in
            let gate = AsyncStream<Void>.makeStream()
            let sender = ScriptedSender { _, _ in
                for await _ in gate.stream { break }
                return .delivered
            }
            let (runner, inbox) = (stage.runner(RouteStage.route(), sender), EventInbox())
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await runner.run(inbox) }
                try? await eventually("it has begun") { try stage.cursor("hook") == "fake.0" }
                await stage.fall()
                try? await eventually("it is under way") { sender.parcels.count == 1 }
                inbox.stop()
                gate.continuation.yield()
                await group.waitForAll()
            }
            #expect(try stage.cursor("hook") == "fake.1")
        }
    }

    /// A WhatsApp message that takes too long may have been sent; one that went nowhere else is tried as any other.
    @Test func messageThatTakesTooLong_isUncertain_whereEachAttemptIsACopy() async throws {
        try await RouteStage.with { stage async throws in
            var route = RouteStage.alarmRoute()
            route.timeout = .milliseconds(1)
            route.destination = .whatsapp(
                NotifyDestination.TemplateAddress(to: "+1", account: "acme", phoneNumberID: "1", template: "t", language: "en_US"))
            let sender = ScriptedSender { _, _ in
                await hang()
                return .delivered
            }
            try await stage.running(route, sender, time: Self.skipping()) {
                try await eventually("it has begun") { try stage.cursor("on-call") == "fake.0" }
                await stage.begin("1")
                try await eventually("it is passed over") { try stage.cursor("on-call") == "fake.1" }
            }
            #expect(sender.parcels.count == 5)
        }
    }
}
