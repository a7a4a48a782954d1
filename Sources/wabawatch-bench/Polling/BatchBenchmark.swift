import ArgumentParser
import Foundation
import GraphAPI
import GraphSimulator
import WhatsAppBusiness

/// Whether one request for many things costs less than many requests: the profiles of 100 numbers, one by one and in batches.
struct BatchBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "batch", abstract: "The profiles of 100 numbers by 100 requests and by 2 batches of 50: the client's processor time.",
        discussion: """
            The client of the daemon asks a simulator in another process over one kept connection. Of answers that are known already only the digests are \
            compared. Meta counts each part of a batch as a call.
            """)

    @OptionGroup var options: RunOptions
    @Option(help: "How many numbers are polled.") var numbers = 100

    func run() async throws {
        let server = try BatchServerProcess(numbers: numbers)
        let result: Result<Void, any Error>
        do { result = .success(try await run(against: server.baseURL)) } catch { result = .failure(error) }
        server.stop()
        try result.get()
    }

    private func run(against base: String) async throws {
        let transport = try CurlTransport()
        defer { transport.close() }
        let client = GraphClient(
            endpoint: try Endpoint(baseURL: base, version: "v25.0"), token: try AccessToken(Platform.sampleToken), transport: transport)
        let account = Platform.sampleAccountID()
        let requests = (0..<numbers).map { GraphRequest(.businessProfile, id: Platform.samplePhoneNumberID($0), account: account) }
        let batches = stride(from: 0, to: numbers, by: BatchRequest.most).compactMap { start in
            BatchRequest(Array(requests[start..<min(start + BatchRequest.most, numbers)]))
        }
        var digests: [Digest?] = []
        for request in requests { digests.append(try await client.fetch(request).digest) }

        let times = options.short ? 5 : 20
        var results: [[Pairs.Result]] = []
        for known in [digests, []] {
            let contenders = [
                Pairs.Contender(name: "\(numbers) requests") {
                    try await Measure.whole(operations: times) {
                        for _ in 0..<times { try await poll(client, requests, known) }
                    }
                },
                Pairs.Contender(name: "\(batches.count) batches of \(BatchRequest.most)") {
                    try await Measure.whole(operations: times) {
                        for _ in 0..<times { try await poll(client, batches, known) }
                    }
                },
            ]
            results.append(try await Pairs(contenders: contenders, rounds: options.short ? 5 : 15).run())
        }
        print("batch: the profiles of \(numbers) numbers, \(times) rounds a run, middle of \(results[0][0].measures.count) runs in turns")
        print(Machine.description)
        for (title, results) in zip(["nothing changed", "every answer is parsed"], results) {
            var table = Table(title, "CPU ms a round", "ms a round", "takes, of the requests' CPU")
            for result in results {
                table.add(
                    result.name, result.processor.milliseconds, (1 / result.rate).milliseconds,
                    (1 / result.processorRatio(to: results[0])).figure)
            }
            table.show()
        }
        guard options.short else { return }
        var bounds = Bounds()
        // What makes it worth having.
        for (results, what) in zip(results, ["where nothing changed", "where every answer is parsed"]) {
            bounds.atLeast(1.5, results[1].processorRatio(to: results[0]), "batches \(what), by processor time")
        }
        try bounds.conclude()
    }

    private func poll(_ client: GraphClient, _ requests: [GraphRequest], _ known: [Digest?]) async throws {
        for (index, request) in requests.enumerated() {
            let answer = try await client.fetch(request, digest: known.isEmpty ? nil : known[index])
            try check(answer, known)
        }
    }

    private func poll(_ client: GraphClient, _ batches: [BatchRequest], _ known: [Digest?]) async throws {
        var start = 0
        for batch in batches {
            let digests = known.isEmpty ? [] : Array(known[start..<start + batch.requests.count])
            for answer in try await client.fetch(batch, digests: digests) { try check(try answer.get(), known) }
            start += batch.requests.count
        }
    }

    /// Both contenders must have done the work.
    private func check(_ answer: Answer, _ known: [Digest?]) throws {
        guard answer.notModified != known.isEmpty, answer.usage != nil else { throw Failure("an answer is not as it should be") }
    }
}

/// The simulator as a process of its own: its address on standard output, until standard input ends.
struct BatchServer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "batch-server", shouldDisplay: false)

    @Option var numbers: Int

    func run() async throws {
        var platform = Platform.sample(numbers: numbers)
        platform.accounts[Platform.sampleAccountID()]?.budget.callsPerHour = .max / 200
        platform.batches.tellsUsage = true
        let simulator = try await GraphSimulator.start(platform, keeping: 1)
        FileHandle.standardOutput.write(Data("\(simulator.baseURL)\n".utf8))
        while readLine() != nil {}
        try await simulator.stop()
    }
}

/// That process, as it is started.
private final class BatchServerProcess {
    let baseURL: String
    private let process = Process()
    private let input = Pipe()

    init(numbers: Int) throws {
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = ["batch-server", "--numbers", String(numbers)]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        guard line.hasPrefix("http"), line.hasSuffix("\n") else { throw Failure("the simulator did not begin") }
        baseURL = String(line.dropLast())
    }

    func stop() {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }
}
