import Glibc
import Synchronization
import Systemd
import Testing

@Suite("What the service manager is told")
struct NotifierTests {
    /// What a notifier sent, in order.
    private func sent(_ use: (Notifier) -> Void) -> [String] {
        let box = MessageBox()
        use(Notifier(monotonicMicroseconds: { 123_456 }, send: { box.append($0) }))
        return box.messages
    }

    @Test func everyWord_sent_isTheOneOfTheManual() {
        let messages = sent { notifier in
            notifier.ready()
            notifier.ready(status: "two accounts")
            notifier.status("two accounts, all current")
            notifier.reloading()
            notifier.watchdog()
            notifier.extendTimeout(.milliseconds(1_500))
            notifier.extendTimeout(.seconds(-1))
            notifier.mainProcess(42)
            notifier.failed(errorNumber: 2)
            notifier.stopping()
        }
        #expect(
            messages == [
                "READY=1", "READY=1\nSTATUS=two accounts", "STATUS=two accounts, all current", "RELOADING=1\nMONOTONIC_USEC=123456",
                "WATCHDOG=1", "EXTEND_TIMEOUT_USEC=1500000", "EXTEND_TIMEOUT_USEC=0", "MAINPID=42", "ERRNO=2", "STOPPING=1",
            ])
    }

    @Test func status_withLineBreaks_cannotSayAnythingElse() {
        #expect(sent { $0.status("fine\nMAINPID=1\r\u{7}") } == ["STATUS=fine MAINPID=1  "])
    }

    @Test func status_ofAnyLength_staysALine() {
        #expect(sent { $0.status(String(repeating: "x", count: 100_000)) }[0].utf8.count < 5_000)
    }

    @Test func environment_withASocket_isToldByDatagramsAndReadForTheWatchdog() async {
        await #expect(processExitsWith: .success) {
            let manager = try DatagramSocket()
            setenv("NOTIFY_SOCKET", manager.path, 1)
            setenv("WATCHDOG_USEC", "30000000", 1)
            setenv("WATCHDOG_PID", String(getpid()), 1)
            let notifier = Notifier.fromEnvironment
            notifier.ready(status: "up")
            notifier.reloading()
            #expect(manager.receive() == "READY=1\nSTATUS=up")
            let reload = manager.receive()
            let started = try #require(reload.split(separator: "=").last.flatMap { UInt64($0) })
            #expect(reload.hasPrefix("RELOADING=1\nMONOTONIC_USEC="))
            #expect(started <= Notifier.systemMonotonicMicroseconds() && Notifier.systemMonotonicMicroseconds() - started < 60_000_000)
            #expect(notifier.watchdogInterval == .seconds(30))
            manager.remove()
        }
    }

    @Test func environment_withoutASocketOrForAnotherProcess_doesNothing() async {
        await #expect(processExitsWith: .success) {
            unsetenv("NOTIFY_SOCKET")
            setenv("WATCHDOG_USEC", "30000000", 1)
            setenv("WATCHDOG_PID", "1", 1)
            let notifier = Notifier.fromEnvironment
            notifier.ready()
            #expect(notifier.watchdogInterval == nil)
        }
    }
}

private final class MessageBox: Sendable {
    private let storage = Mutex<[String]>([])
    var messages: [String] { storage.withLock { $0 } }
    func append(_ message: String) { storage.withLock { $0.append(message) } }
}
