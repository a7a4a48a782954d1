import Changes
import Ledger
import StrictJSON
import Watching
import WhatsAppBusiness

// "Too good to be true, or too bad" (Promises.md): what a poll must lack to be held, and when it is believed; and that nobody is left blind.
extension Checker {
    /// How many complete polls without a thing it takes to remove it.
    static func pollsToRemove(_ target: PollTarget) -> Int { target.kind.isList ? 2 : 1 }
    /// How many polls in a row without many things it takes to believe it.
    static func looksToBelieve(_ target: PollTarget) -> Int { target.kind.row.keepsOnlyKeys ? 3 : 10 }
    /// How long it must last.
    static func timeToBelieve(_ target: PollTarget) -> Duration { .seconds(target.kind.row.keepsOnlyKeys ? 1800 : 3600) }

    /// Whether a walk lacks so much of what is known that it is held.
    func isMass(_ walk: Walk, _ known: [String: JSONObject]) -> Bool {
        guard walk.target.kind.isList, walk.isComplete else { return false }
        return isMass(known.keys.count { !walk.served.contains($0) && !walk.unreadable.contains($0) }, of: known.count, walk.target)
    }

    private func isMass(_ lacking: Int, of known: Int, _ target: PollTarget) -> Bool {
        (known >= 2 && lacking == known) || (known >= (target.kind.row.keepsOnlyKeys ? 1000 : 6) && lacking * 2 >= known)
    }

    /// The first of the walks of a life since which a thing is held, up to a walk's place: it lacked so much that it was held, and none showed the thing
    /// since.
    /// - Parameter isCertain: whether only walks count that were recorded for certain.
    func heldSince(_ id: String, _ target: PollTarget, _ place: Int, isCertain: Bool, at moment: Moment) -> Int? {
        let list = walks[target] ?? []
        var since: Int?
        for index in list[...place].reversed() {
            let walk = history.walks[index]
            guard walk.life == history.walks[list[place]].life else { break }
            guard walk.isComplete, walk.isExact else { continue }
            if walk.served.contains(id) {
                // What was not recorded may not have ended it.
                if isCertain || isRecorded(index, at: moment) { return since }
            } else if massWalks.contains(index) || !isCertain && mayBeMass(index),
                !isCertain || saysWhatItLacks(walk) && (index == list[place] || isRecorded(index, at: moment))
            {
                since = index
            }
        }
        return since
    }

    /// Whether a thing that is held up to a walk's place was not there, in truth, at a complete poll that hid nothing.
    func wasAwayWhileHeld(_ id: String, _ target: PollTarget, _ place: Int, _ moment: Moment) -> Bool {
        guard let since = heldSince(id, target, place, isCertain: true, at: moment) else { return false }
        return (walks[target] ?? [])[..<place].contains { index in
            let walk = history.walks[index]
            return index >= since && walk.isComplete && walk.isExact && !walk.isPartial && isRecorded(index, at: moment)
                && history.truth.states(of: id, in: target, walk.span).allSatisfy { $0 == nil }
        }
    }

    /// Whether a step of a search for a refused field lacked so much that it was held, if it was a poll.
    private func mayBeMass(_ index: Int) -> Bool {
        let walk = history.walks[index]
        return checkpoint(index) == nil && isMass(walk, told[walk.target] ?? [:])
    }

    /// Whether what a complete walk does not show is missing: what cannot be read, or has no id, may be the very thing.
    func saysWhatItLacks(_ walk: Walk) -> Bool { !walk.isPartial && !walk.hasStray && walk.unreadable.isEmpty }

    /// Whether a walk may have held a thing.
    func mayBeHeld(_ id: String, at index: Int) -> Bool {
        let target = history.walks[index].target
        guard let place = walks[target]?.firstIndex(of: index) else { return false }
        return heldSince(id, target, place, isCertain: false, at: history.end) != nil
    }

