import ArgumentParser
import Foundation

/// How fast a change reaches many readers.
struct FanOutBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fan-out",
        abstract: "Changes to many readers of the socket, beside redis pub/sub and nats-server; and readers that never read.",
        discussion: """
            Times run until every reader has every message: for ours from the moment that the changes are committed, for the peers from the moment
            that they are published. The ledger lies in /dev/shm. The peers are looked for in PATH: Debian packages redis-server and nats-server.
            """)

    @OptionGroup var options: RunOptions
    @Flag(help: "Only the readers that never read.") var stalled = false
    @Option(help: "Only so many readers.") var width: Int?
    @Option(help: "How many single messages a round are timed.") var samples: Int?

    func run() async throws {
        Socket.allowMany()
        let folder = "/dev/shm/wabawatch-bench-\(getpid())"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        print("fan-out: until every reader has it, contenders in turns, middle of the rounds")
        print(Machine.description)
        var bounds = Bounds()
        if !stalled { try widths(in: folder, &bounds) }
        if width == nil { try neverReading(in: folder, &bounds) }
        if options.short { try bounds.conclude() }
    }

    private func widths(in folder: String, _ bounds: inout Bounds) throws {
        let own = try OwnFanOut(in: folder, "own")
        defer { own.stop() }
        let bytes = try Self.size(of: own)
        print("a message of ours has \(bytes) bytes; the peers' payload is as long")
        var contenders: [any FanOut] = [own]
        if let redis = try RedisFanOut(in: folder, bytes: bytes) { contenders.append(redis) } else { print("skipped: redis-server") }
        if let nats = try NATSFanOut(in: folder, bytes: bytes) { contenders.append(nats) } else { print("skipped: nats-server") }
        defer { for peer in contenders.dropFirst() { peer.stop() } }
        for width in width.map({ [$0] }) ?? (options.short ? [1, 100] : [1, 10, 100, 1000]) {
            let results = try measure(contenders, width)
            var table = Table("\(width) reader\(width == 1 ? "" : "s")", "deliveries/s", "p50 µs", "p99 µs", "CPU µs a delivery", "RSS MiB")
            for result in results {
                table.add(
                    result.name, result.rates.median.figure, result.latencies.median.microseconds,
                    result.latencies.percentile(0.99).microseconds, result.processor.median.microseconds, result.memory.figure)
            }
            table.show()
            guard options.short, results.count > 1 else { continue }
            bounds.atLeast(
                width == 1 ? 0.2 : 0.5, zip(results[0].rates, results[1].rates).map { $0 / $1 }.median,
                "deliveries a second to \(width), as many as \(results[1].name)")
            bounds.atLeast(
                0.5, results[1].latencies.median / results[0].latencies.median, "p50 to \(width), as fast as \(results[1].name)")
        }
    }

    private struct Result {
        var name: String
        var rates: [Double] = []
        var latencies: [Double] = []
        var processor: [Double] = []
        var memory = 0.0
    }

    private func measure(_ contenders: [any FanOut], _ width: Int) throws -> [Result] {
        var results = contenders.map { Result(name: type(of: $0).name) }
        let readers = try contenders.map { try FanOutReaders(width, of: $0) }
        let rounds = options.short ? 5 : 11
        // About as many deliveries at every width, in bursts that a ledger has in one look.
        let burst = options.short ? max(500, 5_000 / width) : min(10_000, max(2_000, 1_000_000 / width))
        let samples = self.samples ?? (options.short ? 60 : max(30, min(300, 30_000 / width)))
        for round in -1..<rounds {
            for (index, contender) in contenders.enumerated() {
                let latencies = try (0..<samples).map { _ in try readers[index].deliver(1) }
                let before = try Machine.processorSeconds(of: contender.server)
                let seconds = try readers[index].deliver(burst)
                let processor = try Machine.processorSeconds(of: contender.server) - before
                // The first round warms up.
                guard round >= 0 else { continue }
                results[index].latencies += latencies
                results[index].rates.append(Double(burst * width) / seconds)
                results[index].processor.append(processor / Double(burst * width))
                results[index].memory = Machine.memory(of: contender.server)
            }
        }
        return results
    }

    /// The bytes of one message of ours, in the middle of a run.
    static func size(of own: OwnFanOut) throws -> Int {
        let one = try FanOutReaders(1, of: own)
        _ = try one.deliver(2000)
        let before = one.bytes
        _ = try one.deliver(1)
        return Int(one.bytes - before)
    }
}

extension Machine {
    /// The memory that a process holds now, in MiB.
    static func memory(of process: Int32) -> Double {
        let status = (try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
        return (Double(line.split(separator: " ").dropFirst().first ?? "0") ?? 0) / 1024
    }
}
