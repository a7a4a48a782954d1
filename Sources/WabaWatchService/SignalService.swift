import ServiceLifecycle
import Systemd
import UnixSignals

/// SIGHUP reloads, SIGUSR1 has the status written down.
struct SignalService: Service {
    let signals: UnixSignalsSequence
    let notifier: Notifier
    let reloader: Reloader
    let line: StatusLine
    let dump: StatusDump
    /// Where those wait who want to know what became of a reload.
    let replies: String?

    func run() async throws {
        for await signal in signals.cancelOnGracefulShutdown() {
            switch signal {
            case .sighup:
                let reply = replies.flatMap { ReloadReply(in: $0) }
                notifier.reloading()
                // The end of the daemon does not wait for what hangs in a reload.
                let refusal = await cancelWhenGracefulShutdown { await reloader.reload() }
                await line.tellReady()
                reply?.tell(refusal: refusal)
            case .sigusr1: await dump.write()
            default: break
            }
        }
    }
}
