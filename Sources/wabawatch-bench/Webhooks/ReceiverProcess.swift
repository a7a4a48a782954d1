import Foundation

/// The real `wabawatch-webhook` as a process of its own, at a TCP port and at a Unix socket.
final class ReceiverProcess: MeasuredProcess {
    let id: Int32
    /// Its port of the loopback.
    let port: UInt16
    /// Its Unix socket, as a reverse proxy on the same host uses one.
    let path: String
    private let log: String
    private var ended = false

    /// The token that a verification of the callback brings.
    static let verifyToken = "bench-verify-token"

    /// Starts it, and returns when it is ready.
    /// - Parameters:
    ///   - program: where it lies; beside this program if not told.
    ///   - socket: the daemon's socket.
    init(_ program: String? = nil, reportingTo socket: String, in folder: TemporaryFolder) throws {
        port = try Connection.freePort()
        path = folder.path("webhooks")
        log = folder.path("receiver.log")
        let token = folder.path("verify-token")
        try Data(Self.verifyToken.utf8).write(to: URL(fileURLWithPath: token))
        // A build with a sanitizer takes its options from there.
        let sanitizer = ProcessInfo.processInfo.environment["ASAN_OPTIONS"].map { ["ASAN_OPTIONS": $0] } ?? [:]
        id = try Self.start(
            try program ?? Self.program("wabawatch-webhook"),
            ["--listen", "127.0.0.1:\(port)", "--listen", "unix:\(path)", "--socket", socket, "--verify-token-file", token], sanitizer,
            log: log, notify: folder.path("notify-receiver"))
    }

    deinit { stop() }

    /// The end of what it logged.
    var lastWords: String { String(((try? String(contentsOfFile: log, encoding: .utf8)) ?? "").suffix(4000)) }

    /// SIGTERM, and waits for its end.
    func stop() {
        guard !ended else { return }
        ended = true
        kill(id, SIGTERM)
        waitpid(id, nil, 0)
    }
}
