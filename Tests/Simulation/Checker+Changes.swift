import Changes
import Ledger
import StrictJSON
import Watching
import WhatsAppBusiness

// "Each state that held for two polls is reported exactly once, nothing else ever is": here the second half.
extension Checker {
    mutating func take(_ transaction: History.Transaction) {
        toldBefore = told
        defer { toldBefore = told }
        // What a watch says of a poll that showed too little is recorded with it, also where the poll ended a search for a refused field.
        let drifted = transaction.changes.filter { $0.change.after?["state"]?.string == WatchState.drifted.rawValue }
        let watches = drifted.compactMap { PollTarget(watch: $0.change.resource) }
        for target in Set(transaction.changes.map { PollTarget(of: $0.change.resource) } + watches) {
            guard let (place, walk) = latestWalk(target, transaction.time), let index = walks[target]?[place], !walk.isFirstPage
            else { continue }
            if judgedWalks.insert(index).inserted, isMass(walk, told[target] ?? [:]) { massWalks.insert(index) }
        }
        var last: [ResourceID: Int64] = [:]
        for recorded in transaction.changes { last[recorded.change.resource] = recorded.sequence }
        for recorded in transaction.changes {
            if recorded.sequence != lastSequence + 1 {
                complain("ordered, unique, gapless", transaction.time, "\(recorded.sequence) follows \(lastSequence)")
            }
            lastSequence = recorded.sequence
            let change = recorded.change
            if change.resource.kind == .watch {
                checkWatch(change, transaction)
            } else if change.resource.kind == .alarm {
                takeAlarm(recorded, transaction)
            } else {
                // What joins a thing and what else changed of it are told one after the other: they come to Meta's state together.
                check(change, recorded.sequence, transaction, isLast: last[change.resource] == recorded.sequence)
            }
        }
        assessAlarms(after: transaction, before: toldBefore)
        guard transaction.isWhole else { return }
        compare(transaction.stored, transaction.time)
        checkBlindWatches(transaction.stored, transaction.life, transaction.time)
    }

    /// What is stored is what was told.
    mutating func compare(_ stored: [StoredResource], _ moment: Moment) {
        var kept: [PollTarget: [String: JSONObject]] = [:]
        for resource in stored where resource.resource.kind != .watch {
            let id = WireForm.id(resource.resource.id, PollTarget(of: resource.resource).kind)
            kept[PollTarget(of: resource.resource), default: [:]][id] = resource.document
        }
        for target in Set(kept.keys).union(told.keys).sorted(by: { "\($0)" < "\($1)" }) where kept[target] ?? [:] != told[target] ?? [:] {
            complain(
                "atomic", moment,
                "the snapshot of \(target) is \(words(kept[target] ?? [:])), what was told comes to \(words(told[target] ?? [:]))")
        }
    }

    private mutating func check(_ change: DetectedChange, _ sequence: Int64, _ transaction: History.Transaction, isLast: Bool) {
        let target = PollTarget(of: change.resource)
        let id = WireForm.id(change.resource.id, target.kind)
        func text(_ what: String) -> String { "\(sequence) \(change.operation) of \(target) \(id): \(what)" }
        guard let (place, walk) = latestWalk(target, transaction.time),
            walk.isComplete && walk.isExact || change.operation == .added && walk.isFirstPage && walk.served.contains(id),
            walk.isDelivered(by: transaction.time),
            walk.life == transaction.life
        else { return complain("no failure is a change", transaction.time, text("it was not looked at completely just before")) }
        if let number = target.phoneNumberID, told[PollTarget(account: target.account, kind: .phoneNumber)]?[number] == nil {
            complain("removal is certain", transaction.time, text("its number is gone"))
        }
        let before = told[target]?[id]
        let isWhole = target.kind.isList && id == owner(target)
        if change.operation == .baseline, isWhole || before == nil {
            begin(target, change, walk, transaction)
            return
        }
        let after = change.applied(to: before)
        switch change.operation {
        case .added where before != nil: complain("exactly once", transaction.time, text("it was there"))
        case .changed where before == nil, .removed where before == nil:
            complain("exactly once", transaction.time, text("it was not there"))
        case .changed where change.fields.contains { change.before?.value(at: $0) != before?.value(at: $0) }:
            complain(
                "exactly once", transaction.time, text("it was not so before: \(change.before.map { "\(JSONValue.object($0))" } ?? "")"))
        case .changed where isSame(after, before, target), .baseline where isSame(after, before, target):
            complain("exactly once", transaction.time, text("it was so before"))
        case .removed where change.before != before: complain("exactly once", transaction.time, text("it was another before"))
        default: break
        }
        if !begun.contains(target) { complain("baseline", transaction.time, text("there was none")) }
        if let after {
            if isLast, !explains(after, id, before, walk) {
                complain(
                    "nothing else is reported", transaction.time,
                    text("Meta never had \(JSONValue.object(after)) in that look, but \(words(id, walk))"))
            }
            checkLosses(from: before ?? [:], to: after, id, target, place, transaction.time, text)
        } else {
            checkRemoval(id, target, place, transaction.time, text)
        }
        told[target, default: [:]][id] = after
        if change.operation == .removed, target.kind == .phoneNumber {
            for alarm in (told[PollTarget(account: target.account, kind: .alarm, phoneNumberID: id)] ?? [:]).keys.sorted() {
                complain("nothing hidden", transaction.time, text("the alarm \(alarm) goes with it, and nobody is told"))
            }
            forget(number: id, of: target.account)
        }
    }

