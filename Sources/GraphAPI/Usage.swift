internal import StrictJSON

/// How much of an account's budget is used, as the answer's header fields say. Read leniently: what cannot be read is as if it were not there.
///
/// The fields tell of every budget that the app has to do with: other accounts', other products'. Those are nobody's business here.
public struct Usage: Sendable, Equatable {
    /// What calls are made for; Meta counts each against a budget of its own
    /// (https://developers.facebook.com/docs/graph-api/overview/rate-limiting).
    public enum Purpose: String, Sendable, CaseIterable {
        /// To poll at things and to manage them.
        case management = "whatsapp_business_management"
        /// To send messages.
        case messaging = "whatsapp"
    }

    /// One counter of a header field.
    public struct Bucket: Sendable, Equatable {
        /// The account that the counter is for; `nil` for the app's own.
        public let id: String?
        /// `whatsapp_business_management`, `whatsapp` …; `nil` for the app's own.
        public let type: String?
        /// The largest of its counters, in percent of the budget; Meta throttles at 100.
        public let percent: Double
        /// Minutes until calls are answered again; zero while they are.
        public let minutesToRegain: Double
        /// The counter of calls alone, in percent; `nil` where it does not tell.
        public let calls: Double?

        init(id: String?, type: String?, percent: Double, minutesToRegain: Double, calls: Double? = nil) {
            self.id = id
            self.type = type
            self.percent = percent
            self.minutesToRegain = minutesToRegain
            self.calls = calls
        }
    }

    /// The counters of this budget, in the order of its header fields; at most 64.
    public let buckets: [Bucket]
    /// The largest percentage of all.
    public let percent: Double
    /// The most minutes until calls are answered again.
    public let minutesToRegain: Double

    /// The largest percentage of calls alone; `nil` where none is told.
    public var callPercent: Double? { buckets.compactMap(\.calls).max() }

    /// The usage of some counters.
    public init(_ buckets: [Bucket]) {
        self.buckets = Array(buckets.prefix(64))
        percent = self.buckets.map(\.percent).max() ?? 0
        minutesToRegain = self.buckets.map(\.minutesToRegain).max() ?? 0
    }

    /// What an answer tells of an account's budget for a purpose; `nil` if it tells nothing of it. The app's own counter stands in only where the
    /// answer has no entry of the account for any purpose of ours.
    public init?(_ response: HTTPResponse, of account: String, for purpose: Purpose = .management) {
        let own = response.values(of: "x-business-use-case-usage").flatMap { Self.entries($0, of: account) }
        let ours = own.filter { entry in entry["type"]?.string.flatMap(Purpose.init(rawValue:)) != nil }
        let buckets: [Bucket]
        if ours.isEmpty {
            buckets = response.values(of: "x-app-usage").compactMap(Self.object).flatMap { Self.bucket($0, id: nil) }
        } else {
            buckets = ours.filter { $0["type"]?.string == purpose.rawValue }.flatMap { Self.bucket($0, id: account) }
        }
        guard !buckets.isEmpty else { return nil }
        self.init(buckets)
    }

    /// How long calls will be refused; `nil` while they are answered.
    public var regainAfter: Duration? { minutesToRegain > 0 ? .seconds(Int64((minutesToRegain * 60).rounded(.up))) : nil }

    /// The entries under an account's key: usually an array of them, one a type, the same type perhaps twice.
    private static func entries(_ text: String, of account: String) -> [JSONObject] {
        guard let value = object(text)?[account] else { return [] }
        return (value.array ?? [value]).compactMap(\.object)
    }

    private static func object(_ text: String) -> JSONObject? {
        let limits = JSONLimits(bytes: 64 << 10, depth: 8, values: 4096)
        return (try? JSONValue(parsing: text, limits: limits, surrogates: .replaced))?.object
    }

    private static func bucket(_ object: JSONObject, id: String?) -> [Bucket] {
        let counters = ["call_count", "total_cputime", "total_time"].compactMap { number(object[$0]) }
        let minutes = number(object["estimated_time_to_regain_access"])
        guard let percent = counters.max() ?? (minutes == nil ? nil : 0) else { return [] }
        return [
            Bucket(
                id: id, type: object["type"]?.string, percent: percent, minutesToRegain: min(minutes ?? 0, 7 * 24 * 60),
                calls: number(object["call_count"]))
        ]
    }

    /// A number, or one in quotes. Nothing below zero, nothing without bound.
    private static func number(_ value: JSONValue?) -> Double? {
        guard let number = value?.double ?? value?.string.flatMap(Double.init), number.isFinite, number >= 0 else { return nil }
        return min(number, 1_000_000)
    }
}
