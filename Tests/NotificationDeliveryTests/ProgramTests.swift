import FakeDaemon
import FoundationEssentials
import Glibc
import StrictJSON
import TestSupport
import TestTools
import Testing
import WabaWatchInterface

@testable import NotificationDelivery

/// `wabawatch-notify` as a program of its own.
@Suite(.inTurn, .timeLimit(.minutes(2))) struct ProgramTests {
    @Test func check_saysWhatIsWrong_andEndsWith78() async throws {
        let place = try NotifierPlace("routes:\n  - name: a\n    to: { exec: [x] }\n")
        #expect(await (try place.start(["--check"])).wait() == EX_CONFIG)
        #expect(place.log.contains("notify.yaml:3: routes[0].to.exec: should be a program's path"))
        #expect(await (try place.start()).wait() == EX_CONFIG, "nor does it start so")
        try place.write("routes:\n  - { name: a, to: { exec: [/x] } }\n")
        #expect(await (try place.start(["--check"])).wait() == 0)
    }

    @Test func configurationThatIsNotThere_isToldByItsName() async throws {
        let place = try NotifierPlace("")
        try FileManager.default.removeItem(atPath: place.config)
        #expect(await (try place.start()).wait() == EX_CONFIG)
        #expect(place.log.contains(place.config) && place.log.contains("No such file"))
    }

    @Test func test_isDelivered_andSaysSo() async throws {
        let server = try await HookServer.start { request, _ in HookServer.Answer(status: request.path == "/no" ? 500 : 200) }
        let place = try NotifierPlace(
            """
            routes:
              - { name: hook, to: { http: "\(server.url)/events" } }
              - { name: slack, to: { http: "\(server.url)/slack", format: slack } }
              - { name: alerts, to: { alertmanager: "\(server.url)" } }
              - { name: broken, to: { http: "\(server.url)/no" } }
            """)
        for name in ["hook", "slack", "alerts"] { #expect(await (try place.start(["--test", name])).wait() == 0) }
        #expect(server.requests.map(\.path) == ["/events", "/slack", "/api/v2/alerts"])
        let event = try #require(try JSONValue(parsing: server.requests[0].body).object)
        #expect(event["type"] == "io.wabawatch.test" && event["specversion"] == "1.0")
        #expect(server.requests.allSatisfy { $0.body.contains("test of the route") })
        #expect(await (try place.start(["--test", "broken"])).wait() == 1)
        #expect(place.log.contains("broken: the answer is HTTP 500"))
        #expect(await (try place.start(["--test", "other"])).wait() == 1)
        #expect(place.log.contains("there is no route other; there are hook, slack, alerts, broken"))
        try await server.stop()
    }

    /// Told, reloaded, killed in the midst of a delivery, started again: every change is there.
    @Test func program_tellsEverything_overAReloadAndAKill() async throws {
        let hangs = HangingRequests()
        let server = try await HookServer.start { request, _ in HookServer.Answer(hangs: hangs.isHanging(request.path)) }
        let route = { (name: String) in
            "  - { name: \(name), match: { kinds: [phone_number] }, group: 0s, to: { http: \"\(server.url)/\(name)\" } }\n"
        }
        let place = try NotifierPlace("routes:\n" + route("first"))
        let log = FakeLog()
        let ids = { (path: String) in
            Set(server.requests.filter { $0.path == path }.compactMap { (try? JSONValue(parsing: $0.body))?["id"]?.string })
        }
        try await withSocket { path in
            try await serving(FakeDaemon(log, status: Sample.status), at: path) {
                let notify = try NotifySocket(place.folder.path + "/notify")
                let program = try place.start(["--socket", path], environment: ["NOTIFY_SOCKET": notify.path])
                defer { program.putAway() }
                try await notify.wait(for: "READY=1")
                try await eventually("it reads") { try place.cursor("first") == "fake.0" }
                await log.record(3) { Sample.fall($0, $1) }
                try await eventually("three are told") { try place.cursor("first") == "fake.3" }
                // A mistake changes nothing; a route more is begun beside the first.
                try place.write("routes: 7\n")
                program.signal(SIGHUP)
                try await notify.wait(for: "READY=1")
                #expect(place.log.contains("the configuration stays as it was"))
                try place.write("routes:\n" + route("first") + route("second"))
                program.signal(SIGHUP)
                try await eventually("the second reads") { try place.cursor("second") == "fake.3" }
                hangs.hang("/first")
                await log.record(2) { Sample.fall($0, $1) }
                try await eventually("one hangs, the other is there") {
                    try place.cursor("second") == "fake.5" && ids("/first").contains("fake.4")
                }
                program.signal(SIGKILL)
                _ = await program.wait()
                #expect(try place.cursor("first") == "fake.3")
                hangs.hang(nil)
                let again = try place.start(["--socket", path], environment: ["NOTIFY_SOCKET": notify.path])
                defer { again.putAway() }
                try await eventually("all is told") { try place.cursor("first") == "fake.5" }
                again.signal(SIGTERM)
                #expect(await again.wait() == 0)
            }
        }
        #expect(ids("/first") == Set((1...5).map { "fake.\($0)" }) && ids("/second") == ["fake.4", "fake.5"])
        try await server.stop()
    }
}

/// Which requests are not answered.
private final class HangingRequests: Sendable {
    private let path = Noted<String?>(nil)
    func hang(_ path: String?) { self.path.withLock { $0 = path } }
    func isHanging(_ path: String) -> Bool { self.path.withLock { $0 == path } }
}
