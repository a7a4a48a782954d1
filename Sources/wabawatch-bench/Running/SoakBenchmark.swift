import ArgumentParser
import Foundation
import GraphSimulator
import StrictJSON
import TestTools

/// An hour of real time with faults, at a hundred times the usual rate of change: what grows?
struct SoakBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "soak", abstract: "An hour against a simulator with faults: memory, descriptors and files sampled, their slopes told.",
        discussion: """
            The real wabawatchd watches twenty numbers. Usual is a change an hour for each; here there are a hundred, and a fault every five seconds.
            A subscriber that resumes after every minute hears each change once. Exit status 1 when something grows that should not.
            """)

    @OptionGroup var options: RunOptions
    @Option(help: "How long, in minutes.") var minutes: Double?
    @Option(help: "How often it is looked at, in seconds.") var sample = 10.0

    /// What was seen at one moment.
    private struct Sample {
        var time: Double
        var values: [Double]
    }

    private static let columns = ["RSS MiB", "own MiB", "descriptors", "threads", "log KiB", "ledger KiB", "changes"]
    static let numbers = 20

    func run() async throws {
        let stage = try await Stage(numbers: Self.numbers)
        let result: Result<Void, any Error>
        do { result = .success(try await run(on: stage)) } catch { result = .failure(error) }
        await stage.close()
        try result.get()
    }

    private func run(on stage: Stage) async throws {
        let minutes = minutes ?? (options.short ? 0.2 : 60)
        let daemon = try stage.start(every: ["phone_number": "2s", "business_profile": "5s"])
        defer { daemon.stop() }
        print("soak: \(minutes.figure) minutes, \(Self.numbers) numbers")
        print(Machine.description)
        var reader = try SoakReader(stage)
        var storm = Storm(stage)
        var samples: [Sample] = []
        let start = Machine.now
        var (nextSample, nextReader) = (start, start + 60)
        while Machine.now < start + minutes * 60 {
            try await Task.sleep(for: .milliseconds(100))
            let now = Machine.now
            storm.blow(at: now)
            try reader.read()
            if now >= nextReader {
                nextReader += 60
                try reader.resume()
            }
            guard now >= nextSample else { continue }
            nextSample += options.short ? 1 : sample
            let values = [
                daemon.mebibytes("VmRSS"), daemon.mebibytes("RssAnon"), Double(daemon.fileDescriptors),
                Double(Machine.line("/proc/\(daemon.id)/status", "Threads") ?? "0") ?? 0, Double(Stage.size(stage.ledger + "-wal")) / 1024,
                Double(Stage.size(stage.ledger)) / 1024, Double(reader.sequence),
            ]
            samples.append(Sample(time: now - start, values: values))
            if samples.count % 30 == 1 {
                let figures = zip(Self.columns, values).map { "\($0) \($1.figure)" }.joined(separator: ", ")
                print("\(((now - start) / 60).figure) min: \(figures)")
            }
        }
        stage.simulator.clearFaults()
        try show(samples, storm, reader)
    }

    private func show(_ samples: [Sample], _ storm: Storm, _ reader: SoakReader) throws {
        // What is set up once is set up by then.
        let settled = Array(samples.drop { $0.time < (samples.last?.time ?? 0) / 3 })
        var table = Table("\(samples.count) samples", "at first", "at last", "largest", "slope an hour")
        var slopes: [Double] = []
        for (index, column) in Self.columns.enumerated() {
            let values = samples.map { $0.values[index] }
            slopes.append(Self.slope(settled.map { ($0.time / 3600, $0.values[index]) }))
            table.add(column, (values.first ?? 0).figure, (values.last ?? 0).figure, (values.max() ?? 0).figure, slopes[index].figure)
        }
        table.show()
        print(
            "\(storm.changes) changes were made and \(storm.faults) faults set; \(reader.heard) changes were heard, each once and in order, \(reader.resumed) times resumed"
        )
        guard samples.last.map({ $0.time > 600 }) ?? false else { return }
        var bounds = Bounds()
        bounds.atLeast(1, 4 / max(slopes[1], 0.01), "own memory grows by at most 4 MiB an hour")
        bounds.atLeast(1, 64 / (samples.map { $0.values[2] }.max() ?? 0), "at most 64 descriptors")
        bounds.atLeast(1, 8192 / max(samples.map { $0.values[4] }.max() ?? 0, 1), "the log stays below 8 MiB")
        try bounds.conclude()
    }

    /// The slope of the line that fits best.
    private static func slope(_ points: [(x: Double, y: Double)]) -> Double {
        guard points.count > 1 else { return 0 }
        let (x, y) = (points.map(\.x).reduce(0, +) / Double(points.count), points.map(\.y).reduce(0, +) / Double(points.count))
        let spread = points.map { ($0.x - x) * ($0.x - x) }.reduce(0, +)
        return spread == 0 ? 0 : points.map { ($0.x - x) * ($0.y - y) }.reduce(0, +) / spread
    }
}

