import StrictJSON
import WabaWatchInterface
import WhatsAppBusiness

/// When nothing was known of accounts' numbers, or not of one of their members: while a watch that shows them was in trouble, by the changes of watches
/// that are kept and by how they stand now.
struct BlindTimes {
    /// From one moment up to another, in milliseconds since 1970.
    typealias Span = Range<Int64>

    /// The watches whose trouble hides numbers.
    static let watches: Set<String> = [numbers, account, "connection"]
    private static let numbers = Kind.phoneNumber.rawValue
    private static let account = Kind.account.rawValue

    /// How a watch was for a time.
    private struct Stretch {
        var span: Span
        var state: OpenEnum<WatchState>
        var reason: String?
    }

    private let from: Int64
    private let now: Int64
    private var stretches: [String: [Stretch]] = [:]
    /// Before that moment no change is kept: what was then cannot be told.
    private let bound: Int64?

    /// Of a time in which everything was known.
    init() { (from, now, bound) = (0, 0, nil) }

    /// - Parameters:
    ///   - changes: those of `watches` since `from`, in any order; others are passed over.
    ///   - bound: what was before is not among the changes that are kept.
    init(from: Int64, now: Int64, changes: [Change], status: Status, bound: Timestamp? = nil) {
        (self.from, self.now, self.bound) = (from, max(now, from), bound?.milliseconds)
        let present = Dictionary(
            status.watches.filter { $0.phoneNumberID == nil || $0.account == Freshness.allAccounts }.map {
                (Self.key($0.account, $0.account == Freshness.allAccounts ? "connection" : $0.kind.rawValue), $0)
            }, uniquingKeysWith: { first, _ in first })
        let told = Dictionary(grouping: changes.filter { $0.kind == .watch && Self.watches.contains($0.id) }) {
            Self.key($0.account, $0.id)
        }
        for key in Set(told.keys).union(present.keys) where Self.watches.contains(key[1]) {
            var found = stretches(told[key] ?? [], present[key])
            // What the account's watch tells may be of its own poll alone; while the list of numbers is known to have been current, it was.
            if key[1] == Self.account, let list = present[Self.key(key[0], Self.numbers)], list.state.known == .current {
                let end = list.since.milliseconds
                found = found.compactMap { stretch in
                    var stretch = stretch
                    guard stretch.state.known?.isRefusal != true, stretch.span.upperBound > end else { return stretch }
                    guard stretch.span.lowerBound < end else { return nil }
                    stretch.span = stretch.span.lowerBound..<end
                    return stretch
                }
            }
            stretches[key[0], default: []] += found
        }
    }

    /// The account and the watch.
    private static func key(_ account: String, _ watch: String) -> [String] { [account, watch] }

    /// How a watch was from when to when. A change holds what differs alone: what it leaves out was before and after as the others say.
    private func stretches(_ changes: [Change], _ present: WatchStatus?) -> [Stretch] {
        let steps = changes.sorted { $0.sequence < $1.sequence }
        func state(_ document: JSONObject?) -> OpenEnum<WatchState>? { document?["state"]?.string.map { OpenEnum(rawValue: $0) } }
        var stretches: [Stretch] = []
        var start = from
        let first = steps.lazy.compactMap { state($0.before) }.first ?? present?.state
        let firstReason =
            steps.first { $0.fields.contains(JSONPointer(["reason"])) }.map { $0.before?["reason"]?.string } ?? present?.reason
        guard var current = first else { return [] }
        var reason = firstReason
        for step in steps {
            let moment = min(max(step.observedAt.milliseconds, start), now)
            stretches.append(Stretch(span: start..<moment, state: current, reason: reason))
            start = moment
            current = state(step.after) ?? current
            if step.fields.contains(JSONPointer(["reason"])) { reason = step.after?["reason"]?.string }
        }
        // A watch that takes its state from a wider one moves without a word; until then it was as it was told to be.
        if let present, present.state != current || steps.isEmpty {
            let moved = min(max(present.since.milliseconds, start), now)
            if !steps.isEmpty { stretches.append(Stretch(span: start..<moved, state: current, reason: reason)) }
            (start, current, reason) = (moved, present.state, present.reason)
        }
        stretches.append(Stretch(span: start..<now, state: current, reason: reason))
        return stretches
    }

    /// When a measure of an account's numbers was not known; in order, and apart from each other.
    func spans(of account: String, _ measure: Measure) -> [Span] {
        var spans = [account, Freshness.allAccounts].flatMap { stretches[$0] ?? [] }
            .filter { !$0.span.isEmpty && Self.hides(measure, $0.state, $0.reason) }.map(\.span)
        if let bound, bound > from { spans.append(from..<bound) }
        return spans.sorted { $0.lowerBound < $1.lowerBound }.reduce(into: []) { joined, span in
            guard let last = joined.last, last.upperBound >= span.lowerBound else { return joined.append(span) }
            joined[joined.count - 1] = last.lowerBound..<max(last.upperBound, span.upperBound)
        }
    }

    /// While a watch has drifted its answers are whole but for the members that its reason names.
    private static func hides(_ measure: Measure, _ state: OpenEnum<WatchState>, _ reason: String?) -> Bool {
        switch state.known {
        case .current: false
        case .drifted:
            !(reason ?? "").split { !($0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_")) }
                .allSatisfy { !measure.members.contains(String($0)) }
        default: true
        }
    }
}

extension [Timeline.Segment] {
    /// These segments, in which nothing is known within those spans.
    func hidden(by spans: [BlindTimes.Span]) -> [Timeline.Segment] {
        var result: [Timeline.Segment] = []
        func add(_ from: Int64, _ to: Int64, _ value: String?) {
            guard from < to else { return }
            if value == nil, let last = result.last, last.value == nil, last.to == from {
                result[result.count - 1].to = to
            } else {
                result.append(.init(from: from, to: to, value: value))
            }
        }
        for segment in self {
            var start = segment.from
            for span in spans where span.upperBound > start && span.lowerBound < segment.to {
                add(start, span.lowerBound, segment.value)
                start = Swift.max(start, span.lowerBound)
                let end = Swift.min(span.upperBound, segment.to)
                add(start, end, nil)
                start = end
            }
            add(start, segment.to, segment.value)
        }
        return result
    }
}