    /// Whether things say the same, however they are written.
    func isSame(_ left: [String: JSONObject], _ right: [String: JSONObject], _ target: PollTarget) -> Bool {
        left.count == right.count && left.allSatisfy { isSame($1, right[$0], target) }
    }

    /// Whether two documents say the same, however they are written.
    private func isSame(_ left: JSONObject?, _ right: JSONObject?, _ target: PollTarget) -> Bool {
        guard let left, let right else { return left == nil && right == nil }
        return WireForm.plain(left, target.kind).isSame(as: WireForm.plain(right, target.kind))
    }

    private func owner(_ target: PollTarget) -> String? {
        target.phoneNumberID ?? history.scenario.accounts.first { $0.name == target.account }?.wabaID
    }

    private mutating func begin(_ target: PollTarget, _ change: DetectedChange, _ walk: Walk, _ transaction: History.Transaction) {
        if !begun.insert(target).inserted { complain("baseline", transaction.time, "\(target) has a second one") }
        // What is stored was read after all that was committed together.
        let isGone = history.transactions.contains { other in
            other.time == transaction.time
                && other.changes.contains { recorded in
                    let change = recorded.change
                    return change.operation == .removed && change.resource.account == target.account && change.resource.kind == .phoneNumber
                        && change.resource.id == target.phoneNumberID
                }
        }
        if isGone { return }
        var things: [String: JSONObject] = [:]
        for resource in transaction.stored where PollTarget(of: resource.resource) == target {
            things[WireForm.id(resource.resource.id, target.kind)] = resource.document
        }
        for (id, document) in things where !explains(document, id, nil, walk) {
            complain(
                "nothing else is reported", transaction.time,
                "the baseline of \(target) has \(JSONValue.object(document)), which Meta never had in that look")
        }
        let isList = target.kind.isList
        let ids = watched(Dictionary(uniqueKeysWithValues: walk.served.map { ($0, [:]) }), target).keys
        if isList, Set(ids) != Set(things.keys) {
            complain(
                "nothing else is reported", transaction.time, "the baseline of \(target) has \(things.keys.sorted()) of \(ids.sorted())")
        }
        if isList, change.after?["count"]?.integer != Int64(things.count) {
            complain("baseline", transaction.time, "\(target) counts wrongly")
        }
        told[target] = things
    }

    private mutating func forget(number: String, of account: String) {
        for target in told.keys where target.account == account && target.phoneNumberID == number { told[target] = nil }
        for target in watchesTold.keys where target.account == account && target.phoneNumberID == number { watchesTold[target] = nil }
        begun = begun.filter { $0.account != account || $0.phoneNumberID != number }
    }

