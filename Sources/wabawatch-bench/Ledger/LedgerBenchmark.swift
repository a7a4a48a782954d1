import ArgumentParser
import Changes
import Foundation
import Ledger
import WhatsAppBusiness

/// How fast changes become durable, and how fast many of them are opened and read.
struct LedgerBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger", abstract: "Changes a second on disk, beside plain SQLite, etcd and redis; opening and reading a million.",
        discussion:
            "The peers' servers are looked for in PATH: Debian packages etcd-server and redis-server. TMPDIR names a folder on a disk.")

    @OptionGroup var options: RunOptions
    @Option(help: "How many things and changes are opened and read.") var rows: Int?

    /// How many changes are on their way at once where there are groups.
    static let group = 50

    func run() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        print("ledger: durable on \(Machine.fileSystem(of: folder.path(""))), middle of the rounds, contenders in turns")
        print(Machine.description)
        print(DiskProbe.describe(try DiskProbe.run(in: folder), "before"))
        var bounds = Bounds()
        try await write(in: folder, &bounds)
        try await readMany(rows ?? (options.short ? 20_000 : 1_000_000), in: folder, &bounds)
        print(DiskProbe.describe(try DiskProbe.run(in: folder), "after"))
        if options.short { try bounds.conclude() }
    }

    private func write(in folder: TemporaryFolder, _ bounds: inout Bounds) async throws {
        let writers = try await Writers(in: folder)
        defer { writers.stop() }
        for line in writers.skipped { print(line) }
        // Short turns: a disk that is throttled for a second must not meet one contender only.
        let rounds = options.short ? 11 : 31
        let single = try await Pairs(contenders: writers.single(options.short ? 20 : 100), rounds: rounds).run()
        show("one at a time", single)
        let groups = try await Pairs(contenders: writers.grouped(options.short ? 2 : 10), rounds: rounds).run()
        show("\(Self.group) at once", groups)
        for line in writers.memory { print(line) }
        guard options.short else { return }
        bounds.atLeast(0.05, single[0].processorRatio(to: single[1]), "one at a time, by processor time, as many as \(single[1].name)")
        bounds.atLeast(
            0.03, groups[1].processorRatio(to: groups[2]), "\(Self.group) in one look, by processor time, as many as \(groups[2].name)")
    }

    private func show(_ title: String, _ results: [Pairs.Result]) {
        var table = Table(title, "changes/s", "p50 ms", "p99 ms", "CPU µs a change", "ours is")
        for result in results {
            table.add(
                result.name, result.rate.figure, result.latencies.median.milliseconds, result.latencies.percentile(0.99).milliseconds,
                result.processor.microseconds, results[0].ratio(to: result).figure + " times as fast")
        }
        table.show()
    }
}
