import Alarms
import Printing
import StrictJSON
import WabaWatchInterface
import WhatsAppBusiness

/// Rating, status and messaging limit of numbers over a time: what each was, from when to when.
struct Timeline: Equatable {
    /// From one moment up to another, in milliseconds since 1970; `nil` where nothing is known, or the number was not there.
    struct Segment: Equatable {
        var from: Int64
        var to: Int64
        var value: String?
    }

    struct Track: Equatable {
        var title: String
        var measure: Measure
        var segments: [Segment]

        /// Whether it never changed, and was never bad. No messaging limit is.
        fileprivate var isQuiet: Bool {
            let values = Set(segments.compactMap(\.value))
            let isBad = values.contains { [.warning, .critical].contains(measure.style(measure.level($0))) }
            return values.count <= 1 && (measure == .limit || !isBad)
        }
    }

    struct Number: Equatable {
        var title: String
        /// When it was last seen, where it is not current.
        var asOf: Timestamp?
        var tracks: [Track]

        /// Whether it is current, and each of its states was the same and no bad one all the time.
        var isQuiet: Bool { asOf == nil && tracks.allSatisfy(\.isQuiet) }
    }

    var from: Int64
    var to: Int64
    var numbers: [Number]

    /// From the numbers as they are now and every change of numbers from `from` until now, in any order.
    /// - Parameters:
    ///   - blind: when nothing was known of them.
    ///   - freshness: which of them are current.
    init(
        from: Int64, to: Int64, resources: [Resource], changes: [Change], blind: BlindTimes = BlindTimes(),
        freshness: Freshness = Freshness()
    ) {
        self.from = from
        self.to = max(to, from + 1)
        var present: [ResourceID: JSONObject] = [:]
        var asOf: [ResourceID: Timestamp] = [:]
        for resource in resources where resource.kind == .phoneNumber {
            present[resource.resourceID] = resource.document
            asOf[resource.resourceID] = freshness.staleness(of: resource)?.asOf
        }
        // Of an account's first look there is one baseline for all its numbers; before it nothing was seen of them.
        var beginnings: [String: Timestamp] = [:]
        for change in changes where change.kind == .phoneNumber && change.operation == .baseline && change.id != change.phoneNumberID {
            beginnings[change.account] = max(beginnings[change.account] ?? change.observedAt, change.observedAt)
        }
        let changes = Dictionary(grouping: changes.filter { $0.kind == .phoneNumber && $0.id == $0.phoneNumberID }, by: \.resourceID)
        let ids = Set(present.keys).union(changes.keys).sorted { ($0.account, $0.id) < ($1.account, $1.id) }
        numbers = []
        for id in ids {
            let own = (changes[id] ?? []).sorted { $0.sequence < $1.sequence }
            let tracks = Measure.allCases.map { measure in
                let segments = segments(measure, present[id], own, beginnings[id.account])
                return Track(title: measure.rawValue, measure: measure, segments: segments.hidden(by: blind.spans(of: id.account, measure)))
            }
            numbers.append(Number(title: Self.title(id, present[id], own), asOf: asOf[id], tracks: tracks))
        }
    }

    /// Leaves out the numbers that were never so urgent in this time, by their rating and status.
    mutating func narrow(to least: Severity) {
        numbers.removeAll { number in
            !number.tracks.contains { track in track.segments.contains { track.measure.severity($0.value) >= least } }
        }
    }

    private func segments(_ measure: Measure, _ present: JSONObject?, _ changes: [Change], _ beginning: Timestamp?) -> [Segment] {
        let steps = changes.filter { change in
            switch change.operation.known {
            case .added, .removed: true
            // Of a member that is newly asked for, perhaps another.
            case .baseline: measure.value(change.after) != nil
            case .changed: measure.members.contains { change.fields.contains(JSONPointer([$0])) }
            // What a webhook tells is no part of the snapshot; the poll that sees it is.
            case .reported, nil: false
            }
        }
        var value = steps.first.map { measure.value($0.before) } ?? measure.value(present)
        var start = min(max(from, beginning?.milliseconds ?? from), to)
        var segments = start > from ? [Segment(from: from, to: start, value: nil)] : []
        for step in steps {
            let moment = min(max(step.observedAt.milliseconds, start), to)
            if moment > start { segments.append(Segment(from: start, to: moment, value: value)) }
            (start, value) = (moment, measure.value(step.after))
        }
        if start < to { segments.append(Segment(from: start, to: to, value: value)) }
        return segments
    }

    private static func title(_ id: ResourceID, _ present: JSONObject?, _ changes: [Change]) -> String {
        let documents = [present] + changes.reversed().flatMap { [$0.after, $0.before] }
        let number = documents.lazy.compactMap { $0?["display_phone_number"]?.string }.first ?? id.id
        let name = documents.lazy.compactMap { $0?["verified_name"]?.string }.first
        return "\(id.account): \(number)\(name.map { " \($0)" } ?? "")"
    }
}

/// What is drawn of a number.
enum Measure: String, CaseIterable {
    case rating, status, limit

    /// The members that hold it, the newer first.
    var members: [String] {
        switch self {
        case .rating: ["quality_rating"]
        case .status: ["status"]
        case .limit: ["whatsapp_business_manager_messaging_limit", "messaging_limit_tier"]
        }
    }

    func value(_ document: JSONObject?) -> String? { members.lazy.compactMap { document?[$0]?.string }.first }

    /// From 1, the worst, to 6, the best; `nil` where nothing is known.
    func level(_ value: String?) -> Int? {
        guard let value else { return nil }
        switch self {
        case .rating: return OpenEnum<QualityRating>(value).known.flatMap { [.green: 6, .yellow: 3, .red: 1][$0] }
        case .status: return [.good: value.uppercased() == "CONNECTED" ? 6 : 3, .warning: 3, .critical: 1][Health(status: value)]
        case .limit:
            let tiers: [MessagingLimit: Int] = [.tier250: 1, .tier1K: 2, .tier2K: 3, .tier10K: 4, .tier100K: 5, .unlimited: 6]
            return OpenEnum<MessagingLimit>(value).known.flatMap { tiers[$0] }
        }
    }

    /// How urgent a value is. A number that is not rated, and a messaging limit, are so to nobody.
    func severity(_ value: String?) -> Severity {
        guard let value else { return .info }
        switch self {
        case .rating: return Severity(Health(rating: value))
        case .status: return StateScale.numberStatus.severity(of: value)
        case .limit: return .info
        }
    }

    func style(_ level: Int?) -> Style {
        switch (self, level) {
        case (_, nil): .faint
        case (.limit, _): .bold
        case (_, 6): .good
        case (_, 1): .critical
        default: .warning
        }
    }
}
