import FakeDaemon
import Foundation
import StrictJSON
import Testing
import WabaWatchClient
import WabaWatchInterface
import WhatsAppBusiness

@Suite(.timeLimit(.minutes(1))) struct MonitorTests {
    @Test func changes_areLinesAsTheyCome_overARestartOfTheDaemon() async throws {
        let log = FakeLog()
        try await withSocket { path in
            let command = BuiltCommand(["monitor", "-o", "json"], socket: path)
            let subscriptions = await log.watchSubscriptions()
            var subscribed = subscriptions.makeAsyncIterator()
            var lines = command.lines.makeAsyncIterator()
            defer { command.kill() }
            for round in 0..<2 {
                try await serving(FakeDaemon(log, status: Sample.status), at: path) {
                    if round == 0 { try command.start() }
                    _ = await subscribed.next()
                    await log.record(3, Sample.fall)
                    for number in 1...3 {
                        let line = try #require(await lines.next())
                        let change = try Change(json: try #require(JSONValue(parsing: line).object))
                        #expect(change.sequence == round * 3 + number)
                    }
                }
            }
        }
    }

    @Test func snapshot_isPrintedFirst() async throws {
        let log = FakeLog(resources: Sample.resources)
        try await withSocket { path in
            try await serving(FakeDaemon(log, status: Sample.status), at: path) {
                let command = BuiltCommand(["monitor", "--snapshot", "--kind", "account"], socket: path)
                try command.start()
                defer { command.kill() }
                var lines = command.lines.makeAsyncIterator()
                #expect(await lines.next() == "Nov 16 12:53:20 acme account 102290129340398: Acme Hardware, ACTIVE")
            }
        }
    }

    @Test func historyThatIsLost_isToldWithWhatToDo() async throws {
        let log = FakeLog()
        await log.record(5, Sample.fall)
        await log.forget(upTo: 3)
        try await withSocket { path in
            try await serving(FakeDaemon(log, status: Sample.status), at: path) {
                let outcome = try await BuiltCommand(["monitor", "--after", "fake.1"], socket: path).run()
                #expect(outcome.code == 1)
                #expect(outcome.errors.contains("--snapshot") && outcome.errors.contains("--after fake.3"))
            }
        }
    }

    /// Killed at random and started again, a reader with a cursor file hears every change at least once, and nothing else.
    @Test func cursorFile_overKills_losesNothing() async throws {
        let log = FakeLog()
        let total = 3000
        try await withSocket { path in
            let file = path + ".cursor"
            defer { try? FileManager.default.removeItem(atPath: file) }
            try await serving(FakeDaemon(log, status: Sample.status), at: path) {
                try CursorFile(file).write(FakeLog.cursor(0))
                await log.record(total, Sample.fall)
                var heard: Set<Int> = []
                var random = SystemRandomNumberGenerator()
                while !heard.contains(total) {
                    let command = BuiltCommand(["monitor", "-o", "json", "--cursor-file", file], socket: path)
                    try command.start()
                    var lines = 0
                    let enough = Int.random(in: 0..<700, using: &random)
                    for await line in command.lines {
                        // The last line of a killed writer is whole: lines are written whole.
                        heard.insert(try Change(json: try #require(JSONValue(parsing: line).object)).sequence)
                        lines += 1
                        if lines >= enough || heard.contains(total) { command.kill() }
                    }
                    _ = await command.ended()
                    let kept = try #require(try CursorFile(file).read())
                    let passed = try #require(Int(kept.text.dropFirst(5)))
                    #expect(heard.isSuperset(of: 0 < passed ? Set(1...passed) : []))
                }
                #expect(heard == Set(1...total))
            }
        }
    }
}
