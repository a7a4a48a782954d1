import Foundation

/// The real `wabawatch-metrics` as a process of its own, at a Unix socket.
final class ExporterProcess: MeasuredProcess {
    let id: Int32
    private let path: String
    private let log: String
    private var ended = false

    /// Starts it, and returns when it is ready.
    /// - Parameter socket: the daemon's socket.
    init(following socket: String, in folder: TemporaryFolder) throws {
        path = folder.path("metrics")
        log = folder.path("exporter.log")
        id = try Self.start(
            try Self.program("wabawatch-metrics"), ["--listen", "unix:\(path)", "--socket", socket], [:], log: log,
            notify: folder.path("notify-exporter"))
    }

    deinit { stop() }

    /// Scrapes once, on a connection of its own: the answer's bytes.
    /// - Parameter accept: the format that is asked for.
    func scrape(accept: String = "application/openmetrics-text;version=1.0.0") throws -> [UInt8] {
        guard let connection = Connection(path: path) else { throw Failure("the exporter does not listen") }
        try connection.send(Array("GET /metrics HTTP/1.1\r\nHost: a\r\nAccept: \(accept)\r\nConnection: close\r\n\r\n".utf8))
        let answer = connection.rest()
        guard answer.starts(with: "HTTP/1.1 200 ".utf8), answer.suffix(7).elementsEqual("\r\n0\r\n\r\n".utf8) else {
            throw Failure(
                "a scrape was answered by \(String(decoding: answer.prefix(300), as: UTF8.self)); the exporter said: \(lastWords)")
        }
        return answer
    }

    /// The end of what it logged.
    var lastWords: String { String(((try? String(contentsOfFile: log, encoding: .utf8)) ?? "").suffix(2000)) }

    /// SIGTERM, and waits for its end.
    func stop() {
        guard !ended else { return }
        ended = true
        kill(id, SIGTERM)
        waitpid(id, nil, 0)
    }
}
