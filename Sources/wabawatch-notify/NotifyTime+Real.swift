import FoundationEssentials
import NotificationDelivery
import WhatsAppBusiness

extension NotifyTime {
    /// The machine's own clocks.
    static var real: NotifyTime {
        let start = ContinuousClock.now
        return NotifyTime(
            running: { ContinuousClock.now - start }, wall: { Timestamp(Date()) },
            sleep: { try await Task.sleep(for: $0, clock: .continuous) })
    }
}