/// What happens to the simulator during a soak, the same in every run: edits, moves of quality, and faults.
private struct Storm {
    private let stage: Stage
    private var random = SeededGenerator(state: 20_261_121)
    private var start: Double?
    private(set) var changes = 0
    private(set) var faults = 0

    /// A hundred changes an hour for each number.
    static let changesASecond = Double(SoakBenchmark.numbers) * 100 / 3600
    static let faultsASecond = 0.2

    init(_ stage: Stage) { self.stage = stage }

    mutating func blow(at now: Double) {
        let time = now - (start ?? now)
        if start == nil { start = now }
        while Double(changes) < time * Self.changesASecond { change() }
        while Double(faults) < time * Self.faultsASecond { fault() }
    }

    private mutating func change() {
        changes += 1
        let (count, number) = (changes, Platform.samplePhoneNumberID(Int.random(in: 0..<stage.numbers, using: &random)))
        let rating = ["GREEN", "YELLOW", "RED"].randomElement(using: &random) ?? "GREEN"
        stage.simulator.update { platform in
            if count % 3 == 0 {
                platform[phoneNumber: number]?.document["quality_rating"] = .string(rating)
            } else {
                platform[phoneNumber: number]?.profile["about"] = .string("Edit \(count)")
            }
        }
    }

    private mutating func fault() {
        faults += 1
        let kinds: [Fault] = [
            .status(500), .status(502), .error(2, message: "Service temporarily unavailable", http: 500), .truncatedBody, .halfBody,
            .emptyBody, .garbledBody, .reset, .delay(.milliseconds(300)),
        ]
        stage.simulator.setFault(
            kinds.randomElement(using: &random) ?? .reset, times: Int.random(in: 1...5, using: &random))
    }
}

/// A subscriber during a soak, that goes away and comes back behind its cursor.
private struct SoakReader {
    private let stage: Stage
    private var connection: Connection
    private var cursor: String
    private(set) var sequence = 0
    private(set) var heard = 0
    private(set) var resumed = 0

    init(_ stage: Stage) throws {
        self.stage = stage
        connection = try Self.connect(stage)
        try connection.call("GetStatus")
        guard let oldest = try connection.reply().firstMatch(of: /"oldestCursor":"([^"]+)"/) else { throw Failure("there is no cursor") }
        cursor = String(oldest.1)
        sequence = Int(cursor.split(separator: ":").last ?? "") ?? 0
        try subscribe()
    }

    private static func connect(_ stage: Stage) throws -> Connection {
        guard let connection = Connection(path: stage.socket) else { throw Failure("the daemon does not listen") }
        return connection
    }

    private func subscribe() throws { try connection.call("Subscribe", #"{"after":"\#(cursor)"}"#, more: true) }

    mutating func resume() throws {
        resumed += 1
        connection = try Self.connect(stage)
        try subscribe()
    }

    /// Takes what has come.
    mutating func read() throws {
        while connection.hasMore {
            let reply = try connection.reply()
            if reply.hasPrefix(#"{"error""#) { throw Failure(reply) }
            guard let match = reply.firstMatch(of: /"sequence":([0-9]+)/), let next = Int(match.1) else { continue }
            guard next == sequence + 1 else { throw Failure("change \(next) was told after change \(sequence)") }
            sequence = next
            heard += 1
            cursor = "\(cursor.prefix(17))\(next)"
        }
    }
}
