import Dispatch
import Synchronization

/// An alarm over one `DispatchSourceTimer` on the monotonic clock.
public final class DispatchAlarm: Alarm {
    private let timer: Mutex<any DispatchSourceTimer>
    private let continuation: AsyncStream<Void>.Continuation
    public let rings: AsyncStream<Void>

    /// A silent alarm.
    public init() {
        let (rings, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let source = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "wabawatch.alarm"))
        source.setEventHandler { continuation.yield() }
        source.activate()
        self.rings = rings
        self.continuation = continuation
        timer = Mutex(source)
    }

    deinit {
        timer.withLock { $0.cancel() }
        continuation.finish()
    }

    public func set(_ moment: Moment?) {
        timer.withLock { timer in
            timer.schedule(deadline: moment.map { DispatchTime(uptimeNanoseconds: UInt64(max($0.nanoseconds, 1))) } ?? .distantFuture)
        }
    }

    /// The clock that the alarm goes by.
    public static func now() -> Moment { Moment(nanoseconds: Int64(DispatchTime.now().uptimeNanoseconds)) }
}
