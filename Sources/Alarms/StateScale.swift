public import StrictJSON
public import WhatsAppBusiness

/// How urgent the values of one state are: the one table of it, for what is told of changes, for what `status` shows and what its exit code says, and for
/// the timeline. Values are compared without regard to case, as Meta writes them in either.
public struct StateScale: Sendable {
    private let critical: Set<String>
    private let warning: Set<String>
    private let good: Set<String>

    init(critical: Set<String> = [], warning: Set<String> = [], good: Set<String> = []) {
        (self.critical, self.warning, self.good) = (critical, warning, good)
    }

    /// How urgent it is to be in this state: `info` where it is good, `notice` where nobody knows what it means.
    public func severity(of state: String?) -> Severity {
        guard let state = state?.uppercased() else { return .notice }
        if critical.contains(state) { return .critical }
        if warning.contains(state) { return .warning }
        return good.contains(state) ? .info : .notice
    }
}

extension StateScale {
    /// `status` of an account. Meta's lists of the values of accounts and numbers: https://developers.facebook.com/docs/graph-api/reference/whats-app-business-account
    public static let accountStatus = StateScale(
        critical: ["BANNED", "DISABLED", "DISCONNECTED", "DELETED", "RESTRICTED", "SUSPENDED", "OFFBOARDED"], warning: ["FLAGGED"],
        good: ["ACTIVE"])

    /// `account_review_status` of an account.
    public static let accountReview = StateScale(critical: ["RESTRICTED"], warning: ["REJECTED"], good: ["APPROVED"])

    /// `business_verification_status` of an account.
    public static let businessVerification = StateScale(warning: ["REJECTED", "FAILED", "REVOKED", "EXPIRED"], good: ["VERIFIED"])

    /// `status` of a phone number. `MIGRATED` is of a number that has moved to another account: here it sends nothing any more. A number is
    /// `PENDING` for minutes whenever it is registered: only how long it lasts makes that a warning, which a state alone does not say.
    public static let numberStatus = StateScale(
        critical: ["BANNED", "DISABLED", "DISCONNECTED", "DELETED", "RESTRICTED", "OFFLINE", "MIGRATED", "SUSPENDED"],
        warning: ["FLAGGED", "RATE_LIMITED", "UNVERIFIED"], good: ["CONNECTED"])

    /// `name_status` and `new_name_status` of a phone number.
    public static let nameStatus = StateScale(warning: ["DECLINED", "EXPIRED"], good: ["APPROVED"])

    /// `quality_rating` and `quality_score` of numbers and templates.
    public static let quality = StateScale(warning: ["YELLOW", "RED"], good: ["GREEN"])

    /// `status` of a message template. Meta archives what is not used for long; it cannot be sent then.
    public static let templateStatus = StateScale(warning: ["REJECTED", "PAUSED", "DISABLED", "FLAGGED", "ARCHIVED"], good: ["APPROVED"])

    /// `can_send_message` of a health status, and what else is said there of whether something gets through.
    public static let messaging = StateScale(critical: ["BLOCKED"], warning: ["LIMITED"], good: ["AVAILABLE"])
}

extension StateScale {
    /// How urgent it is that an account or a phone number is as it is: its status (of an account without one, its review), its rating, and whether it can
    /// send. `info` for things of other kinds.
    /// - Parameter document: what the thing looks like, in the form that is compared.
    public static func severity(of kind: Kind, _ document: JSONObject) -> Severity {
        let canSend = messaging.severity(of: document["health_status"]?["can_send_message"]?.string)
        switch kind {
        case .account:
            let state = document["status"]?.string ?? document["account_review_status"]?.string
            return max(accountStatus.severity(of: state), accountReview.severity(of: state), canSend)
        case .phoneNumber:
            return max(
                numberStatus.severity(of: document["status"]?.string), quality.severity(of: document["quality_rating"]?.string), canSend)
        default: return .info
        }
    }
}

extension WatchState {
    /// How urgent it is that a watch is in this state: a refused token is the worst that can happen to one.
    public var severity: Severity {
        switch self {
        case .starting, .current: .info
        case .unauthorized: .critical
        default: .warning
        }
    }
}