    /// A thing goes only after complete walks that did not show it, and only if it was gone in each of them.
    private mutating func checkRemoval(_ id: String, _ target: PollTarget, _ place: Int, _ moment: Moment, _ text: (String) -> String) {
        var needed = Self.pollsToRemove(target)
        var wasAway = false
        for index in (walks[target] ?? [])[...place].reversed() {
            let walk = history.walks[index]
            guard walk.isComplete, walk.isExact else { continue }
            if walk.served.contains(id) {
                // What a life could not record any more, or a copy that was put back does not hold, it did not see.
                if !isRecorded(index, at: moment) { continue }
                return complain("removal is certain", moment, text("a complete look at \(Stage.seconds(walk.span.start)) showed it"))
            }
            // An oddity hid it where so little was known that nothing could be held.
            if walk.isPartial, !isMass(walk, toldBefore[target] ?? [:]) { return }
            // What a list slipped past was not gone: another poll has to agree.
            let isAway = walk.mayHaveShifted || history.truth.states(of: id, in: target, walk.span).contains(nil)
            wasAway = wasAway || isAway
            needed -= 1
            // It was away for long, and an oddity hid that it had come back: polls in a row are believed, whatever else they lack.
            if walk.isPartial, !isAway, wasAwayWhileHeld(id, target, place, moment) { return checkHeld(id, target, place, moment, text) }
            if !isAway && !walk.jumped.contains(id) || needed == 0 && !wasAway {
                return complain("removal is certain", moment, text("it was there all the time"))
            }
            if needed == 0 { return checkHeld(id, target, place, moment, text) }
        }
        complain("removal is certain", moment, text("there were too few complete looks without it"))
    }

    /// A member goes from a thing only after two complete polls without it.
    private mutating func checkLosses(
        from before: JSONObject, to after: JSONObject, _ id: String, _ target: PollTarget, _ place: Int, _ moment: Moment,
        _ text: (String) -> String
    ) {
        guard let index = (walks[target] ?? [])[..<place].last, isRecorded(index, at: moment) else { return }
        let walk = history.walks[index]
        let hidden = hidden(walk)
        guard !walk.isPartial, walk.served.contains(id), !walk.unreadable.contains(id), history.truth.isConstant(target, walk.span),
            let shown = history.truth.things(of: target, at: walk.span.end)[id]
        else { return }
        let left = WireForm.plain(after, target.kind)
        let lost = WireForm.plain(before, target.kind).names.filter { left[$0] == nil }
        for name in lost
        where !hidden.throughout.contains(name) && !hidden.partly.contains(name) && WireForm.plain(shown, target.kind)[name] != nil {
            complain("removal is certain", moment, text("the look at \(Stage.seconds(walk.span.start)) showed \(name)"))
        }
    }

    /// Whether a document is what Meta had at some moment of a walk, with the earlier values of what could not be seen.
    func explains(_ document: JSONObject, _ id: String, _ before: JSONObject?, _ walk: Walk) -> Bool {
        let kind = walk.target.kind
        guard kind != .phoneNumber || watches(id, of: walk.target.account) else { return false }
        let hidden = hidden(walk)
        let document = WireForm.plain(document, kind)
        let before = before.map { WireForm.plain($0, kind) }
        return history.truth.states(of: id, in: walk.target, walk.span).contains { state in
            guard let state = state.map({ WireForm.plain($0, kind) }) else { return false }
            return Set(document.names).union(state.names).allSatisfy { name in
                let (value, now, earlier) = (document[name], state[name], before?[name])
                // What went from inside of it is not yet known to be gone.
                if value.isSame(as: now) || value.isSame(as: now.keepingLost(of: earlier)) { return true }
                if hidden.throughout.contains(name) { return value.isSame(as: earlier) || value == nil && !isKept(name, walk) }
                if walk.unreadable.contains(id) && value.isSame(as: earlier) { return true }
                // It is not yet known who took it away.
                if now == nil, value.isSame(as: earlier) { return true }
                return hidden.partly.contains(name) && (value.isSame(as: earlier) || value == nil && !isKept(name, walk))
            }
        }
    }

    private func words(_ id: String, _ walk: Walk) -> String {
        history.truth.states(of: id, in: walk.target, walk.span).map { $0.map { "\(JSONValue.object($0))" } ?? "none" }.joined(
            separator: ", ")
    }

    func words(_ things: [String: JSONObject]) -> String {
        things.sorted { $0.key < $1.key }.map { "\($0.key) \(JSONValue.object($0.value))" }.joined(separator: ", ")
    }
}

extension PollTarget {
    /// Whether it shows one thing, as the same unit at each other number does.
    var isOneOfMany: Bool { phoneNumberID != nil && !kind.isList }
}

extension Kind {
    /// Whether a poll shows all things of the kind.
    var isList: Bool { row.edge?.form == .list }
}
