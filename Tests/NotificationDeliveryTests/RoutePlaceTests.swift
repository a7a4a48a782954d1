import FakeDaemon
import Glibc
import Notifying
import TestSupport
import TestTools
import Testing
import WabaWatchClient
import WabaWatchInterface
import WhatsAppBusiness

@testable import NotificationDelivery

/// What a route keeps in its files, and what becomes of it where they cannot be written or hold something else.
@Suite(.inTurn, .timeLimit(.minutes(1))) struct RoutePlaceTests {
    @Test func routeThatIsWidened_tellsWhatLasts_once() async throws {
        try await RouteStage.with([RouteStage.alarm("1")]) { stage async throws in
            let store = RouteStore(folder: stage.folder, route: "on-call")
            var narrow = RouteStage.alarmRoute()
            narrow.match.minimumSeverity = .critical
            var told: [[String]] = []
            for (round, route) in [narrow, RouteStage.alarmRoute(), RouteStage.alarmRoute()].enumerated() {
                let sender = ScriptedSender()
                try await stage.running(route, sender) {
                    if round > 0 { await stage.begin("new\(round)") }
                    try await eventually("it is told, and whom is kept") {
                        try stage.cursor("on-call") == "fake.\(round)" && store.target() == route.target
                    }
                }
                told.append(sender.lines)
            }
            #expect(told[0].isEmpty)
            #expect(Set(told[1].map { $0.split(separator: " ")[4] }) == ["1", "new1"])
            #expect(told[2].map { $0.split(separator: " ")[4] } == ["new2"])
        }
    }

    /// What is delivered is not delivered again because its cursor cannot be kept, as on a full disk; the cursor is kept when it can be again.
    @Test func cursorThatCannotBeWritten_repeatsNoDelivery_andIsWrittenLater() async throws {
        try await RouteStage.with { stage async throws in
            let sender = ScriptedSender()
            try await stage.running(RouteStage.route(), sender) {
                try await eventually("it has begun") { try stage.cursor("hook") == "fake.0" }
                // A folder cannot be replaced by a file, not even by root.
                let obstacle = stage.folder + "/hook.cursor.new"
                #expect(mkdir(obstacle, 0o700) == 0)
                await stage.fall(2)
                try await eventually("they are delivered") { sender.ids.count == 2 }
                await stage.fall(2)
                try await eventually("what follows is delivered") { sender.ids.count == 4 }
                #expect(try stage.cursor("hook") == "fake.0")
                #expect(rmdir(obstacle) == 0)
                await stage.fall()
                try await eventually("the cursor is kept") { try stage.cursor("hook") == "fake.5" }
            }
            #expect(sender.ids == (1...5).map { "fake.\($0)" })
        }
    }

    @Test func placeThatCannotBeWritten_isTriedAgain_andToldOnceAnHour() throws {
        let folder = try TemporaryFolder()
        let store = RouteStore(folder: folder.path + "/missing", route: "hook")
        var place = RoutePlace(store)
        place.keep(Cursor("log.1"))
        place.keep(reminder: Sample.moment)
        guard case .unwritten = place.write(at: .zero) else {
            Issue.record("it was written")
            return
        }
        #expect(place.retryAt == RoutePlace.retryInterval && place.retry(at: .seconds(29)) == nil)
        for second in stride(from: 30, to: 3600, by: 30) {
            #expect(place.retry(at: .seconds(second)) == nil && place.retryAt == .seconds(second + 30))
        }
        guard case .unwritten = place.retry(at: .seconds(3600)) else {
            Issue.record("it is not told again")
            return
        }
        #expect(mkdir(folder.path + "/missing", 0o700) == 0)
        #expect(place.retry(at: .seconds(3630)) == .written && place.retryAt == nil)
        #expect(try store.cursor() == Cursor("log.1") && store.reminder() == Sample.moment)
    }

    @Test func reminderFileWithSomethingElse_isNoReminder() throws {
        let folder = try TemporaryFolder()
        let file = open(folder.path + "/hook.reminded", O_WRONLY | O_CREAT, 0o600)
        _ = write(file, "two words\n", 10)
        close(file)
        #expect(RouteStore(folder: folder.path, route: "hook").reminder() == nil)
    }

    @Test func cursorFileThatCannotBeRead_isNoBeginningAnew() async throws {
        try await RouteStage.with { stage async throws in
            let path = stage.folder + "/hook.cursor"
            let file = open(path, O_WRONLY | O_CREAT, 0o600)
            _ = write(file, "two words\n", 10)
            close(file)
            let sender = ScriptedSender()
            try await stage.running(RouteStage.route(), sender) {
                await stage.fall()
                #expect(throws: CursorFileError.self) { try stage.cursor("hook") }
            }
            #expect(sender.parcels.isEmpty)
        }
    }
}
