import Logging
import ServiceLifecycle
import Systemd
import Watching

/// Keeps the manager's watchdog from biting for as long as every part of the daemon moves: each is asked again and again for a sign of life, which it
/// can only give by doing a piece of its own work.
struct WatchdogService: Service {
    /// Asks one part; returns whether it has given a sign of life. One that hangs does not return.
    typealias Ask = @Sendable () async -> Bool

    let interval: Duration
    /// The parts and how they are asked; a part may be asked in several ways, and each answer is a sign.
    let parts: [(part: Liveness.Part, ask: Ask)]
    let notifier: Notifier
    let log: Logger
    let now: @Sendable () -> Moment
    let pause: @Sendable (Duration) async throws -> Void

    /// Each part is asked three times in the time that the manager waits.
    private var period: Duration { interval / 3 }

    func run() async throws {
        await cancelWhenGracefulShutdown { await watch() }
    }

    func watch() async {
        let (events, continuation) = AsyncStream.makeStream(of: Liveness.Event.self)
        var liveness = Liveness(of: Set(parts.map(\.part)), timeout: interval / 2, since: now())
        await withDiscardingTaskGroup { group in
            for (part, ask) in parts {
                group.addTask {
                    while !Task.isCancelled {
                        if await ask() { continuation.yield(.sign(part, at: now())) }
                        do { try await pause(period) } catch { return }
                    }
                }
            }
            group.addTask {
                while !Task.isCancelled {
                    do { try await pause(period) } catch { return }
                    continuation.yield(.look(at: now()))
                }
            }
            for await event in events { for action in liveness.on(event) { carryOut(action) } }
            group.cancelAll()
        }
    }

    private func carryOut(_ action: Liveness.Action) {
        switch action {
        case .tell: notifier.watchdog()
        case .complain(let part, let silence):
            log.critical(
                "a part of the daemon gives no sign of life", metadata: ["part": "\(part)", "seconds": "\(silence.components.seconds)"])
        case .recovered(let part, let silence):
            log.notice("a part of the daemon moves again", metadata: ["part": "\(part)", "seconds": "\(silence.components.seconds)"])
        }
    }
}
