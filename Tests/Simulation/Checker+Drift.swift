import Changes
import StrictJSON
import Watching
import WhatsAppBusiness

// Guarantee 7: what is Meta's doing, and when it must be known that something is not.
extension Checker {
    /// Whether a member that goes missing is Meta's doing: three things had it.
    func isKept(_ member: String, _ walk: Walk) -> Bool {
        let target = walk.target
        return holders(of: member, target).count { target.isOneOfMany || walk.served.contains($0) } >= 3
    }

    /// Whether no thing of the kind has shown a member in the last poll of it before a moment, though three were known to have it: that is what drift
    /// is, whoever did it.
    func isTaken(_ member: String, _ walk: Walk, by moment: Moment) -> Bool {
        guard isKept(member, walk) else { return false }
        guard walk.target.isOneOfMany else { return walk.served.allSatisfy { !isWatched($0, walk) || mayLack(member, $0, walk) } }
        return told.keys.allSatisfy { target in
            guard isLike(target, walk.target), let last = (walks[target] ?? []).last(where: { history.walks[$0].isDelivered(by: moment) })
            else {
                return true
            }
            return !history.walks[last].isComplete || history.walks[last].served.allSatisfy { mayLack(member, $0, history.walks[last]) }
        }
    }

    /// Whether a member that a thing no longer has must have been told to be gone by a walk: one answer says little, and one that keeps coming and
    /// going says less.
    func mustBeTold(_ member: String, of id: String, _ walk: Walk) -> Bool {
        if [walk.span.end, walk.delivered].contains(where: { $0.map { isTaken(member, walk, by: $0) } ?? false }) { return false }
        if walk.target.isOneOfMany, !wentTogether(with: member, of: id, walk).allSatisfy({ isDecided($0, of: id, walk) }) { return false }
        guard looksWithout(member, of: id, walk) > 1 else { return false }
        return looksWithout(member, of: id, walk) >= (hasReturned(member, walk) ? Self.mostLooks : 2)
    }

    /// The members that a thing has lost since the same poll: they are told at once, when it is known of each who took it.
    private func wentTogether(with member: String, of id: String, _ walk: Walk) -> [String] {
        let looks = looksWithout(member, of: id, walk)
        let known = told[walk.target]?[id].map { Array($0.names) } ?? []
        return [member] + known.filter { $0 != member && lacks($0, walk, only: id) && looksWithout($0, of: id, walk) == looks }
    }

    /// So many polls in a row settle it, however often the member came back.
    private static let mostLooks = 10

    /// How many walks in a row, of one life, nothing changed under and that must have been recorded were without a member of a thing.
    private func looksWithout(_ member: String, of id: String, _ walk: Walk) -> Int {
        var looks = 0
        for index in (walks[walk.target] ?? []).reversed() {
            let other = history.walks[index]
            guard other.span.start <= walk.span.start, other.isComplete else { continue }
            guard other.life == walk.life, isRecorded(index), other.isExact, !other.isPartial, other.served.contains(id),
                history.truth.isConstant(other.target, other.span), lacks(member, other, only: id)
            else { return looks }
            looks += 1
        }
        return looks
    }

    /// Whether a life has seen a member go and come back before.
    func hasReturned(_ member: String, _ walk: Walk) -> Bool {
        var wasMissing = false
        for index in walks[walk.target] ?? [] {
            let other = history.walks[index]
            guard other.life == walk.life, other.span.start <= walk.span.start else { continue }
            let lacks = other.served.contains { mayLack(member, $0, other) }
            if wasMissing, !other.served.allSatisfy({ mayLack(member, $0, other) }) { return true }
            wasMissing = wasMissing || lacks
        }
        return false
    }

    /// Whether it must be known that a person took a member from a number, not Meta from all: this number was seen without it for certain at a time when
    /// another one was known to have it, then another one with it, then this one again.
    private func isDecided(_ member: String, of id: String, _ walk: Walk) -> Bool {
        guard let first = certain(walk.target).last(where: { $0.span.end < walk.span.start && $0.life == walk.life }), lacks(member, first),
            looksWithout(member, of: id, first) >= (hasReturned(member, first) ? Self.mostLooks : 2),
            let seen = first.delivered,
            // What was taken for drift meanwhile begins anew when it ends.
            driftTold[walk.target.account]?[walk.target.kind].map({ $0 < first.span.start }) ?? true
        else { return false }
        var wasShown = false
        var isWitnessed = false
        for target in walks.keys where target != walk.target && isLike(target, walk.target) {
            let certain = certain(target)
            if let last = certain.last(where: { $0.span.end < first.span.start }), shows(member, last) { wasShown = true }
            isWitnessed =
                isWitnessed
                || certain.contains { witness in
                    guard let delivered = witness.delivered else { return false }
                    return seen + slack < witness.span.start && delivered + slack < walk.span.start && shows(member, witness)
                }
        }
        return wasShown && isWitnessed
    }

    /// What is not watched is no witness.
    private func isWatched(_ id: String, _ walk: Walk) -> Bool { walk.target.kind != .phoneNumber || watches(id, of: walk.target.account) }

    func isLike(_ target: PollTarget, _ other: PollTarget) -> Bool { target.account == other.account && target.kind == other.kind }

    /// The things that are known to have a member.
    private func holders(of member: String, _ target: PollTarget) -> [String] {
        let targets = target.isOneOfMany ? toldBefore.keys.filter { isLike($0, target) } : [target]
        return targets.flatMap { toldBefore[$0] ?? [:] }.filter { $0.value[member].isGiven }.map(\.key)
    }

    /// Walks that nothing changed under and that must have been recorded.
    private func certain(_ target: PollTarget) -> [Walk] {
        (walks[target] ?? []).filter {
            isRecorded($0) && !history.walks[$0].isPartial && history.truth.isConstant(target, history.walks[$0].span)
        }.map {
            history.walks[$0]
        }
    }

    /// Whether a thing may have come without a member.
    private func mayLack(_ member: String, _ id: String, _ walk: Walk) -> Bool {
        let hidden = hidden(walk)
        return hidden.throughout.contains(member) || hidden.partly.contains(member)
            || history.truth.states(of: id, in: walk.target, walk.span).contains { !($0?[member].isGiven ?? false) }
    }

    /// Whether a walk that nothing changed under showed a member in something.
    private func shows(_ member: String, _ walk: Walk) -> Bool {
        let hidden = hidden(walk)
        guard !hidden.throughout.contains(member), !hidden.partly.contains(member) else { return false }
        return history.truth.things(of: walk.target, at: walk.span.end).values.contains { $0[member].isGiven }
    }

    /// Whether a walk that nothing changed under, and Meta kept nothing from, was without a member, in one thing or in all.
    private func lacks(_ member: String, _ walk: Walk, only id: String? = nil) -> Bool {
        let hidden = hidden(walk)
        guard !hidden.throughout.contains(member), !hidden.partly.contains(member) else { return false }
        let things = history.truth.things(of: walk.target, at: walk.span.end)
        return id.map { !(things[$0]?[member].isGiven ?? false) } ?? things.values.allSatisfy { !$0[member].isGiven }
    }
}

extension JSONValue? {
    /// Whether there is a value that says something.
    fileprivate var isGiven: Bool { self?.said != nil }
}
