import Alarms
import Printing
import StrictJSON
import WabaWatchInterface
import WhatsAppBusiness

/// How a thing stands, for a person at two in the morning and for a monitoring check.
enum Health: Int, Comparable {
    case good, warning, critical

    static func < (left: Health, right: Health) -> Bool { left.rawValue < right.rawValue }

    /// The exit status of `status`.
    var exitCode: Int32 { [0, 2, 3][rawValue] }

    var style: Style {
        switch self {
        case .good: .good
        case .warning: .warning
        case .critical: .critical
        }
    }
}

extension Health {
    /// A severity of its own is what is worse than a note.
    init(_ severity: Severity) {
        switch severity {
        case .critical: self = .critical
        case .warning: self = .warning
        case .notice, .info: self = .good
        }
    }

    /// Accounts, phone numbers, watches, and alarms that nobody has muted; everything else is well.
    init(_ resource: Resource) {
        let document = resource.document
        switch resource.kind.known {
        case let kind? where kind == .account || kind == .phoneNumber: self.init(StateScale.severity(of: kind, document))
        case .watch: self = document["state"]?.string.map { Self(OpenEnum<WatchState>(rawValue: $0)) } ?? .good
        case .alarm:
            let severity = document["severity"]?.string.map { OpenEnum<Severity>(rawValue: $0).level } ?? .warning
            self = document["muted"]?.object == nil ? Self(severity) : .good
        default: self = .good
        }
    }

    /// What has not begun yet, or is in a state that only a later release knows, is not known to be well.
    init(_ state: OpenEnum<WatchState>) {
        switch state.known {
        case .current: self = .good
        case let known?: self = max(.warning, Self(known.severity))
        case nil: self = .warning
        }
    }

    /// Of an account's status; or of its review, where it shows no status.
    init(accountState state: String?) {
        self.init(max(StateScale.accountStatus.severity(of: state), StateScale.accountReview.severity(of: state)))
    }

    /// Of a phone number's status.
    init(status: String?) { self.init(StateScale.numberStatus.severity(of: status)) }

    init(rating: String?) { self.init(StateScale.quality.severity(of: rating)) }

    init(canSend: String?) { self.init(StateScale.messaging.severity(of: canSend)) }

    static func canSend(_ document: JSONObject) -> String? { document["health_status"]?["can_send_message"]?.string }

    static func accountState(_ document: JSONObject) -> String? {
        document["status"]?.string ?? document["account_review_status"]?.string
    }
}
