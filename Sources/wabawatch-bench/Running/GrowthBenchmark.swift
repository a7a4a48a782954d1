import ArgumentParser
import Foundation
import GraphSimulator

/// What one more number costs: processor time of a poll, memory, bytes of the ledger, start-up.
struct GrowthBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "growth", abstract: "100 to 100,000 numbers, 100 an account: processor time of a poll, memory, ledger, start-up.",
        discussion: "The real wabawatchd; numbers and their profiles are watched. Every figure is of a daemon that was started anew.")

    @OptionGroup var options: RunOptions
    @Option(help: "The largest count of numbers.") var most: Int?

    /// What was measured with so many numbers.
    private struct Row {
        var numbers: Int
        /// Processor seconds of a poll of everything in which nothing changed.
        var poll: Double
        var resident: Double
        var anonymous: Double
        var ledgerBytes: Int
        /// Seconds from the start to READY with a full ledger.
        var startUp: Double
        /// Seconds until everything was seen for the first time, and its processor time.
        var firstSeconds: Double
        var firstProcessor: Double
    }

    func run() async throws {
        let most = most ?? (options.short ? 1000 : 100_000)
        var rows: [Row] = []
        var numbers = 100
        while numbers <= most {
            let stage = try await Stage(accounts: numbers / 100, numbers: 100)
            let result: Result<Row, any Error>
            do { result = .success(try await measure(on: stage)) } catch { result = .failure(error) }
            await stage.close()
            rows.append(try result.get())
            numbers *= 10
        }
        print("growth: numbers and their profiles, 100 numbers an account")
        print(Machine.description)
        var table = Table(
            "numbers", "CPU ms a poll", "CPU µs a number", "RSS MiB", "of it own", "ledger bytes a number", "start-up ms", "first poll s",
            "its CPU s")
        for row in rows {
            table.add(
                "\(row.numbers)", row.poll.milliseconds, (row.poll / Double(row.numbers)).microseconds, row.resident.figure,
                row.anonymous.figure, (Double(row.ledgerBytes) / Double(row.numbers)).figure, row.startUp.milliseconds,
                row.firstSeconds.figure, row.firstProcessor.figure)
        }
        table.show()
        guard let first = rows.first, let last = rows.last, rows.count > 1 else { return }
        let bytes = (last.anonymous - first.anonymous) * 1_048_576 / Double(last.numbers - first.numbers)
        print("memory beyond the base: \(bytes.figure) bytes a number")
        guard options.short else { return }
        var bounds = Bounds()
        bounds.atLeast(
            0.5, first.poll / Double(first.numbers) / (last.poll / Double(last.numbers)),
            "a number's part of a poll of \(last.numbers) as cheap as of \(first.numbers)")
        try bounds.conclude()
    }

    private func measure(on stage: Stage) async throws -> Row {
        let numbers = stage.accounts * stage.numbers
        // What a batch saves, the benchmark of batches says: here their answers are none, so that the daemon gives them up.
        var broken = BatchBehaviour()
        broken.lost = 1
        stage.simulator.setFault(.batching(broken))
        // One request for an account's list, one for a number's profile.
        let poll = stage.accounts + numbers
        let first = try stage.start(every: ["phone_number": "1h", "business_profile": "1h"], expansion: "never")
        let start = Machine.now
        try await Self.requests(poll, at: stage.simulator)
        try Self.changes(stage.accounts + numbers, on: stage)
        let firstSeconds = Machine.now - start
        let firstProcessor = try first.processorSeconds
        first.stop()
        let ledgerBytes = stage.ledgerBytes

        // Longer than a poll takes: what falls behind asks for the lists of numbers more often than for what comes after them.
        let every = "\(max(250, numbers))ms"
        let daemon = try stage.start(every: ["phone_number": every, "business_profile": every], expansion: "never")
        defer { daemon.stop() }
        // The first poll after a start gets its answers whole; from then on Meta says that they are as they were.
        try await Self.requests(poll, at: stage.simulator)
        let before = (processor: try daemon.processorSeconds, requests: stage.simulator.requestCount)
        try await Self.requests(max(poll, 1000), at: stage.simulator)
        let after = (processor: try daemon.processorSeconds, requests: stage.simulator.requestCount)
        let each = (after.processor - before.processor) / Double(after.requests - before.requests)
        return Row(
            numbers: numbers, poll: each * Double(poll), resident: daemon.mebibytes("VmRSS"), anonymous: daemon.mebibytes("RssAnon"),
            ledgerBytes: ledgerBytes, startUp: daemon.startUp, firstSeconds: firstSeconds, firstProcessor: firstProcessor)
    }

    /// Returns when so many more requests were answered.
    private static func requests(_ count: Int, at simulator: GraphSimulator) async throws {
        var left = count
        let end = simulator.requestCount + count
        for await _ in simulator.requestStream() {
            left -= 1
            // The stream drops the oldest where it is not read fast enough; the count does not.
            if left <= 0 || simulator.requestCount >= end { return }
        }
        throw Failure("the simulator came to its end")
    }

    /// Returns when so many changes were told to a subscriber.
    private static func changes(_ count: Int, on stage: Stage) throws {
        guard let asking = Connection(path: stage.socket), let connection = Connection(path: stage.socket) else {
            throw Failure("the daemon does not listen")
        }
        // The first part of very many says as much.
        try asking.call("GetStatus", more: true)
        let status = try asking.reply()
        guard let oldest = status.firstMatch(of: /"oldestCursor":"([^"]+)"/) else { throw Failure("the daemon's status has no cursor") }
        try connection.call("Subscribe", #"{"after":"\#(oldest.1)","heartbeatSeconds":60}"#, more: true)
        while true {
            let reply = try connection.reply()
            if reply.contains(#""sequence":\#(count),"#) || reply.contains(#""sequence":\#(count)}"#) { return }
            if reply.hasPrefix(#"{"error""#) { throw Failure(reply) }
        }
    }
}
