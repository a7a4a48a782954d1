import AlarmKeeping
import Announcing
import Clustering
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

/// Ends the watching of accounts whose relay is not heard any more, until the shutdown.
struct HoldingService: Service {
    let cluster: ClusterService
    let pause: @Sendable (Duration) async throws -> Void

    func run() async { await cancelWhenGracefulShutdown { await cluster.run(pause: pause) } }
}

/// Keeps alarms until the shutdown.
struct AlarmKeeperService: Service {
    let keeper: AlarmKeeper

    func run() async { await cancelWhenGracefulShutdown { await keeper.run() } }
}

/// Announces until the shutdown, and then what is left, as far as time and the journal allow.
struct AnnouncerService: Service {
    let announcer: Announcer

    func run() async throws {
        try await untilShutdown { try await announcer.run() }
        if let refusal = try await drain() {
            announcer.log.warning("what is not announced yet waits for the next start", metadata: ["error": "\(refusal)"])
        }
    }

    /// How long the end of the daemon may take for what is not announced yet.
    static let timeout = Duration.seconds(2)

    /// Announces what is left; returns why some of it was not.
    private func drain() async throws -> (any Error)? {
        try await withThrowingTaskGroup(of: (any Error)?.self) { group in
            group.addTask {
                do { return try await announcer.drain(within: Self.timeout) } catch let error as LedgerError where error.code == .cancelled
                {
                    return error
                }
            }
            // One entry alone can take longer.
            group.addTask {
                try await announcer.pause(Self.timeout)
                return SystemdError(.journalStalled, "the journal does not take what it is sent in time")
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
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
