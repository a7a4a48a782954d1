import FakeDaemon
import Glibc
import StrictJSON
import TestSupport
import TestTools
import Testing
import WabaWatchInterface

@testable import NotificationDelivery

/// `kill -9` at every step of the notifier: nothing is lost, and what is told twice has the id that it had.
///
/// strace kills the real program at the first, the second, … of its calls of one name, from its start until a change that happened before is delivered and
/// its cursor kept, until it gets through unharmed.
@Suite(.inTurn, .timeLimit(.minutes(3)), .enabled(if: canTrace, "strace cannot trace here")) struct NotifierKillTests {
    @Test(arguments: ["connect", "sendto", "recvfrom", "openat", "write", "fsync", "rename"])
    func kill_atAnyStep_losesNothing(call: String) async throws {
        let server = try await HookServer.start()
        let place = try NotifierPlace(
            "routes:\n  - { name: hook, match: { kinds: [phone_number] }, group: 0s, to: { http: \"\(server.url)/hook\" } }\n")
        let log = FakeLog()
        let ids = { server.requests.compactMap { (try? JSONValue(parsing: $0.body))?["id"]?.string } }
        var round = 0
        var kills = 0
        try await withSocket { path in
            try await serving(FakeDaemon(log, status: Sample.status), at: path) {
                func run(under tracing: [String]) async throws -> Bool {
                    let program = try place.start(["--socket", path], under: tracing)
                    defer { program.putAway() }
                    try await eventually("round \(round) of \(call) is told, or it is killed") {
                        try !program.isRunning || place.cursor("hook") == "fake.\(round)"
                    }
                    // A cursor is never ahead of what was delivered.
                    let delivered = ids().compactMap { Int($0.dropFirst("fake.".count)) }.max() ?? 0
                    #expect(try Int(place.cursor("hook")?.dropFirst("fake.".count) ?? "0") ?? 0 <= delivered)
                    let isWhole = program.isRunning
                    // Where everything was done before it began, it may end before it heeds that.
                    program.signal(SIGTERM)
                    let status = await program.wait()
                    return isWhole && [0, 128 + SIGTERM].contains(status)
                }
                // Its place is where it was when it came; what happens afterwards is told.
                #expect(try await run(under: []))
                var hasSurvived = false
                while !hasSurvived, round < 400 {
                    round += 1
                    await log.record { Sample.fall($0, $1) }
                    // The traced program stays the child, so that it is the one that is signalled and waited for.
                    hasSurvived = try await run(
                        under: [
                            "strace", "-D", "-qqf", "-o", "/dev/null", "-e", "trace=\(call)", "-e",
                            "inject=\(call):signal=SIGKILL:when=\(round)",
                        ])
                    if !hasSurvived {
                        kills += 1
                        #expect(try await run(under: []), "the start after a kill at \(call) \(round)")
                    }
                }
                #expect(hasSurvived && kills > 0, "\(call)")
            }
        }
        let told = ids()
        #expect(Set(told) == Set((1...round).map { "fake.\($0)" }), "killed at \(call): \(kills) places")
        #expect(told.count <= round + kills)
        try await server.stop()
    }
}
