import ArgumentParser
import Foundation
import TestTools

/// What very many connections leave behind in the receiver of webhooks.
struct ConnectionsBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "webhook-connections",
        abstract: "Connections to the receiver of webhooks, one after the other: memory and descriptors before and after.",
        discussion: """
            The real wabawatch-webhook at a Unix socket, as a proxy on the same host uses it, and nobody behind it. In turns: a verification, another path, a \
            webhook, a request that ends in its midst, none at all, and bytes at random. With a receiver that was built with a sanitizer, and many \
            connections, this is its fuzzer:

                swift build --sanitize=address --product wabawatch-webhook --scratch-path asan
                ASAN_OPTIONS=detect_leaks=0 wabawatch-bench webhook-connections --receiver asan/debug/wabawatch-webhook --connections 1000000 --random
            """)

    @OptionGroup var options: RunOptions
    @Option(help: "How many connections.") var connections: Int?
    @Option(help: "Another build's wabawatch-webhook.") var receiver: String?
    @Option(help: "What the bytes at random begin with.") var seed: UInt64 = 1
    @Flag(help: "Send nothing but bytes at random.") var random = false

    func validate() throws {
        guard (1...1_000_000_000).contains(connections ?? 1) else { throw ValidationError("The number of connections is out of range.") }
    }

    func run() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let receiver = try ReceiverProcess(receiver, reportingTo: folder.path("nobody"), in: folder)
        defer { receiver.stop() }
        let count = connections ?? (options.short ? 5000 : 1_000_000)
        var series = ConnectionSeries(receiver.path, seed: seed, kinds: random ? [.random] : ConnectionSeries.Kind.allCases)
        do {
            // What is made once is there then.
            try series.run(min(count, 2000))
            let before = try await standing(of: receiver)
            var standings = [(0, before)]
            var (seconds, made) = (0.0, 0)
            // What grows with every connection is told from what grows at first.
            for quarter in 1...4 {
                let start = Machine.now
                try series.run(count * quarter / 4 - made)
                seconds += Machine.now - start
                made = count * quarter / 4
                standings.append((made, try await standing(of: receiver)))
            }
            let after = try await standing(of: receiver)
            guard try series.isVerified() else { throw Failure("the receiver does not answer a verification any more") }
            show(series, seconds, standings)
            guard options.short else { return }
            var bounds = Bounds()
            bounds.atLeast(0.8, before.memory / after.memory, "memory after \(count) connections, as before them")
            bounds.atLeast(1, Double(before.descriptors) / Double(after.descriptors), "descriptors after them, as before")
            try bounds.conclude()
        } catch let failure as Failure {
            throw Failure("\(failure) (seed \(seed)); the receiver said: \(receiver.lastWords)")
        }
    }

    private typealias Standing = (memory: Double, own: Double, descriptors: Int)

    /// What it holds once it has closed what its peers have closed: at most ten seconds later.
    private func standing(of receiver: ReceiverProcess) async throws -> Standing {
        var least = receiver.fileDescriptors
        for _ in 0..<100 {
            try await Task.sleep(for: .milliseconds(20))
            let now = receiver.fileDescriptors
            if now >= least { break }
            least = now
        }
        return (receiver.mebibytes("VmRSS"), receiver.mebibytes("RssAnon"), receiver.fileDescriptors)
    }

    private func show(_ series: ConnectionSeries, _ seconds: Double, _ standings: [(made: Int, standing: Standing)]) {
        let count = standings.last?.made ?? 0
        let rate = (Double(count) / seconds).figure
        print("webhook-connections: \(count) one after the other in \(seconds.figure) s, \(rate) a second; seed \(seed)")
        print(Machine.description)
        var table = Table("", "RSS MiB", "of it own", "descriptors")
        for (made, standing) in standings {
            table.add("after \(made)", standing.memory.figure, standing.own.figure, "\(standing.descriptors)")
        }
        table.show()
        let answers = series.answers.sorted { $0.key < $1.key }.map { "\($0.value) of \($0.key == 0 ? "none" : "\($0.key)")" }
        print("answers: \(answers.joined(separator: ", "))")
    }
}
