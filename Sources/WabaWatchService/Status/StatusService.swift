import Ledger
import ServiceLifecycle
import Systemd

/// Keeps the manager's STATUS line true: after changes at once, and now and then for what changes without one.
struct StatusService: Service {
    let line: StatusLine
    let ledger: Ledger
    let pause: @Sendable (Duration) async throws -> Void

    func run() async throws {
        await withGracefulShutdownHandler {
            await cancelWhenGracefulShutdown {
                await withDiscardingTaskGroup { group in
                    group.addTask { await afterChanges() }
                    group.addTask { await nowAndThen() }
                }
            }
        } onGracefulShutdown: {
            line.notifier.stopping()
        }
    }

    private func afterChanges() async {
        var position: Int64 = -1
        while !Task.isCancelled {
            await ledger.waitForChange(after: position)
            position = ledger.cursor.sequence
            await line.tell()
            // Many changes at once are one line.
            do { try await pause(.seconds(1)) } catch { return }
        }
    }

    private func nowAndThen() async {
        while !Task.isCancelled {
            do { try await pause(.seconds(30)) } catch { return }
            await line.tell()
        }
    }
}
