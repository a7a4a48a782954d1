import Alarms
import StrictJSON
import WabaWatchInterface
import WhatsAppBusiness

extension Severity {
    /// What somebody who asks for a severity is shown of how a thing stands.
    init(_ health: Health) {
        switch health {
        case .critical: self = .critical
        case .warning: self = .warning
        case .good: self = .info
        }
    }

    /// How urgent it is how a thing is now: an alarm as it is, muted or not; accounts, numbers and watches as `status` has them, templates by their status and
    /// quality. What has no such state is `info`, and a state that nobody knows is `notice`.
    init(of resource: Resource) {
        let document = resource.document
        func state(_ scale: StateScale) -> Severity { document["status"]?.string.map { scale.severity(of: $0) } ?? .info }
        let own: Severity =
            switch resource.kind.known {
            case .alarm: document["severity"]?.string.map { OpenEnum<Severity>(rawValue: $0).level } ?? .warning
            case .account: state(.accountStatus)
            case .phoneNumber: state(.numberStatus)
            case .messageTemplate: max(state(.templateStatus), Severity(Health(rating: document["quality_score"]?["score"]?.string)))
            default: .info
            }
        self = max(own, Severity(Health(resource)))
    }
}
