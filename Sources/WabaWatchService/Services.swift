import Changes
import Ledger
import ServiceLifecycle
import Systemd
import Varlink
import Watching
import WhatsAppBusiness

/// Runs something until the shutdown cancels it; that it was cancelled is no failure.
private func untilShutdown(_ body: @Sendable @escaping () async throws -> Void) async throws {
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

/// Announces until the shutdown, and then what is left.
struct AnnouncerService: Service {
    let announcer: Announcer

    func run() async throws {
        try await untilShutdown { try await announcer.run() }
        try await announcer.drain()
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

/// Keeps systemd's STATUS line true.
struct StatusService: Service {
    let line: StatusLine
    let pause: @Sendable (Duration) async throws -> Void

    func run() async throws {
        await withGracefulShutdownHandler {
            await cancelWhenGracefulShutdown {
                var position: Int64 = -1
                while !Task.isCancelled {
                    await line.ledger.waitForChange(after: position)
                    position = line.ledger.cursor.sequence
                    await line.tell()
                    // Many changes at once are one line.
                    do { try await pause(.seconds(1)) } catch { return }
                }
            }
        } onGracefulShutdown: {
            line.notifier.stopping()
        }
    }
}

/// systemd's STATUS line: accounts, numbers, watches that are not current, the last change, and whether changes can be recorded.
struct StatusLine: Sendable {
    let notifier: Notifier
    let watcher: Watcher
    let ledger: Ledger

    func tell() async {
        let watches = await watcher.report().watches
        let accounts = Set(watches.map(\.unit.account)).count
        let numbers = Set(watches.compactMap(\.unit.phoneNumberID)).count
        let troubled = watches.filter { $0.watch.state != .current && $0.watch.state != .starting }
        let trouble = troubled.isEmpty ? "all watches current" : "\(troubled.count) of \(watches.count) watches not current"
        let recording = ledger.trouble.map { "not recording: \($0.cause); " } ?? ""
        notifier.status(
            "\(recording)\(accounts) account\(accounts == 1 ? "" : "s"), \(numbers) number\(numbers == 1 ? "" : "s"), \(trouble), at change \(ledger.cursor.sequence)"
        )
    }
}
