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
    /// Accounts, phone numbers and watches; everything else is well.
    init(_ resource: Resource) {
        let document = resource.document
        switch resource.kind.known {
        case .account, .phoneNumber:
            self = max(Self(status: document["status"]?.string), Self(canSend: Self.canSend(document)))
            if resource.kind == .phoneNumber { self = max(self, Self(rating: document["quality_rating"]?.string)) }
        case .watch: self = document["state"]?.string.map { Self(OpenEnum<WatchState>(rawValue: $0)) } ?? .good
        default: self = .good
        }
    }

    /// A refused token is the worst that can happen to a watch.
    init(_ state: OpenEnum<WatchState>) {
        switch state.known {
        case .current: self = .good
        case .unauthorized: self = .critical
        default: self = .warning
        }
    }

    init(status: String?) {
        switch status?.uppercased() {
        case "BANNED", "DISCONNECTED", "DELETED", "RESTRICTED", "DISABLED": self = .critical
        case "FLAGGED", "RATE_LIMITED": self = .warning
        default: self = .good
        }
    }

    init(rating: String?) {
        switch rating?.uppercased() {
        case "YELLOW", "RED": self = .warning
        default: self = .good
        }
    }

    init(canSend: String?) {
        switch canSend?.uppercased() {
        case "BLOCKED": self = .critical
        case "LIMITED": self = .warning
        default: self = .good
        }
    }

    static func canSend(_ document: JSONObject) -> String? { document["health_status"]?["can_send_message"]?.string }
}
