import ArgumentParser
import CAllocations
import Foundation
import GraphAPI
import StrictJSON

/// How fast a page of blocked users becomes values, beside Python's json and orjson.
struct DecodeBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode", abstract: "A page of 5,000 blocked users: our parser beside Python's json and orjson.",
        discussion: "The interpreter is the one in WABAWATCH_PYTHON, else python3.")

    @OptionGroup var options: RunOptions

    func run() async throws {
        let page = BlockedUsersPage.body(users: 5000)
        let times = options.short ? 10 : 50
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let path = folder.path("page.json")
        try Data(page).write(to: URL(fileURLWithPath: path))

        let (client, request) = try PageTransport.client(of: page)
        var contenders = [
            Pairs.Contender(name: "wabawatch JSONValue") {
                try await Measure.whole(operations: times) { for _ in 0..<times { try Self.parse(page) } }
            },
            Pairs.Contender(name: "wabawatch keys, with digest") {
                try await Measure.whole(operations: times) {
                    for _ in 0..<times { try await Self.scan(client, request) }
                }
            },
        ]
        var skipped: [String] = []
        let peers = ["json", "orjson"].map { ($0, PythonDecoder(library: $0, page: path)) }
        for (library, peer) in peers {
            guard let peer else {
                skipped.append("skipped: Python's \(library) cannot be imported")
                continue
            }
            contenders.append(Pairs.Contender(name: peer.name) { try peer.decode(times: times) })
        }
        let results = try await Pairs(contenders: contenders, rounds: options.short ? 5 : 15).run()
        for case (_, let peer?) in peers { peer.stop() }

        print(
            "decode: a page of 5,000 blocked users, \(page.count) bytes, \(times) times a run, middle of \(results[0].measures.count) runs in turns"
        )
        print(Machine.description)
        var table = Table("", "MB/s", "µs a page", "CPU µs a page", "ours is, by CPU")
        for result in results {
            table.add(
                result.name, (result.rate * Double(page.count) / 1e6).figure, (1 / result.rate).microseconds, result.processor.microseconds,
                results[0].processorRatio(to: result).figure + " times as fast")
        }
        table.show()
        try showAllocations(page)
        for line in skipped { print(line) }
        try judge(results)
    }

    private func showAllocations(_ page: [UInt8]) throws {
        let before = (allocations_of_this_thread(), bytes_allocated())
        let value = try JSONValue(parsing: page)
        let after = (allocations_of_this_thread(), bytes_allocated())
        withExtendedLifetime(value) {
            print(
                "allocations of one page by our parser: \(after.0 - before.0), of which \((after.1 - before.1) / 1024) KiB stay with the value"
            )
        }
        print("(calls of malloc, counted by a malloc of this program's own; bytes by mallinfo2)")
    }

    /// The page's bytes become the users' keys, as the daemon has it: scanned, searched for secrets, and digested.
    @inline(never) private static func scan(_ client: GraphClient, _ request: GraphRequest) async throws {
        guard try await client.fetchKeys(request).page?.keys.count == 5000 else { throw Failure("the scanner lost users") }
    }

    /// The page's bytes become a tree of values, as both Python libraries make one.
    @inline(never) private static func parse(_ page: [UInt8]) throws {
        withExtendedLifetime(try JSONValue(parsing: page)) {}
    }

    private func judge(_ results: [Pairs.Result]) throws {
        guard options.short, results.count > 2 else { return }
        var bounds = Bounds()
        bounds.atLeast(0.2, results[0].processorRatio(to: results[2]), "as fast as \(results[2].name), by processor time")
        try bounds.conclude()
    }
}