    /// A thing that went together with many others was missing for long enough.
    mutating func checkHeld(_ id: String, _ target: PollTarget, _ place: Int, _ moment: Moment, _ text: (String) -> String) {
        let list = walks[target] ?? []
        let known = toldBefore[target] ?? [:]
        guard isMass(history.walks[list[place]], known) || heldSince(id, target, place, isCertain: true, at: moment) != nil else { return }
        let account = PollTarget(account: target.account, kind: .account)
        // The account is gone, and everything with it.
        if watchesTold[account] == .notFound, history.walks[list[place]].served.isEmpty { return }
        var looks = 0
        for index in list[...place].reversed() {
            let walk = history.walks[index]
            guard walk.isComplete, walk.isExact else { continue }
            let isLook = isRecorded(index, at: moment) || mayBeRecorded(walk) || mayBeLook(index) || index == list[place]
            if walk.served.contains(id) {
                if isLook, !mayHaveGoneOn(index) { break }
                continue
            }
            // Any step of a search may have been a poll.
            looks += 1
            if looks >= Self.looksToBelieve(target),
                history.walks[list[place]].span.end - walk.span.start >= Self.timeToBelieve(target) - .seconds(60)
            {
                return
            }
        }
        complain("removal is certain", moment, text("many others went with it, and it was believed after \(looks) looks"))
    }

    /// Whether a complete walk after which other fields were named may be a poll all the same: the next step of a search for a refused field follows at once.
    private func mayBeLook(_ index: Int) -> Bool {
        let walk = history.walks[index]
        guard let delivered = walk.delivered else { return false }
        if isForAll(walk) { return true }
        let next = walks[walk.target]?.first { $0 > index }.map { history.walks[$0].span.start }
        return next.map { $0 - delivered >= atOnce || isTold(walk.target, delivered, before: $0) } ?? true
    }

    /// Whether nothing was told of a walk and the next one failed: the poll may have gone on there, and come to nothing.
    private func mayHaveGoneOn(_ index: Int) -> Bool {
        let walk = history.walks[index]
        let next = walks[walk.target]?.first { $0 > index }.map { history.walks[$0] }
        guard let next, next.trouble != nil else { return false }
        return !isTold(walk.target, walk.span.end, before: next.span.start)
    }

    /// Whether a walk names just what was refused before: a search asks for parts of that, so this is the poll that follows where nothing was found.
    private func isForAll(_ walk: Walk) -> Bool {
        let earlier = (walks[walk.target] ?? []).lazy.map { history.walks[$0] }.filter {
            $0.life == walk.life && $0.span.start < walk.span.start
        }
        return walk.named.count > 2 && earlier.last { $0.trouble?.mayBeAboutFields ?? false }?.named == walk.named
    }

    /// Whether a change of a target's things was told in between: then what was answered before it was recorded, whatever was asked for next.
    func isTold(_ target: PollTarget, _ start: Moment, before end: Moment) -> Bool {
        history.transactions.contains { transaction in
            start <= transaction.time && transaction.time < end
                && transaction.changes.contains { PollTarget(of: $0.change.resource) == target }
        }
    }

    /// Whether the end of a full disk came while a walk was made, so that it may have been recorded or not.
    private func mayBeRecorded(_ walk: Walk) -> Bool {
        guard let delivered = walk.delivered else { return false }
        return history.fullDisk.contains { $0.start <= delivered + slack && walk.span.start <= $0.end + slack }
    }

    /// What is told and gone, and may still be held when the run ends.
    func heldAtEnd(_ target: PollTarget, _ truth: [String: JSONObject]) -> Set<String> {
        let told = self.told[target] ?? [:]
        let gone = Set(told.keys.filter { truth[$0] == nil })
        guard target.kind.isList, !isMass(gone.count, of: told.count, target), let last = walks[target]?.indices.last else {
            return target.kind.isList ? gone : []
        }
        return gone.filter { heldSince($0, target, last, isCertain: false, at: history.end) != nil }
    }

    /// A document as it ends, without what came back so often that nobody can say yet that it is gone, and what all things lost together, whoever did it.
    func settled(_ document: JSONObject, _ truth: JSONObject, _ target: PollTarget) -> JSONObject {
        let plain = WireForm.plain(document, target.kind)
        let now = WireForm.plain(truth, target.kind)
        guard let last = (walks[target] ?? []).last.map({ history.walks[$0] }) else { return plain }
        let gone = plain.names.filter { now[$0] == nil }
        // What went in one poll goes together, once it is known of all who took it.
        let isOpen = target.isOneOfMany && gone.contains { isTaken($0, last, by: history.end) }
        return JSONObject(
            plain.filter { now[$0.name] != nil || !(isOpen || hasReturned($0.name, last) || isTaken($0.name, last, by: history.end)) }.map {
                ($0.name, $0.value)
            })
    }

