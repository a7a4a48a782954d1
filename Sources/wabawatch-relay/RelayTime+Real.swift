import Dispatch
import Relaying

extension RelayTime {
    /// The machine's own clocks.
    static var real: RelayTime {
        RelayTime(
            now: { .nanoseconds(Int64(DispatchTime.now().uptimeNanoseconds)) }, sleep: { try await Task.sleep(for: $0, clock: .continuous) }
        )
    }
}
