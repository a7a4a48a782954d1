import Changes
import StrictJSON
import Watching
import WhatsAppBusiness

/// A thing as it is at Meta, its document in the form in which it is compared.
struct Thing: Equatable {
    var id: String
    var document: JSONObject
}

/// How everything was at every moment of a run: what reports are held against.
struct Truth {
    struct Version {
        var from: Moment
        /// `nil` while it is not there.
        var document: JSONObject?
    }

    /// Members that Meta did not give, in a time: of every thing of a kind in an account.
    struct Withheld {
        var account: String
        var kind: Kind
        var member: String
        /// What of the member is withheld, if not the whole.
        var inner: String?
        var span: Span
    }

    private(set) var versions: [PollTarget: [String: [Version]]] = [:]
    /// When anything of a unit changed.
    private(set) var changes: [PollTarget: [Moment]] = [:]
    var withheld: [Withheld] = []
    /// Since when some calls of an account were answered by another version.
    var upgraded: [String: Moment] = [:]

    /// Writes down how a unit is from now on, and returns whether that is new.
    @discardableResult mutating func note(_ target: PollTarget, _ things: [Thing], at now: Moment) -> Bool {
        var changed = false
        var known = versions[target] ?? [:]
        let present = Set(things.map(\.id))
        for thing in things where !(known[thing.id]?.last?.document?.isSame(as: thing.document) ?? false) {
            known[thing.id, default: []].append(Version(from: now, document: thing.document))
            changed = true
        }
        for (id, past) in known where past.last?.document != nil && !present.contains(id) {
            known[id]?.append(Version(from: now, document: nil))
            changed = true
        }
        versions[target] = known
        if changed { changes[target, default: []].append(now) }
        return changed
    }

    /// Whether nothing of a unit changed in a time. What changed at its very beginning may have changed after it.
    func isConstant(_ target: PollTarget, _ span: Span) -> Bool {
        !(changes[target] ?? []).contains { span.start <= $0 && $0 <= span.end }
    }

    /// Every state of a thing that held at some moment of a time; `nil` stands for its not being there.
    func states(of id: String, in target: PollTarget, _ span: Span) -> [JSONObject?] {
        guard let past = versions[target]?[id] else { return [nil] }
        var states: [JSONObject?] = past.first.map { $0.from >= span.start ? [nil] : [] } ?? [nil]
        for (index, version) in past.enumerated() where version.from <= span.end {
            if index + 1 < past.count, past[index + 1].from < span.start { continue }
            states.append(version.document)
        }
        return states
    }

    /// The things of a unit at a moment.
    func things(of target: PollTarget, at moment: Moment) -> [String: JSONObject] {
        (versions[target] ?? [:]).compactMapValues { past in past.last { $0.from <= moment }?.document }
    }

    /// Members of a unit's things that Meta withheld in a time: throughout, and for a part of it.
    func withheld(_ target: PollTarget, _ span: Span) -> (throughout: Set<String>, partly: Set<String>) {
        var result: (throughout: Set<String>, partly: Set<String>) = ([], [])
        for one in withheld
        where one.account == target.account && one.kind == target.kind && one.span.start <= span.end && one.span.end >= span.start {
            if one.span.start < span.start, one.span.end > span.end {
                result.throughout.insert(one.member)
            } else {
                result.partly.insert(one.member)
            }
        }
        return result
    }
}

extension Truth {
    /// A member of which something is withheld, and what.
    func innerWithheld(_ target: PollTarget, at now: Moment) -> (member: String, inner: String)? {
        withheld.first { one in
            one.inner != nil && one.account == target.account && one.kind == target.kind && one.span.start < now && now < one.span.end
        }.flatMap { one in one.inner.map { (one.member, $0) } }
    }
}

/// A time from one moment to another.
struct Span: Equatable {
    var start: Moment
    var end: Moment

    func overlaps(_ other: Span) -> Bool { start <= other.end && other.start <= end }

    /// What is left of it without others.
    func without(_ others: [Span]) -> [Span] {
        var (rest, start): ([Span], Moment) = ([], start)
        for other in others.sorted(by: { $0.start < $1.start }) where other.end > start && other.start < end {
            if other.start > start { rest.append(Span(start: start, end: other.start)) }
            start = max(start, other.end)
        }
        return start < end ? rest + [Span(start: start, end: end)] : rest
    }
}

/// `Span` where another type of that name hides it.
typealias TimeSpan = Span