    /// Whether a watch that is drifted in the end may be so, because much is held.
    func isHeldAtEnd(_ resource: StoredResource) -> Bool {
        guard let target = PollTarget(watch: resource.resource) else { return false }
        if let number = target.phoneNumberID, resource.document["state"]?.string == WatchState.notFound.rawValue {
            // It is gone, and its list still holds it.
            let numbers = PollTarget(account: target.account, kind: .phoneNumber)
            return heldAtEnd(numbers, watched(history.truth.things(of: numbers, at: history.end), numbers)).contains(number)
        }
        guard resource.document["state"]?.string == "drifted" else { return false }
        let truth = watched(history.truth.things(of: target, at: history.end), target)
        if target.kind == .phoneNumber, namesMore(than: Set(truth.keys), target.account) { return true }
        return !heldAtEnd(target, truth).isEmpty
            || (told[target] ?? [:]).contains { id, document in
                let plain = WireForm.plain(document, target.kind)
                return truth[id].map { settled(document, $0, target).count < plain.count } ?? false
            }
    }

    /// Nobody is blind for longer than fifteen minutes and an interval while nothing hinders a poll.
    mutating func checkBlindness() {
        for account in history.scenario.accounts where !account.isTight {
            for target in walks.keys.sorted(by: { "\($0)" < "\($1)" }) where target.account == account.name {
                guard let interval = account.intervals[target.kind], target.kind != .subscribedApp else { continue }
                let growth = history.scenario.reloadsPerHour > 0 ? 3.0 : 1.0
                let limit = interval * (growth * (1 + account.splay)) + .seconds(900) + slack + .seconds(60)
                let seen = seen(target)
                checkHiding(target, seen, interval * (growth * (1.1 + account.splay)) + .seconds(300) + slack)
                for clear in clear(target) {
                    guard let first = seen.first, first < clear.start else { continue }
                    let moments = [clear.start] + seen.filter { clear.start < $0 && $0 < clear.end } + [clear.end]
                    let gap = zip(moments, moments.dropFirst()).first { $1 - $0 > limit && !waitedForCalls(target, account, $0, $1) }
                    if let gap {
                        complain("nobody is blind", gap.1, "\(target) was not seen since \(Stage.seconds(gap.0)), and nothing hindered it")
                    }
                }
            }
        }
    }

    /// Whether what is not the core's waited for others: the account had used up so many calls of some hour, or Meta was slow and asked all the time.
    func waitedForCalls(_ target: PollTarget, _ account: Scenario.Account, _ start: Moment, _ end: Moment) -> Bool {
        guard !CallPlan.core.contains(target.kind) else { return false }
        // What answers count as beyond their request is known by whole percents alone; that it is too much is told.
        if history.charged[account.name] != nil, isToldLate(account.name, start, end) { return true }
        let calls = ((history.calls[account.name] ?? []).map(\.time) + (history.charged[account.name] ?? [])).sorted()
        let during = history.calls.values.flatMap { $0.map(\.time) }.filter { start < $0 && $0 < end }.sorted()
        if zip([start] + during, during + [end]).allSatisfy({ $1 - $0 < atOnce * 2 }) { return true }
        var first = 0
        for (index, call) in calls.enumerated() where call <= end {
            while call - calls[first] >= .seconds(3600) { first += 1 }
            if call >= start, Double(index - first + 1 + account.others) > Double(min(account.leastCallsPerHour, account.quota)) * 0.8 {
                return true
            }
        }
        return false
    }

    /// Whether an account was told to be late in a time, which is that there were no calls to be had.
    private func isToldLate(_ account: String, _ start: Moment, _ end: Moment) -> Bool {
        let watch = PollTarget(account: account, kind: .account).watch
        return history.transactions.contains { transaction in
            start <= transaction.time && transaction.time <= end
                && transaction.changes.contains {
                    $0.change.resource == watch && $0.change.after?["state"]?.string == WatchState.late.rawValue
                }
        }
    }

