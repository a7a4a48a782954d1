internal import CSystemd
internal import Glibc

/// Tells the service manager how the service is: sd_notify(3) with its words spelled out.
///
/// Without a manager that listens (`$NOTIFY_SOCKET` is not set) every call does nothing. Whether a message arrived is not told, as the
/// manual advises: a service works the same with and without its manager.
public struct Notifier: Sendable {
    /// Carries one message, assignments separated by newlines, to the manager.
    public typealias Send = @Sendable (_ message: String) -> Void

    /// How often the manager wants to hear `watchdog()` at the latest (`WatchdogSec=`); `nil` if it does not watch. Half of it is a good period.
    public let watchdogInterval: Duration?
    private let send: Send
    private let monotonicMicroseconds: @Sendable () -> UInt64

    /// A notifier that sends by other means, and reads its monotonic clock (CLOCK_MONOTONIC, in microseconds) elsewhere: for tests.
    public init(
        watchdogInterval: Duration? = nil,
        monotonicMicroseconds: @escaping @Sendable () -> UInt64 = Notifier.systemMonotonicMicroseconds,
        send: @escaping Send
    ) {
        self.watchdogInterval = watchdogInterval
        self.monotonicMicroseconds = monotonicMicroseconds
        self.send = send
    }

    /// The manager that `$NOTIFY_SOCKET`, `$WATCHDOG_USEC` and `$WATCHDOG_PID` name, through libsystemd.
    public static var fromEnvironment: Notifier {
        var microseconds: UInt64 = 0
        let isWatched = sd_watchdog_enabled(0, &microseconds) > 0 && microseconds <= UInt64(Int64.max)
        return Notifier(watchdogInterval: isWatched ? .microseconds(Int64(microseconds)) : nil) { _ = sd_notify(0, $0) }
    }

    /// Start-up, or a reload, is done.
    public func ready() { send("READY=1") }

    /// One line for `systemctl status`. Line breaks and other control characters become spaces, since a line break would begin another message.
    public func status(_ text: String) { send("STATUS=" + Notifier.oneLine(text)) }

    /// Start-up is done, and how it stands: both arrive together.
    public func ready(status: String) { send("READY=1\nSTATUS=" + Notifier.oneLine(status)) }

    /// The service is going down on its own account or because it was told to.
    public func stopping() { send("STOPPING=1") }

    /// A reload has begun; `ready()` ends it. Carries the monotonic time that `Type=notify-reload` asks for.
    public func reloading() { send("RELOADING=1\nMONOTONIC_USEC=\(monotonicMicroseconds())") }

    /// The service is alive. Send it only after every part that must move has moved.
    public func watchdog() { send("WATCHDOG=1") }

    /// Asks for that much more time, from now, before the manager calls the start, the reload or the stop a failure.
    public func extendTimeout(_ duration: Duration) { send("EXTEND_TIMEOUT_USEC=\(max(0, duration.wholeMicroseconds))") }

    /// The process that the manager is to watch, if it is not the one it started.
    public func mainProcess(_ processID: Int32) { send("MAINPID=\(processID)") }

    /// The system's number (errno) of what the service failed on, shown by `systemctl status`.
    public func failed(errorNumber: Int32) { send("ERRNO=\(errorNumber)") }

    /// CLOCK_MONOTONIC in microseconds, the clock that systemd compares with.
    public static let systemMonotonicMicroseconds: @Sendable () -> UInt64 = {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return UInt64(now.tv_sec) * 1_000_000 + UInt64(now.tv_nsec) / 1_000
    }

    /// At most 1,024 bytes or so: a status is for a terminal's line, and the manager's socket takes no endless datagram.
    private static func oneLine(_ text: String) -> String {
        var line = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(1_024) { line.append(scalar.isControl ? " " : scalar) }
        return String(line)
    }
}

extension Duration {
    /// In microseconds, towards zero, at most what 63 bits hold.
    var wholeMicroseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        if overflow { return seconds < 0 ? .min : .max }
        return whole.addingReportingOverflow(attoseconds / 1_000_000_000_000).partialValue
    }
}
