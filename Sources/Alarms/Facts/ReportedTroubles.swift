public import StrictJSON
public import WhatsAppBusiness

/// What webhooks have reported of an account that is not over: restrictions, a violation, a ban; of the account itself and of its numbers.
///
/// A later report of the same takes the place of an earlier one, or ends it; an answer of Meta's that shows the thing to be well ends all of it. What has an
/// end is over then, what has none after `memory`: no answer may ever say that a violation is over.
public struct ReportedTroubles: Sendable, Equatable {
    /// One such trouble, by what it is told apart by: `restricted by RESTRICTED_UTILITY_TEMPLATES`.
    public struct Trouble: Sendable, Equatable {
        /// What it is, behind "the account is".
        public var what: String
        /// When it is over.
        public var until: Timestamp
        /// Whether Meta said so.
        public var hasEnd: Bool
    }

    /// What is known of the account itself or of one number.
    private struct Part: Sendable, Equatable {
        var restrictions: [Trouble] = []
        var violation: Trouble?
        var ban: Trouble?

        var all: [Trouble] { [ban, violation].compactMap(\.self) + restrictions }
    }

    /// By the number's id; the account itself by the empty one.
    private var parts: [String: Part] = [:]

    /// How long something without an end is told of.
    public static let memory = Duration.seconds(7 * 86_400)
    /// How far back reports are read: most restrictions end within a month.
    public static let longestMemory = Duration.seconds(35 * 86_400)
    /// Numbers of which something is kept, and restrictions of each.
    private static let mostNumbers = 100
    private static let mostRestrictions = 16

    /// Nothing was reported.
    public init() {}

    /// Takes a report: its document, as it is recorded, the number that it is about, and when it was recorded.
    public mutating func take(_ document: JSONObject?, number: String?, at now: Timestamp) {
        guard let value = document?["value"]?.object else { return }
        let key = number ?? ""
        switch document?["field"]?.string {
        case "account_update": take(AccountUpdate(checked: value), key, now)
        case "account_review_update" where AccountReviewUpdate(checked: value).decision == .approved: parts[key] = nil
        default: break
        }
        if parts[key]?.all.isEmpty == true { parts[key] = nil }
    }

    private mutating func take(_ update: AccountUpdate, _ key: String, _ now: Timestamp) {
        guard parts[key] != nil || parts.count < Self.mostNumbers else { return }
        func trouble(_ what: String, until end: Timestamp? = nil) -> Trouble {
            Trouble(what: what, until: end ?? now.advanced(by: Self.memory), hasEnd: end != nil)
        }
        switch update.event?.known {
        case .accountRestriction:
            let restrictions = (update.restrictions ?? []).prefix(Self.mostRestrictions).map { restriction in
                trouble("restricted by \(restriction.restrictionType.map { Words.cut($0.rawText) } ?? "Meta")", until: restriction.end)
            }
            parts[key, default: Part()].restrictions = restrictions.isEmpty ? [trouble("restricted by Meta")] : restrictions
        case .accountViolation:
            let name = update.violationInfo?.violationType.map { " against \(Words.cut($0.rawText))" } ?? ""
            parts[key, default: Part()].violation = trouble("in violation of Meta's rules\(name)")
        case .disabledUpdate:
            switch update.banInfo?.state?.known {
            case .reinstate: parts[key]?.ban = nil
            case .scheduleForDisable: parts[key, default: Part()].ban = trouble("to be disabled\(Self.day(update))")
            case .disable, nil: parts[key, default: Part()].ban = trouble("disabled\(Self.day(update))")
            }
        case .accountReconnected: parts[key] = nil
        default: break
        }
    }

    private static func day(_ update: AccountUpdate) -> String {
        update.banInfo?.date.map { " (\(update.banInfo?.day?.description ?? Words.cut($0)))" } ?? ""
    }

    /// Takes what an answer showed to have changed, of the account or of a number: where that is well again, what was reported of it is over.
    public mutating func answered(_ after: JSONObject?, number: String?) {
        let well: [(String, Set<String>)] = [("status", ["ACTIVE", "CONNECTED"]), ("account_review_status", ["APPROVED"])]
        let isWell = well.contains { member, words in after?[member]?.string.map { words.contains($0.uppercased()) } ?? false }
        let isSending = after?["health_status"]?["can_send_message"]?.string?.uppercased() == "AVAILABLE"
        if isWell || isSending { parts[number ?? ""] = nil }
    }

    /// What is not over at a moment, the account itself first, each with the number's id.
    public func current(at now: Timestamp) -> [(number: String?, trouble: Trouble)] {
        parts.sorted { $0.key < $1.key }.flatMap { key, part in
            part.all.filter { $0.until > now }.map { (key.isEmpty ? nil : key, $0) }
        }
    }
}

extension RestrictionInfo {
    /// When it ends; `nil` where it does not end by itself, or the number is no time.
    fileprivate var end: Timestamp? {
        expiration.flatMap { 0...253_402_300_799 ~= $0 ? Timestamp(milliseconds: $0 * 1000) : nil }
    }
}
