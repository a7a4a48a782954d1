import ArgumentParser
import Metrics
import Printing
import StrictJSON
import WabaWatchClient
import WhatsAppBusiness

/// The metrics, once.
struct MetricsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "metrics", abstract: "Print the metrics of what is watched, for Prometheus and its like.",
        discussion: """
            OpenMetrics text on standard output. With --textfile, Prometheus's text format goes into that file, for the textfile collector of node_exporter: \
            the file is replaced as a whole, and stays as it was where the daemon cannot be reached. For a scrape by HTTP there is wabawatch-metrics(1).
            """)

    @OptionGroup var connection: SocketOptions
    @Option(help: ArgumentHelp("Write Prometheus's text format into this file instead.", valueName: "file"), completion: .file())
    var textfile: String?

    mutating func run() async throws {
        let session = Session(connection)
        var text = try await Self.metrics(session.client, as: textfile == nil ? .openMetrics : .prometheus)
        if let textfile {
            try ReplacedFile(textfile).write { text.next() }
            return
        }
        try await session.print { output in
            // A part ends with a line.
            while let part = text.next() { try output.lines(PrintableText.lines(of: String(decoding: part.dropLast(), as: UTF8.self))) }
        }
    }

    /// What the daemon knows now.
    static func metrics(_ client: WabaWatch, as format: MetricsFormat) async throws -> MetricsText {
        var figures: DaemonFigures?
        for try await reply in client.replies(MetricsInterface.gather, [:]) {
            let part = try DaemonFigures(json: reply)
            if figures == nil { figures = part } else { figures?.add(part) }
        }
        guard let figures else { throw Failure("the daemon tells no figures") }
        var state = MetricsState()
        for try await thing in client.list(MetricsState.filter(perNumber: figures.perNumber)) { state.take(thing) }
        return MetricsText(figures, state, as: format)
    }
}
