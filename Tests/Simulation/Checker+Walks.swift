import Changes
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
        if !begun.contains(target) { return complain("baseline", moment, "\(target) has none after a complete look") }
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
    private func isDisturbed(_ target: PollTarget, _ place: Int) -> Bool {
        let list = (walks[target] ?? [])[...place].map { history.walks[$0] }
        guard let last = list.last else { return false }
        return list.contains { other in
            other.life == last.life && last.span.start - other.span.end < .seconds(600)
                && (other.isOdd || other.trouble.map { $0 != .refusedField } ?? false)
        }
    }

    /// Whether an account's configuration names numbers that are not among some.
    func namesMore(than known: Set<String>, _ account: String) -> Bool {
        guard case .only(let ids)? = history.scenario.accounts.first(where: { $0.name == account })?.numbers else { return false }
        return !ids.isSubset(of: known)
    }

    /// A watch's state is told when it changes, and only if the polls of its target say so.
    mutating func checkWatch(_ change: DetectedChange, _ transaction: History.Transaction) {
        guard let target = PollTarget(watch: change.resource) else {
            return complain("watch", transaction.time, "\(change.resource) is none")
        }
        // Another drift is told of a watch that is drifted already.
        let isMore = change.fields.map(\.description) == ["/reason"]
        let state = change.after?["state"]?.string.flatMap(WatchState.init(rawValue:)) ?? .drifted
        let earlier = change.before?["state"]?.string
        if earlier == state.rawValue, !isMore {
            return complain("watch", transaction.time, "\(target) is told to be \(state.rawValue) again")
        }
        defer { watchesTold[target] = state }
        func refuse(_ why: String) -> String { "\(target) is told to be \(state.rawValue) after \(earlier ?? "nothing"): \(why)" }
        // What is wrong with a watch by itself is told of it, though it was unauthorized without a word.
        let isOver = earlier == WatchState.unauthorized.rawValue
        if state == .unauthorized || isOver && (state == .current || target.kind == .account) {
            // What ends is told where its beginning was.
            let isEnd = state != .unauthorized && watchesTold[target].map { $0 != .current && $0 != state } ?? false
            if target.kind != .account, !isEnd { complain("watch", transaction.time, refuse("only the account says so")) }
            let answers = history.walks.filter { $0.target.account == target.account && $0.isDelivered(by: transaction.time) }
            let others = history.refusals.count {
                $0.account == target.account && $0.time < transaction.time && $0.life == transaction.life
            }
            if state == .unauthorized, others + answers.count(where: { $0.trouble == .unauthorized && $0.life == transaction.life }) < 2 {
                complain("watch", transaction.time, refuse("no token was refused, or once only"))
            }
            return
        }
        let isUpgraded = history.truth.upgraded[target.account].map { $0 <= transaction.time } ?? false
        if target.kind == .account, state == .drifted, isUpgraded { return }
        guard let (place, walk) = latestWalk(target, transaction.time) else {
            if state != .late { complain("watch", transaction.time, refuse("it was never looked at")) }
            return
        }
        switch state {
        case .current:
            // It may have come inside something else while it was looked at.
            let rode =
                walk.trouble == nil
                && (self.rode[target] ?? []).contains { ride in
                    ride.delivered.map { $0 <= transaction.time && transaction.time - $0 < slack } ?? false
                }
            if !walk.isComplete, !walk.isFirstPage, !rode { complain("watch", transaction.time, refuse("the last look was not complete")) }
        case .drifted:
            driftTold[target.account, default: [:]][target.kind] = transaction.time
            let hidden = hidden(walk)
            let members = Documents.members(target.kind)
            if (told[target] ?? [:]).keys.contains(where: { heldSince($0, target, place, isCertain: false, at: transaction.time) != nil }) {
                return
            }
            if walk.isPartial || walk.isOdd || !walk.unreadable.isEmpty || isMass(walk, toldBefore[target] ?? [:]) { return }
            if target.kind == .phoneNumber, namesMore(than: Set((told[target] ?? [:]).keys), target.account) { return }
            // That something comes and goes is known when it has come back.
            if hidden.throughout.isEmpty, hidden.partly.isEmpty,
                !members.contains(where: { isTaken($0, walk, by: transaction.time) || hasReturned($0, walk) })
            {
                complain("watch", transaction.time, refuse("nothing was missing"))
            }
        case .late, .starting: break
        default:
            let restarts = walk.trouble.map { $0 == .listChanged || $0 == .repeatedCursor } ?? !walk.isExact
            // A token that is refused to one alone is no refused token.
            let isOwn = walk.trouble == .unauthorized && state == .forbidden
            let isUnfound = walk.trouble == .refusedField && [.forbidden, .invalidAnswer].contains(state) && isDisturbed(target, place)
            if walk.trouble?.state != state, !isOwn, !isUnfound, !(restarts && state == .unreachable) {
                complain("watch", transaction.time, refuse("the last look ended by \(walk.trouble.map { "\($0)" } ?? "nothing")"))
            }
            guard [.unreachable, .invalidAnswer, .forbidden, .notFound].contains(state) else { return }
            // A complete poll that could not be recorded has not been.
            // What failed because of what it was to bring besides, and was asked for again without, did not.
            let before = (walks[target] ?? [])[..<place].last { history.walks[$0].trouble != .refusedRide }
            if before.map({ checkpoint($0) != nil || history.walks[$0].life != walk.life }) ?? true {
                complain("watch", transaction.time, refuse("it was the first failure in a row"))
            }
        }
    }
}
