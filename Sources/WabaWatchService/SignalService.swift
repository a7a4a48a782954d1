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

    func run() async throws {
        for await signal in signals.cancelOnGracefulShutdown() {
            switch signal {
            case .sighup:
                notifier.reloading()
                await reloader.reload()
                await line.tellReady()
            case .sigusr1: await dump.write()
            default: break
            }
        }
    }
}
