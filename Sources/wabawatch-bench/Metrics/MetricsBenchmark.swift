import ArgumentParser
import Foundation

/// What a scrape costs where very many numbers are watched.
struct MetricsBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "metrics", abstract: "Scrapes of 20,000 numbers: size, time, processor time, memory; beside a scrape without numbers.",
        discussion: """
            The real wabawatchd and the real wabawatch-metrics. The processor time is that of both. The client reads as fast as it can, as Prometheus does, and \
            its time is not counted.
            """)

    @OptionGroup var options: RunOptions
    @Option(help: "How many numbers.") var numbers: Int?
    @Option(help: "How many scrapes.") var scrapes: Int?

    func run() async throws {
        let numbers = numbers ?? (options.short ? 2_000 : 20_000)
        let stage = try await Stage(numbers: numbers)
        let result: Result<Void, any Error>
        do { result = .success(try await run(on: stage, scrapes ?? (options.short ? 10 : 20))) } catch { result = .failure(error) }
        await stage.close()
        try result.get()
    }

    private func run(on stage: Stage, _ scrapes: Int) async throws {
        // Everything is read once, and nothing of Meta's is measured.
        let daemon = try stage.start(every: ["account": "24h", "phone_number": "24h"])
        defer { daemon.stop() }
        let exporter = try ExporterProcess(following: stage.socket, in: stage.folder)
        defer { exporter.stop() }
        let empty = exporter.mebibytes("RssAnon")
        var answer: [UInt8] = []
        for _ in 0..<600 {
            answer = (try? exporter.scrape()) ?? []
            if Self.count("wabawatch_phone_number_info{", in: answer) == stage.numbers { break }
            try await Task.sleep(for: .milliseconds(200))
        }
        let series = answer.count { $0 == UInt8(ascii: "\n") }
        guard Self.count("wabawatch_phone_number_info{", in: answer) == stage.numbers else {
            throw Failure("not all numbers are told; the exporter said: \(exporter.lastWords)")
        }
        print("metrics: \(stage.numbers) numbers, \(scrapes) scrapes")
        print(Machine.description)
        var table = Table("format", "MiB", "ms p50", "ms p99", "CPU ms exporter", "CPU ms daemon")
        var costs: [Double] = []
        for accept in ["application/openmetrics-text;version=1.0.0", "text/plain"] {
            let before = try daemon.processorSeconds
            var size = 0
            let measure = try await Measure.each(0..<scrapes, processor: { try exporter.processorSeconds }) { _ in
                size = try exporter.scrape(accept: accept).count
            }
            let own = measure.processor / Double(scrapes) * 1_000
            let daemons = (try daemon.processorSeconds - before) / Double(scrapes) * 1_000
            costs.append(own + daemons)
            table.add(
                accept.prefix { $0 != ";" }.description, (Double(size) / 1_048_576).figure, (measure.latencies.median * 1_000).figure,
                (measure.latencies.percentile(0.99) * 1_000).figure, own.figure, daemons.figure)
        }
        table.show()
        print(
            "\(series) lines; memory of the exporter's own: \(empty.figure) MiB at first, \(exporter.mebibytes("RssAnon").figure) after, at most "
                + "\(exporter.mebibytes("VmHWM").figure) with its program")
        guard options.short else { return }
        var bounds = Bounds()
        // 250 ms for 20,000 numbers, in this share.
        let allowed = max(25, 250 * Double(stage.numbers) / 20_000)
        bounds.atLeast(1, allowed / (costs.max() ?? allowed), "processor time of a scrape, \(Int(allowed)) ms at most")
        bounds.atLeast(1, 96 / exporter.mebibytes("VmHWM"), "memory of the exporter, 96 MiB at most")
        try bounds.conclude()
    }

    /// Lines that begin so.
    private static func count(_ text: String, in bytes: [UInt8]) -> Int {
        bytes.split(separator: UInt8(ascii: "\n")).count { $0.starts(with: text.utf8) }
    }
}
