import Announcing
import Ledger
import Logging
import Synchronization
import Varlink
import Watching

extension Daemon {
    /// What each part is asked, and does, for a sign of life.
    func signsOfLife(within interval: Duration) -> [(part: Liveness.Part, ask: WatchdogService.Ask)] {
        let seen = Mutex(ledger.work)
        var parts: [(part: Liveness.Part, ask: WatchdogService.Ask)] = [
            // Work that was due a whole interval ago and is not begun is a schedule that stands still.
            (.schedule, { [watcher, world] in world.now() - (await watcher.keptPace()) < interval }),
            // That it cannot be written to now is an answer; what is done about it is not the watchdog's.
            (
                .ledger,
                { [ledger] in
                    try? await ledger.beat()
                    return true
                }
            ),
            // In the midst of a long transaction nobody is answered, but it goes on.
            (
                .ledger,
                { [ledger] in
                    seen.withLock { seen in
                        defer { seen = ledger.work }
                        return seen != ledger.work
                    }
                }
            ),
            (
                .announcer,
                { [announcer] in
                    await announcer.beat()
                    return true
                }
            ),
        ]
        if let path = listening.file {
            parts.append((.socket, ask(SocketProbe(path: path, timeout: interval / 3))))
        } else {
            log.warning("the daemon does not know its own socket and cannot watch it")
        }
        return parts
    }

    private func ask(_ probe: SocketProbe) -> WatchdogService.Ask {
        let complained = Complained()
        return { [log] in
            switch await probe.ask() {
            case .alive: return true
            case .silent: return false
            case .cannotAsk(let number):
                if complained.now() {
                    log.warning("the daemon cannot ask its own socket", metadata: ["socket": "\(probe.path)", "errno": "\(number)"])
                }
                return true
            }
        }
    }
}

/// Whether something has been said already.
private final class Complained: Sendable {
    private let flag = Atomic(false)

    /// Says it: true for the first caller.
    func now() -> Bool { !flag.exchange(true, ordering: .relaxed) }
}
