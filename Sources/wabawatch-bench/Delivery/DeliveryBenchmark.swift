import ArgumentParser
import Foundation

/// From the last byte of an answer to the change in every reader's hands, durable in between.
struct DeliveryBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delivery",
        abstract:
            "From the last byte of Meta's answer to the change in ten readers' hands, beside etcd put-to-watch and redis XADD-to-XREAD.",
        discussion: "The real wabawatchd asks a server of this program every 20 ms. Peers: Debian packages etcd-server and redis-server.")

    @OptionGroup var options: RunOptions
    @Option(help: "How many readers there are.") var readers = 10

    func run() async throws {
        let stage = try await Stage(numbers: 0)
        let result: Result<Void, any Error>
        do { result = .success(try await run(on: stage)) } catch { result = .failure(error) }
        await stage.close()
        try result.get()
    }

    private func run(on stage: Stage) async throws {
        let server = try AnswerServer()
        let daemon = try stage.start(
            every: ["phone_number": "24h", "business_profile": "20ms"], graph: "http://127.0.0.1:\(server.port)",
            accounts: [AnswerServer.account])
        defer { daemon.stop() }
        let redis = try RedisPeer(in: stage.folder)
        defer { redis?.server.stop() }
        let etcd = try EtcdPeer(in: stage.folder)
        defer { etcd?.server.stop() }

        print("delivery: to \(readers) readers, durable on \(Machine.fileSystem(of: stage.folder.path(""))), in turns")
        print(Machine.description)
        let before = try DiskProbe.run(in: stage.folder)
        print(DiskProbe.describe(before, "before"))
        // The first look at the profile comes before anybody listens.
        _ = try server.edit("before the first")
        let contenders = try contenders(server, stage, redis, etcd)
        let results = try await Pairs(contenders: contenders, rounds: options.short ? 5 : 31).run()
        let after = try DiskProbe.run(in: stage.folder)
        print(DiskProbe.describe(after, "after"))
        if redis == nil { print("skipped: redis-server is not installed") }
        if etcd == nil { print("skipped: etcd is not installed") }
        var table = Table("", "p50 ms", "p99 ms", "ours takes, of its p50")
        for result in results {
            table.add(
                result.name, result.latencies.median.milliseconds, result.latencies.percentile(0.99).milliseconds,
                "1 in " + (result.latencies.median / results[0].latencies.median).figure)
        }
        table.show()
        let disk = (before + after).median
        print("beyond one fdatasync, at p50: \((results[0].latencies.median - disk).milliseconds) ms")
        guard options.short, results.count == 3 else { return }
        var bounds = Bounds()
        bounds.atLeast(0.2, results[2].latencies.median / results[0].latencies.median, "delivery, as fast as \(results[2].name)")
        try bounds.conclude()
    }

    private func contenders(_ server: AnswerServer, _ stage: Stage, _ redis: RedisPeer?, _ etcd: EtcdPeer?) throws -> [Pairs.Contender] {
        let times = options.short ? 10 : 20
        var count = 0
        /// A text that was not there before, of the length of an edit.
        func next() -> String {
            count += 1
            return "Closed on Sundays, open on Mondays, edit number \(1_000_000 + count) of many"
        }
        func measure(_ body: (String) throws -> Double) throws -> Measure {
            let latencies = try (0..<times).map { _ in try body(next()) }
            return Measure(operations: times, seconds: latencies.reduce(0, +), processor: 0, latencies: latencies)
        }
        let subscribers = Readers(
            try (0..<readers).map { _ in
                guard let connection = Connection(path: stage.socket) else { throw Failure("the daemon does not listen") }
                return connection
            })
        try subscribers.each { try $0.call("Subscribe", more: true) }
        _ = try subscribers.wait(for: Array(#""ready":true"#.utf8))
        var contenders = [
            Pairs.Contender(name: "wabawatchd, answer to \(readers) subscribers") {
                try measure { text in
                    let sent = try server.edit(text)
                    return try subscribers.wait(for: Array(text.utf8)) - sent
                }
            }
        ]
        if let redis {
            let waiting = try redis.readers(readers)
            contenders.append(
                Pairs.Contender(name: "redis XADD to \(readers) XREAD, appendfsync always") {
                    try measure { text in
                        try redis.listen(waiting)
                        let sent = try redis.send([text])
                        let heard = try waiting.wait(for: Array(text.utf8))
                        try redis.acknowledged(1)
                        return heard - sent
                    }
                })
        }
        if let etcd {
            let watchers = try etcd.watchers(readers, of: "change")
            contenders.append(
                Pairs.Contender(name: "etcd put to \(readers) watchers") {
                    try measure { text in
                        let sent = try etcd.send("change", text)
                        let heard = try watchers.wait(for: Array(EtcdPeer.base64(text).utf8))
                        try etcd.acknowledged()
                        return heard - sent
                    }
                })
        }
        return contenders
    }
}
