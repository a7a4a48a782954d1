/// What can be wrong: the names of alarms. `row` says all there is to know of one; the conditions themselves are in `AlarmRules`.
public enum AlarmName: String, Sendable, CaseIterable, Comparable {
    case numberBanned = "number_banned"
    case numberDown = "number_down"
    case numberLimited = "number_limited"
    case numberPending = "number_pending"
    case numberGone = "number_gone"
    case quality
    case health
    case accountRestricted = "account_restricted"
    case nameDeclined = "name_declined"
    case template
    case tokenRefused = "token_refused"
    case tokenExpiring = "token_expiring"
    case tokenScope = "token_scope"
    case unexpected
    case blind
    case budget
    case versionEnding = "version_ending"
    case ledger

    /// In the order of the table.
    public static func < (left: AlarmName, right: AlarmName) -> Bool { left.position < right.position }

    private var position: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// All there is to know of a name but its condition.
public struct AlarmRow: Sendable, Equatable {
    /// What alarms of one name are told apart by within an account.
    public enum Scope: Sendable, Equatable {
        /// There is one at most.
        case account
        /// One a phone number.
        case phoneNumber
        /// One a part: an entity of a health status, a member of what is expected, a watch. Some of these are of a number.
        case part
    }

    /// How long the condition holds before the alarm is told, and is absent before its end is; zero for at once.
    public let settle: Duration
    /// What its alarms are told apart by.
    public let scope: Scope
}

extension AlarmName {
    /// How long it settles, unless configured, and what its alarms are told apart by.
    public var row: AlarmRow {
        switch self {
        case .numberBanned: AlarmRow(settle: .zero, scope: .phoneNumber)
        case .numberDown: AlarmRow(settle: .seconds(120), scope: .phoneNumber)
        case .numberLimited: AlarmRow(settle: .seconds(120), scope: .phoneNumber)
        case .numberPending: AlarmRow(settle: .zero, scope: .phoneNumber)
        case .numberGone: AlarmRow(settle: .zero, scope: .phoneNumber)
        case .quality: AlarmRow(settle: .seconds(300), scope: .phoneNumber)
        case .health: AlarmRow(settle: .seconds(120), scope: .part)
        case .accountRestricted: AlarmRow(settle: .zero, scope: .account)
        case .nameDeclined: AlarmRow(settle: .zero, scope: .phoneNumber)
        case .template: AlarmRow(settle: .zero, scope: .account)
        case .tokenRefused: AlarmRow(settle: .zero, scope: .account)
        case .tokenExpiring: AlarmRow(settle: .zero, scope: .account)
        case .tokenScope: AlarmRow(settle: .zero, scope: .account)
        case .unexpected: AlarmRow(settle: .seconds(300), scope: .part)
        case .blind: AlarmRow(settle: .zero, scope: .part)
        case .budget: AlarmRow(settle: .seconds(900), scope: .account)
        case .versionEnding: AlarmRow(settle: .zero, scope: .account)
        case .ledger: AlarmRow(settle: .zero, scope: .account)
        }
    }
}
