import Changes
import Ledger
import StrictJSON
import Watching
import WhatsAppBusiness

// "One cause, one alarm": what is told of watches, and by which.
extension Checker {
    /// A watch's state is told when it changes, only if the polls say so, and by the widest watch that it holds for.
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
        let toldBefore = watchesTold[target]
        defer {
            watchesToldEarlier[target] = toldBefore
            watchesTold[target] = state
            watchesToldAt[target] = transaction.time
        }
        let told = Told(target: target, state: state, earlier: earlier, time: transaction.time, life: transaction.life)
        if state == .current {
            let isTrouble = ![WatchState.drifted.rawValue, WatchState.starting.rawValue, nil].contains(earlier)
            if isTrouble, toldBefore ?? .current == .current {
                complain("one telling", told.time, told.refused("nobody was told of its trouble"))
            }
            return checkEnd(of: told)
        }
        // The end of a drift is another's to tell where several are drifted alike, and so is a drift that trouble turned into.
        if toldBefore == state, !isMore, state != .drifted, earlier != WatchState.drifted.rawValue {
            complain("one telling", told.time, told.refused("that was told, and no end of it"))
        }
        if target == .connection { return checkConnection(told) }
        switch state {
        case .unauthorized: checkToken(told)
        case .drifted: checkDrifted(told)
        case .starting: break
        case .late, .throttled:
            // What there are no requests for is the account's.
            if target.kind != .account { return complain("one telling", told.time, told.refused("only the account says so")) }
            if state == .throttled, !isThrottled(told) { complain("watch", told.time, told.refused("it was not throttled")) }
        case .current: break
        case .forbidden, .notFound, .unreachable, .invalidAnswer:
            let own = ownObjection(told)
            guard let own, !(target.kind == .account && isWhole(told)) else { return }
            complain(own.promise, told.time, told.refused(own.why))
        }
    }

    /// What a change of a watch says.
    struct Told {
        var target: PollTarget
        var state: WatchState
        var earlier: String?
        var time: Moment
        var life: Int

        func refused(_ why: String) -> String { "\(target) is told to be \(state.rawValue) after \(earlier ?? "nothing"): \(why)" }
    }

    // MARK: What polls came to

    /// A target's walks that were delivered by a moment, the last one first.
    private func delivered(_ target: PollTarget, by moment: Moment) -> [Int] {
        (walks[target] ?? []).filter { history.walks[$0].isDelivered(by: moment) }.reversed()
    }

    /// An account's, in the order of their delivery.
    private func delivered(of account: String, from start: Moment, to end: Moment) -> [(target: PollTarget, walk: Walk, time: Moment)] {
        walks.keys.filter { $0.account == account }.flatMap { target in
            delivered(target, by: end).map { history.walks[$0] }.prefix { $0.delivered.map { $0 >= start } ?? false }.compactMap { walk in
                walk.delivered.map { (target, walk, $0) }
            }
        }.sorted { $0.time < $1.time }
    }

    /// The failures in a row with which a target stands at a moment, the last one first. A success that came only just may not be recorded yet, and one of
    /// a search for a refused field is none.
    private func failures(_ target: PollTarget, by moment: Moment) -> [Walk] {
        delivered(target, by: moment).prefix { index in
            let walk = history.walks[index]
            guard isSuccess(walk), !walk.mayBeGivenUp else { return true }
            return walk.delivered.map { moment - $0 < slack } ?? false || checkpoint(index) == nil && !walk.isFirstPage
        }.map { history.walks[$0] }.filter { !isSuccess($0) && $0.trouble != .refusedRide }
    }

    /// A moment by which everything has been recorded that came before.
    private func before(_ moment: Moment) -> Moment { moment + (.zero - slack) }

    private func isSuccess(_ walk: Walk) -> Bool { walk.isComplete && walk.isExact && walk.trouble == nil || walk.isFirstPage }

    /// Whether something else of an account succeeded in a time, be it by its own poll or inside another's answer.
    private func worked(_ account: String, but target: PollTarget, from start: Moment, to end: Moment) -> Bool {
        delivered(of: account, from: start, to: end).contains { $0.target != target && ($0.walk.isComplete || $0.walk.isFirstPage) }
    }

    // MARK: What one target's own polls say

    /// Why trouble is not the target's own to tell, if it is not.
    private func ownObjection(_ told: Told) -> (promise: String, why: String)? {
        let (target, state) = (told.target, told.state)
        let failures = failures(target, by: told.time)
        guard let last = failures.last, let begin = last.delivered else {
            return ("watch", walks[target] == nil ? "it was never looked at" : "the last look did not fail")
        }
        let isSeen = failures.contains { walk in
            let restarts = walk.trouble.map { $0 == .listChanged || $0 == .repeatedCursor } ?? !walk.isExact
            // A token that is refused to one alone is no refused token.
            let isOwn = walk.trouble == .unauthorized && state == .forbidden
            let isUnfound =
                [.refusedField, .tooLarge].contains(walk.trouble) && [.forbidden, .invalidAnswer].contains(state)
                && isDisturbed(target, walk)
            // The last member that was asked for is none any more: nothing is left to be asked for.
            let isEmptied = !target.kind.isList && walk.trouble == .listChanged && state == .invalidAnswer
            return walk.trouble?.state == state || isOwn || isUnfound || isEmptied || (restarts && state == .unreachable)
        }
        guard isSeen else {
            return ("watch", "the last looks ended by \(failures.map { $0.trouble.map { "\($0)" } ?? "nothing" }.joined(separator: ", "))")
        }
        // A complete poll that could not be recorded has not been.
        guard failures.count > 1 || failures[0].life != firstLife(of: target, told) else {
            return ("watch", "it was the first failure in a row")
        }
        return scopeObjection(told, since: begin)
    }

    /// The life of the walk before a target's last failure, where that was recorded.
    private func firstLife(of target: PollTarget, _ told: Told) -> Int? {
        let list = (walks[target] ?? []).filter {
            history.walks[$0].isDelivered(by: told.time) && history.walks[$0].trouble != .refusedRide
        }
        guard let failed = list.lastIndex(where: { !isSuccess(history.walks[$0]) }) else { return nil }
        guard failed > 0 else { return history.walks[list[failed]].life }
        let before = list[failed - 1]
        return checkpoint(before) != nil || history.walks[before].life != history.walks[list[failed]].life
            ? history.walks[list[failed]].life : nil
    }

    /// Whether what could not be found out about a field had another trouble in between.
    private func isDisturbed(_ target: PollTarget, _ walk: Walk) -> Bool {
        guard let place = walks[target]?.lastIndex(where: { history.walks[$0].span == walk.span }) else { return false }
        return isDisturbed(target, place)
    }

    /// Why a trouble is to be told by a wider watch, if it is.
    private func scopeObjection(_ told: Told, since begin: Moment) -> (promise: String, why: String)? {
        let (target, name) = (told.target, told.target.account)
        // Nobody else tells while everybody knows why.
        if watchesTold[.connection] == .unreachable, told.state == .unreachable, let since = watchesToldAt[.connection],
            !history.scenario.accounts.contains(where: { isReached($0.name, from: since, to: told.time) }),
            !history.answered.values.contains(where: { $0.contains { since <= $0.time && $0.time <= told.time } })
        {
            return ("one telling", "the connection says so")
        }
        let whole = PollTarget(account: name, kind: .account)
        // What was decided just before is told just after.
        if [.throttled, .unauthorized].contains(watchesTold[whole]), let since = watchesToldAt[whole], told.time - since > slack,
            delivered(of: name, from: since, to: told.time).isEmpty
        {
            return ("one telling", "the account says why")
        }
        // Another of its kind or number that failed as it does has told so, and it has not worked since.
        for (other, state) in watchesTold
        where other != target && other.account == name && state == told.state && other.phoneNumberID != nil {
            // A process that has just begun finds out anew who tells.
            guard let since = watchesToldAt[other], history.lives.indices.contains(told.life - 1),
                history.lives[told.life - 1].begin <= since
            else { continue }
            guard other.phoneNumberID == target.phoneNumberID, let its = failures(other, by: told.time).last?.delivered, its < begin,
                // What failed in several ways may be in another state by now.
                failures(other, by: told.time).allSatisfy({ $0.trouble?.state == state }), failures(other, by: told.time).count > 1,
                failures(other, by: told.time).allSatisfy({ $0.life == told.life }),
                !(walks[target] ?? []).contains(where: { its <= history.walks[$0].delivered ?? its && history.walks[$0].isComplete }),
                !(rode[target] ?? []).contains(where: { $0.delivered.map { its <= $0 } ?? false })
            else { continue }
            return ("one telling", "\(other) says so")
        }
        if worked(name, but: target, from: before(begin), to: told.time) || told.time - begin + slack >= patience(name) { return nil }
        return ("one telling", "nothing else of the account has worked since \(Stage.seconds(begin))")
    }

    /// How long trouble waits to be told where nothing shows its scope; reloads shorten what it follows from.
    private func patience(_ name: String) -> Duration {
        let account = history.scenario.accounts.first { $0.name == name }
        let every = account?.intervals[.phoneNumber] ?? account?.intervals.values.min() ?? .seconds(60)
        return every * (history.scenario.reloadsPerHour > 0 ? 0.4 : 2)
    }

    // MARK: What is wider

    /// Whether an account's trouble is all its targets': several fail so, and nothing of it has succeeded since they began.
    private func isWhole(_ told: Told) -> Bool {
        let name = told.target.account
        let alike = walks.keys.filter { $0.account == name }.compactMap { target -> (target: PollTarget, since: Moment)? in
            let failures = failures(target, by: told.time)
            guard let since = failures.last?.delivered, failures.contains(where: { isLike($0, told.state) }) else { return nil }
            return (target, since)
        }
        guard alike.count > 1 else { return false }
        // One of them at least has failed twice, and the others do not work.
        return alike.contains { target, since in
            let failures = failures(target, by: told.time)
            // What was refused for a field was searched for first: the failure began with one of the last two.
            let begin = failures.dropFirst().first?.delivered ?? since
            return (failures.count > 1 || isLater(told))
                && !delivered(of: name, from: begin, to: before(told.time)).contains { isSuccess($0.walk) && !isSearch($0.walk) }
        }
    }

    /// Whether a walk was a step of a search for a refused field.
    private func isSearch(_ walk: Walk) -> Bool {
        guard let index = walks[walk.target]?.first(where: { history.walks[$0].span == walk.span }) else { return false }
        return checkpoint(index) == nil && !walk.isFirstPage
    }

    /// Whether a life before this one had left a target in trouble.
    private func isLater(_ told: Told) -> Bool { told.life > 1 }

    private func isLike(_ walk: Walk, _ state: WatchState) -> Bool {
        let restarts = walk.trouble.map { $0 == .listChanged || $0 == .repeatedCursor } ?? !walk.isExact
        return walk.trouble?.state == state || restarts && state == .unreachable || walk.trouble == .unauthorized && state == .forbidden
            || [.refusedField, .tooLarge].contains(walk.trouble)
    }

    /// Whether Meta answered an account in a time, otherwise than by a server that cannot.
    private func isReached(_ account: String, from start: Moment, to end: Moment) -> Bool {
        let isAlone = history.scenario.accounts.count == 1
        return delivered(of: account, from: start, to: end).contains { _, walk, _ in
            guard !walk.isComplete, let trouble = walk.trouble else { return true }
            return isAlone ? trouble != .timeout && trouble != .reset : trouble.state != .unreachable
        }
    }

    /// The connection is told to be down only if nothing was answered since something failed twice.
    private mutating func checkConnection(_ told: Told) {
        let names = history.scenario.accounts.map(\.name)
        let isDown = walks.keys.contains { target in
            // What failed in another way before says nothing of the way to Meta.
            let failures = failures(target, by: told.time).prefix { isLike($0, .unreachable) }
            // The last two are enough: what was before them may have ended by what was recorded of a search.
            guard let since = failures.prefix(2).last?.delivered, failures.count > 1 || told.life > 1 else { return false }
            return !names.contains { isReached($0, from: since, to: before(told.time)) && worksSince($0, since, told.time) }
        }
        if told.state != .unreachable || !isDown { complain("one telling", told.time, told.refused("Meta was reached")) }
    }

    /// Whether an answer since then was of more than one that had been reached before as well.
    private func worksSince(_ account: String, _ since: Moment, _ end: Moment) -> Bool {
        delivered(of: account, from: since, to: before(end)).contains { $0.time > since }
    }

    private func isThrottled(_ told: Told) -> Bool {
        let walks = delivered(of: told.target.account, from: told.time + .seconds(-900), to: told.time)
        return walks.contains { $0.walk.trouble == .throttled }
    }

    private mutating func checkToken(_ told: Told) {
        if told.target.kind != .account { complain("watch", told.time, told.refused("only the account says so")) }
        let answers = history.walks.filter { $0.target.account == told.target.account && $0.isDelivered(by: told.time) }
        let others = history.refusals.count { $0.account == told.target.account && $0.time < told.time && $0.life == told.life }
        if others + answers.count(where: { $0.trouble == .unauthorized && $0.life == told.life }) < 2 {
            complain("watch", told.time, told.refused("no token was refused, or once only"))
        }
    }

    private mutating func checkDrifted(_ told: Told) {
        let target = told.target
        let isUpgraded = history.truth.upgraded[target.account].map { $0 <= told.time } ?? false
        if target.kind == .account, isUpgraded { return }
        guard let (place, walk) = latestWalk(target, told.time) else {
            return complain("watch", told.time, told.refused("it was never looked at"))
        }
        driftTold[target.account, default: [:]][target.kind] = told.time
        // Trouble of the whole account came and went, and it is as it was before.
        if target.kind == .account, told.earlier != WatchState.drifted.rawValue, watchesToldEarlier[target] == .drifted { return }
        if walk.isPartial || walk.isOdd || !walk.unreadable.isEmpty || isMass(walk, toldBefore[target] ?? [:]) { return }
        let known = (self.told[target] ?? [:]).keys
        if known.contains(where: { heldSince($0, target, place, isCertain: false, at: told.time) != nil }) { return }
        if target.kind == .phoneNumber, namesMore(than: Set(known), target.account) { return }
        // One of those that are drifted alike tells, whichever was looked at last.
        let alike = walks.keys.filter { $0 == target || target.isOneOfMany && isLike($0, target) }
        if !alike.compactMap({ latestWalk($0, told.time)?.walk }).contains(where: { lacksMembers($0, by: told.time) }) {
            complain("watch", told.time, told.refused("nothing was missing"))
        }
    }

    /// Whether a walk lacked members that things had. That something comes and goes is known when it has come back.
    private func lacksMembers(_ walk: Walk, by moment: Moment) -> Bool {
        let hidden = hidden(walk)
        return !hidden.throughout.isEmpty || !hidden.partly.isEmpty
            || Documents.members(walk.target.kind).contains { isTaken($0, walk, by: moment) || hasReturned($0, walk) }
    }

    // MARK: What ends

    private mutating func checkEnd(of told: Told) {
        let target = told.target
        if target == .connection {
            let names = history.scenario.accounts.map(\.name)
            // What came of a page is told when its poll ends, or another's.
            let since = watchesToldAt[target] ?? before(told.time)
            let hasPage = history.answered.values.contains { $0.contains { since <= $0.time && $0.time <= told.time } }
            if !hasPage, !names.contains(where: { isReached($0, from: before(told.time), to: told.time) }) {
                complain("watch", told.time, told.refused("nothing was answered"))
            }
            return
        }
        // It may have come inside something else while it was looked at; and what is all the account's ends with any success.
        let isWide = target.kind == .account && told.earlier != WatchState.drifted.rawValue
        // A poll that reads a list twice is over some time after its first success; what came just before the trouble was told may be recorded after it.
        let since = max(before(watchesToldAt[target] ?? told.time), told.time + .seconds(-60))
        let hasWorked =
            isWide
            && (delivered(of: target.account, from: since, to: told.time).contains { $0.walk.isComplete || $0.walk.isFirstPage }
                // Whatever Meta answers otherwise says that it does not throttle any more.
                || told.earlier == WatchState.throttled.rawValue
                    && (history.answered[target.account] ?? []).contains { !$0.isThrottled && since <= $0.time && $0.time <= told.time })
        if hasWorked || isWide && [WatchState.late.rawValue, WatchState.unauthorized.rawValue].contains(told.earlier) { return }
        guard let (_, walk) = latestWalk(target, told.time) else {
            return complain("watch", told.time, told.refused("it was never looked at"))
        }
        let rode =
            walk.trouble == nil
            && (self.rode[target] ?? []).contains { ride in
                ride.delivered.map { $0 <= told.time && told.time - $0 < slack } ?? false
            }
        if told.earlier != WatchState.unauthorized.rawValue, !walk.isComplete, !walk.isFirstPage, !rode {
            complain("watch", told.time, told.refused("the last look was not complete"))
        }
    }

    /// Nobody who cannot see looks current, whoever tells of it.
    mutating func checkBlindWatches(_ stored: [StoredResource], _ life: Int, _ moment: Moment) {
        for resource in stored where resource.resource.kind == .watch && resource.document["state"]?.string == WatchState.current.rawValue {
            guard let target = PollTarget(watch: resource.resource), target != .connection else { continue }
            let failures = delivered(target, by: before(moment)).map { history.walks[$0] }.prefix {
                $0.life == life && !$0.isComplete && !$0.isFirstPage && $0.trouble?.mayBeAboutFields == false
            }
            // Whether a token is refused to one alone has to be found out first.
            guard failures.count > (failures.first?.trouble == .unauthorized ? 5 : 2), let first = failures.last?.delivered,
                failures.allSatisfy({ $0.trouble?.state == failures[0].trouble?.state && $0.trouble?.state != nil }),
                !(rode[target] ?? []).contains(where: { $0.delivered.map { $0 >= first } ?? false }),
                !(walks[target] ?? []).contains(where: {
                    history.walks[$0].span.end > failures[0].span.end && history.walks[$0].span.start <= moment
                }),
                !history.fullDisk.contains(where: { $0.start <= moment && first <= $0.end + slack })
            else { continue }
            complain("nobody who is blind looks current", moment, "\(target) failed \(failures.count) times in a row and looks current")
        }
    }
}
