import Ledger
import Logging
import ServiceLifecycle
import Systemd
import Varlink
import Watching

/// Runs something until the shutdown cancels it; that it was cancelled is no failure.
func untilShutdown(_ body: @Sendable @escaping () async throws -> Void) async throws {
    do {
        try await cancelWhenGracefulShutdown { try await body() }
    } catch let error as LedgerError where error.code == .cancelled {}
}

/// Watches until the shutdown.
struct WatcherService: Service {
    let watcher: Watcher

    func run() async throws {
        try await untilShutdown { try await watcher.run() }
    }
}

/// Announces until the shutdown, and then what is left, as far as time and the journal allow.
struct AnnouncerService: Service {
    let announcer: Announcer

    func run() async throws {
        try await untilShutdown { try await announcer.run() }
        if let refusal = try await announcer.drain(within: .seconds(10)) {
            announcer.log.warning("what is not announced yet waits for the next start", metadata: ["error": "\(refusal)"])
        }
    }
}

/// Serves the socket until the shutdown; says READY when it listens.
struct SocketService: Service {
    let server: VarlinkServer
    let listening: ListeningSocket
    let notifier: Notifier

    func run() async throws {
        try await withGracefulShutdownHandler {
            try await server.run(on: listening) { notifier.ready() }
        } onGracefulShutdown: {
            server.shutdown()
        }
    }
}
