import Foundation

/// The real `wabawatch-notify` as a process of its own.
final class NotifierProcess: MeasuredProcess {
    let id: Int32
    private let log: String
    private var ended = false

    /// Starts it, and returns when it is ready.
    /// - Parameters:
    ///   - routes: what its configuration says of them.
    ///   - socket: the daemon's socket.
    init(routes: String, reading socket: String, in folder: TemporaryFolder) throws {
        log = folder.path("notifier.log")
        let config = folder.path("notify.yaml")
        try Data("routes:\n\(routes)".utf8).write(to: URL(fileURLWithPath: config))
        id = try Self.start(
            try Self.program("wabawatch-notify"),
            ["--config", config, "--socket", socket, "--state-directory", folder.path("")], [:], log: log,
            notify: folder.path("notify-notifier"))
    }

    deinit { stop() }

    /// The end of what it logged.
    var lastWords: String { String(((try? String(contentsOfFile: log, encoding: .utf8)) ?? "").suffix(4000)) }

    /// SIGKILL, for a destination that hangs would be waited for; and waits for its end.
    func stop() {
        guard !ended else { return }
        ended = true
        kill(id, SIGKILL)
        waitpid(id, nil, 0)
    }
}
