internal import StrictJSON

/// How much of the budget is used, as the answer's header fields say. Read leniently: what cannot be read is as if it were not there.
public struct Usage: Sendable, Equatable {
    /// One counter of a header field.
    public struct Bucket: Sendable, Equatable {
        /// The account or business that the counter is for; `nil` for the app's own.
        public let id: String?
        /// `whatsapp_business_management`, `whatsapp` …; `nil` for the app's own.
        public let type: String?
        /// The largest of its counters, in percent of the budget; Meta throttles at 100.
        public let percent: Double
        /// Minutes until calls are answered again; zero while they are.
        public let minutesToRegain: Double
    }

    /// Every counter, in the order of its header fields; at most 64.
    public let buckets: [Bucket]
    /// The largest percentage of all.
    public let percent: Double
    /// The most minutes until calls are answered again.
    public let minutesToRegain: Double

    /// The usage of some counters.
    public init(_ buckets: [Bucket]) {
        self.buckets = Array(buckets.prefix(64))
        percent = self.buckets.map(\.percent).max() ?? 0
        minutesToRegain = self.buckets.map(\.minutesToRegain).max() ?? 0
    }

    /// The usage that an answer tells; `nil` if it tells none.
    public init?(_ response: HTTPResponse) {
        let business = response.values(of: "x-business-use-case-usage").flatMap(Self.businessBuckets)
        let app = response.values(of: "x-app-usage").compactMap(Self.object).flatMap { Self.bucket($0, id: nil) }
        guard !(business + app).isEmpty else { return nil }
        self.init(business + app)
    }

    /// How long calls will be refused; `nil` while they are answered.
    public var regainAfter: Duration? { minutesToRegain > 0 ? .seconds(Int64((minutesToRegain * 60).rounded(.up))) : nil }

    private static func businessBuckets(_ text: String) -> [Bucket] {
        (object(text) ?? [:]).flatMap { member -> [Bucket] in
            let counters = member.value.array ?? [member.value]
            return counters.compactMap(\.object).flatMap { bucket($0, id: member.name) }
        }
    }

    private static func object(_ text: String) -> JSONObject? {
        (try? JSONValue(parsing: text, limits: JSONLimits(bytes: 64 << 10, depth: 8, values: 4096)))?.object
    }

    private static func bucket(_ object: JSONObject, id: String?) -> [Bucket] {
        let counters = ["call_count", "total_cputime", "total_time"].compactMap { number(object[$0]) }
        let minutes = number(object["estimated_time_to_regain_access"])
        guard let percent = counters.max() ?? (minutes == nil ? nil : 0) else { return [] }
        return [Bucket(id: id, type: object["type"]?.string, percent: percent, minutesToRegain: min(minutes ?? 0, 7 * 24 * 60))]
    }

    /// A number, or one in quotes. Nothing below zero, nothing without bound.
    private static func number(_ value: JSONValue?) -> Double? {
        guard let number = value?.double ?? value?.string.flatMap(Double.init), number.isFinite, number >= 0 else { return nil }
        return min(number, 1_000_000)
    }
}
