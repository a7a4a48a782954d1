import ArgumentParser
import Foundation

/// From the last byte of an answer to the change in every reader's hands, durable in between.
struct DeliveryBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delivery",
        abstract:
            "From the last byte of Meta's answer to the change in ten readers' hands, beside etcd put-to-watch and redis XADD-to-XREAD.",
        discussion: """
            The real wabawatchd asks a server of this program. Everybody is shown both ways: each change at once after the one before it, for which the daemon
            is told to poll, and out of a rest with a processor that slept, for which its own timer of 20 ms is waited for. Peers: Debian packages etcd-server
            and redis-server.
            """)

    @OptionGroup var options: RunOptions
    @Option(help: "How many readers there are.") var readers = 10
    @Option(help: "Another build's wabawatchd, which takes its turns as well.") var other: String?

    func run() async throws {
        let ours = try await SubscribedDaemon(nil, readers: readers)
        var theirs: SubscribedDaemon?
        let result: Result<Void, any Error>
        do {
            if let other { theirs = try await SubscribedDaemon(other, readers: readers) }
            result = .success(try await run(ours, theirs))
        } catch { result = .failure(error) }
        await theirs?.close()
        await ours.close()
        try result.get()
    }

    private func run(_ ours: SubscribedDaemon, _ theirs: SubscribedDaemon?) async throws {
        let redis = try RedisPeer(in: ours.folder)
        defer { redis?.server.stop() }
        let etcd = try EtcdPeer(in: ours.folder)
        defer { etcd?.server.stop() }

        print("delivery: to \(readers) readers, durable on \(Machine.fileSystem(of: ours.folder.path(""))), in turns")
        print(Machine.description)
        let before = try DiskProbe.run(in: ours.folder)
        print(DiskProbe.describe(before, "before"))
        let turns = DeliveryTurns(times: options.short ? 5 : 10, readers: readers)
        let contenders = try turns.contenders(ours, theirs, redis, etcd)
        let results = try await Pairs(contenders: contenders, rounds: options.short ? 5 : 31).run()
        let after = try DiskProbe.run(in: ours.folder)
        print(DiskProbe.describe(after, "after"))
        if redis == nil { print("skipped: redis-server is not installed") }
        if etcd == nil { print("skipped: etcd is not installed") }
        var table = Table("", "p50 ms", "p99 ms", "its p50, of ours")
        for result in results {
            table.add(
                result.name, result.latencies.median.milliseconds, result.latencies.percentile(0.99).milliseconds,
                (result.latencies.median / results[0].latencies.median).figure)
        }
        table.show()
        let disk = (before + after).median
        print("the rest before each: p50 \(turns.rest.milliseconds) ms")
        print("beyond one fdatasync, at p50: \((results[0].latencies.median - disk).milliseconds) ms")
        guard options.short, let etcd = results.first(where: { $0.name.hasPrefix("etcd") }) else { return }
        var bounds = Bounds()
        bounds.atLeast(0.5, etcd.latencies.median / results[0].latencies.median, "delivery, as fast as \(etcd.name)")
        try bounds.conclude()
    }
}