    /// What rode and was not as it was before puts nothing off: its own edge is asked when it would have been, if not at once.
    private mutating func checkHiding(_ target: PollTarget, _ seen: [Moment], _ limit: Duration) {
        let own = (walks[target] ?? []).map { history.walks[$0] }
        for ride in rode[target] ?? [] {
            guard let delivered = ride.delivered, let last = seen.last(where: { $0 < delivered }), delivered - last > limit,
                clear(target).contains(where: { $0.start < last && delivered < $0.end }),
                !own.contains(where: { last < $0.span.start && $0.span.start < delivered })
            else { continue }
            let (now, then) = (history.truth.things(of: target, at: ride.served), history.truth.things(of: target, at: last))
            guard !isSame(watched(now, target), watched(then, target), target) else { continue }
            return complain(
                "nobody is blind", delivered, "\(target) changed after \(Stage.seconds(last)), rode so, and its own edge was not asked")
        }
    }

    /// When a unit was seen, in order: by its own edge, or inside something else as it was then. What differs there is to be looked at, and was
    /// not seen by that.
    private func seen(_ target: PollTarget) -> [Moment] {
        let complete = (walks[target] ?? []).filter { history.walks[$0].isComplete }
        let own = complete.map { history.walks[$0] }
        // What could not be recorded is not what a ride is compared with.
        let recorded = complete.filter { isRecorded($0) }.map { history.walks[$0] }
        let ridden = (rode[target] ?? []).compactMap { ride -> Moment? in
            guard let delivered = ride.delivered else { return nil }
            // What was another thing in between and is as it was is seen.
            let now = watched(history.truth.things(of: target, at: ride.served), target)
            let looks = [own, recorded].compactMap { $0.last { $0.delivered.map { $0 <= ride.served } ?? false } }
            let isAsItWas = looks.contains { look in
                // What neither showed differs for nobody.
                let hidden = hidden(look)
                let names = hidden.throughout.union(hidden.partly)
                return [look.span.start, look.span.end].contains { moment in
                    let then = watched(history.truth.things(of: target, at: moment), target)
                    return isSame(then.mapValues { $0.without(names) }, now.mapValues { $0.without(names) }, target)
                }
            }
            return isAsItWas ? delivered : nil
        }
        let firstPages = (walks[target] ?? []).map { history.walks[$0] }.filter(\.isFirstPage)
        return ((own + firstPages).compactMap(\.delivered) + ridden).sorted()
    }

    /// The times in which a unit could be polled: a process ran, the disk was not full, nothing was out.
    func clear(_ target: PollTarget) -> [Span] {
        var blocked = history.troubles.filter { $0.account == target.account && ($0.target == nil || $0.target == target) }.map(\.span)
        // What rides and is old says that all is as it was. It is found out where it is looked for, in hours.
        blocked += history.stale.filter { $0.account == target.account && $0.kind == target.kind }.map(\.span)
        blocked += history.fullDisk.map { Span(start: $0.start, end: $0.end + slack) }
        if let number = target.phoneNumberID {
            // Only while its number is there.
            let numbers = PollTarget(account: target.account, kind: .phoneNumber)
            for version in history.truth.versions[numbers]?[number] ?? [] where version.document == nil {
                blocked.append(Span(start: version.from, end: history.end))
            }
        }
        blocked.sort { $0.start < $1.start }
        var result: [Span] = []
        for life in history.lives {
            var start = life.begin
            for span in blocked where span.end > start && span.start < life.end {
                if span.start > start { result.append(Span(start: start, end: span.start)) }
                start = max(start, span.end)
            }
            if start < life.end { result.append(Span(start: start, end: life.end)) }
        }
        return result
    }

    /// Meta removed conditional requests: none is made.
    mutating func checkAsking() {
        if history.scenario.oddities.contains(.notModified), let moment = history.conditional {
            complain("no conditional requests", moment, "one was made")
        }
    }
}

extension [String: JSONObject] {
    /// By bytes alone.
    func isSame(as other: [String: JSONObject]) -> Bool {
        count == other.count && allSatisfy { id, document in other[id].map { document.isSame(as: $0) } ?? false }
    }
}
