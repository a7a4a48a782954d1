/// The families of metrics that wabawatch exposes, in the order in which they are written. Names, types and labels are fixed: rules and dashboards use them.
/// <https://prometheus.io/docs/practices/naming/>
public enum MetricsFamily: String, Sendable, CaseIterable {
    case alarms = "wabawatch_alarms"
    case lastSuccess = "wabawatch_last_success_timestamp_seconds"
    case apiRequests = "wabawatch_api_requests_total"
    case budgetCalls = "wabawatch_api_budget_calls"
    case budgetUsed = "wabawatch_api_budget_used"
    case changes = "wabawatch_changes_total"
    case webhooks = "wabawatch_webhooks_total"
    case subscribers = "wabawatch_subscribers"
    case ledgerBytes = "wabawatch_ledger_bytes"
    case numberInfo = "wabawatch_phone_number_info"
    case numberQuality = "wabawatch_phone_number_quality"
    case numberStatus = "wabawatch_phone_number_status"
    case numberLimit = "wabawatch_phone_number_messaging_limit"

    /// What a family's samples are.
    public enum Form: Sendable {
        /// It only grows while the daemon runs.
        case counter
        /// It goes up and down. A state set is one too: OpenMetrics' own type for it would name the label after the family.
        case gauge
        /// Always 1; what there is to say stands in the labels.
        case info
    }

    /// What its samples are.
    public var form: Form {
        switch self {
        case .apiRequests, .changes, .webhooks: .counter
        case .numberInfo: .info
        default: .gauge
        }
    }

    /// The unit that its name tells, if there is one.
    public var unit: String? {
        switch self {
        case .lastSuccess: "seconds"
        case .ledgerBytes: "bytes"
        default: nil
        }
    }

    /// Whether there are samples of every phone number.
    public var isOfNumbers: Bool {
        switch self {
        case .numberInfo, .numberQuality, .numberStatus, .numberLimit: true
        default: false
        }
    }

    /// One sentence, without a backslash or a line break.
    public var help: String {
        switch self {
        case .alarms: "Alarms that are on and not muted."
        case .lastSuccess: "When the kind was last polled with success, at the thing where that is longest ago."
        case .apiRequests: "Requests to Meta since the daemon began, by what came of them."
        case .budgetCalls: "Requests to Meta that the budget allows within an hour."
        case .budgetUsed: "Requests to Meta within the last hour."
        case .changes: "Changes recorded since the daemon began."
        case .webhooks: "Reports in webhooks since the daemon began, and webhooks that were refused, by what became of them."
        case .subscribers: "Subscribers on the daemon's socket."
        case .ledgerBytes: "Size of the ledger's files."
        case .numberInfo: "A phone number as people know it."
        case .numberQuality: "Quality rating of a phone number: 1 at the rating that it has, 0 at the others."
        case .numberStatus: "Status of a phone number: 1 at the status that it has, 0 at the others."
        case .numberLimit: "Users that may be written to first within 24 hours; +Inf where there is no limit."
        }
    }

    /// The family's own name in OpenMetrics, which leaves out what its samples' names add.
    var openMetricsName: Substring {
        switch form {
        case .counter: rawValue.dropLast("_total".count)
        case .info: rawValue.dropLast("_info".count)
        case .gauge: rawValue[...]
        }
    }
}
