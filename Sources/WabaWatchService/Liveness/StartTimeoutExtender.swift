import Dispatch
import Systemd
import Watching

/// Asks the manager for more time while something that cannot be hurried goes on, and says in the status what it is.
struct StartTimeoutExtender: Sendable {
    let notifier: Notifier
    /// How often time is asked for, each time for three times as long.
    var every = Duration.seconds(10)
    /// After that many times it asks for no more: the manager may end it.
    var times = 360

    /// Does something.
    func during<Value>(_ what: String, _ body: () throws -> Value) rethrows -> Value {
        let timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "wabawatch.start-timeout"))
        let interval = DispatchTimeInterval.milliseconds(Int(every.milliseconds))
        var left = times
        timer.schedule(deadline: .now() + interval, repeating: interval)
        timer.setEventHandler {
            left -= 1
            if left == 0 { timer.cancel() }
            notifier.extendTimeout(every * 3)
            notifier.status("\(what) (for \((every * (times - left)).components.seconds) s)")
        }
        timer.activate()
        defer { timer.cancel() }
        return try body()
    }
}
