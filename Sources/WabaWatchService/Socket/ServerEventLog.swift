import Logging
import ServiceLifecycle
import Synchronization
import Varlink

/// Tells the log what peers do wrong and what they are not given, a bounded number of lines a minute.
final class ServerEventLog: Service {
    private let tally = Mutex(ServerEventTally())
    private let log: Logger
    private let pause: @Sendable (Duration) async throws -> Void

    /// - Parameter pause: waits; a minute is over afterwards.
    init(log: Logger, pause: @escaping @Sendable (Duration) async throws -> Void) { (self.log, self.pause) = (log, pause) }

    /// Something happened. Called from any thread.
    func tell(_ event: ServerEvent) {
        if let line = tally.withLock({ $0.on(event) }) { write(line) }
    }

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                try await self.pause(.seconds(60))
                self.sum()
            }
        }
        sum()
    }

    private func sum() { for line in tally.withLock({ $0.minute() }) { write(line) } }

    private func write(_ line: ServerEventTally.Line) {
        log.log(level: line.level, "\(line.message)", metadata: line.metadata.mapValues { .string($0) })
    }
}
