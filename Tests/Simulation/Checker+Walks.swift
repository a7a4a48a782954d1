import Changes
import Ledger
import StrictJSON
import Watching
import WhatsAppBusiness

// "Each state that held for two polls is reported exactly once": here the first half.
extension Checker {
    /// After a complete walk during which nothing changed, everything that it showed has been told. What is missing must be missed by as many
    /// complete walks as a removal takes.
    mutating func check(_ walk: Walk) {
        guard let moment = walk.delivered else { return }
        let target = walk.target
        if let number = target.phoneNumberID, told[PollTarget(account: target.account, kind: .phoneNumber)]?[number] == nil { return }
        guard history.truth.isConstant(target, walk.span) else { return }
        if !begun.contains(target) {
            // With its number everything of it went, and the number may be back.
            if let number = target.phoneNumberID, hasLeft(number, of: target.account, from: moment, to: moment + slack) { return }
            return complain("baseline", moment, "\(target) has none after a complete look")
        }
        let hidden = hidden(walk)
        let unseen = hidden.throughout.union(hidden.partly)
        let truth = watched(history.truth.things(of: target, at: walk.span.end), target)
        for (id, document) in truth.mapValues({ WireForm.plain($0, target.kind) }) {
            // What was not shown, or cannot be read, cannot be told.
            if walk.unreadable.contains(id) || walk.isPartial && !walk.served.contains(id) { continue }
            guard let known = told[target]?[id].map({ WireForm.plain($0, target.kind) }) else {
                complain("each state is reported", moment, "\(id) of \(target) was not: \(JSONValue.object(document))")
                continue
            }
            for name in Set(known.names).union(document.names) where !unseen.contains(name) && !known[name].isSame(as: document[name]) {
                if document[name] == nil, !mustBeTold(name, of: id, walk) { continue }
                // How long what went from inside of it may be kept is not reckoned; in the end it has to be gone.
                if known[name].isSame(as: document[name].keepingLost(of: known[name])) { continue }
                complain(
                    "each state is reported", moment,
                    "\(id) of \(target) has \(name) \(known[name].map { "\($0)" } ?? "missing") where Meta had \(document[name].map { "\($0)" } ?? "none")"
                )
            }
        }
        for id in (told[target] ?? [:]).keys.sorted() where truth[id] == nil && missed(id, walk) {
            complain("each state is reported", moment, "\(id) of \(target) is gone and was not removed")
        }
    }

    /// Whether enough complete walks in a row, up to this one, did not show a thing: since it is held, if it is.
    private func missed(_ id: String, _ walk: Walk) -> Bool {
        let list = walks[walk.target] ?? []
        guard let place = list.lastIndex(where: { history.walks[$0].span.start <= walk.span.start }) else { return false }
        let since = heldSince(id, walk.target, place, isCertain: false, at: history.end)
        var needed = since == nil ? Self.pollsToRemove(walk.target) : Self.looksToBelieve(walk.target) + 2
        for index in list[...place].reversed() where index >= since ?? 0 {
            let other = history.walks[index]
            // It was there when its page decided.
            if other.isFirstPage, other.served.contains(id) { return false }
            guard other.isComplete, other.isExact else { continue }
            // How long it was held is forgotten by a restart.
            guard isRecorded(index), saysWhatItLacks(other), !other.served.contains(id), since == nil || other.life == walk.life
            else { return false }
            // What was held counts for nothing once that is over, nor does what was before it.
            if since == nil, mayBeHeld(id, at: index) { return false }
            needed -= 1
            let isLong = walk.span.start - other.span.end > Self.timeToBelieve(walk.target) + .seconds(60)
            if needed <= 0, since == nil || isLong { return true }
        }
        return false
    }

    /// Whether what could not be found out about a field had another trouble in between: of what refuses the whole in passing nobody can say which
    /// field it was, and it is not searched for again at once.
    func isDisturbed(_ target: PollTarget, _ place: Int) -> Bool {
        let list = (walks[target] ?? [])[...place].map { history.walks[$0] }
        guard let last = list.last else { return false }
        return list.contains { other in
            // A throttle stands in the middle of a search for that long.
            other.life == last.life && last.span.start - other.span.end < .seconds(1800)
                && (other.isOdd || other.trouble.map { $0 != .refusedField } ?? false)
        }
    }

    /// Whether an account's configuration names numbers that are not among some.
    func namesMore(than known: Set<String>, _ account: String) -> Bool {
        guard case .only(let ids)? = history.scenario.accounts.first(where: { $0.name == account })?.numbers else { return false }
        return !ids.isSubset(of: known)
    }

    /// Whether a number was told to be removed in a time.
    private func hasLeft(_ number: String, of account: String, from start: Moment, to end: Moment) -> Bool {
        history.transactions.contains { transaction in
            start <= transaction.time && transaction.time <= end
                && transaction.changes.map(\.change).contains { change in
                    change.operation == .removed && change.resource.kind == .phoneNumber && change.resource.id == number
                        && change.resource.account == account
                }
        }
    }
}
