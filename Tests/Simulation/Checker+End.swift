import Changes
import Ledger
import StrictJSON
import Watching
import WhatsAppBusiness

extension Checker {
    /// What has come to rest: everything that Meta has is known, nothing else, and every watch is current.
    mutating func checkEnd() {
        for failure in history.failures { complain("watching", failure.time, "the watcher ended: \(failure.why)") }
        let told = history.transactions.filter { !$0.isLost }.flatMap(\.changes)
        if history.kept != told { complain("durable", history.end, "the ledger keeps other changes than were committed") }
        compare(history.stored, history.end)
        checkConnectionAtEnd()
        for account in history.scenario.accounts where !account.isTight {
            let numbers = PollTarget(account: account.name, kind: .phoneNumber)
            let ids = watched(history.truth.things(of: numbers, at: history.end), numbers).keys.sorted()
            let targets =
                Scenario.accountKinds.map { PollTarget(account: account.name, kind: $0) }
                + ids.flatMap { id in Scenario.numberKinds.map { PollTarget(account: account.name, kind: $0, phoneNumberID: id) } }
            for target in targets where account.watches(target.kind) {
                let truth = watched(history.truth.things(of: target, at: history.end), target)
                let held = heldAtEnd(target, truth)
                let told = (self.told[target] ?? [:]).filter { !held.contains($0.key) }
                let ended = told.map { id, document in (id, settled(document, truth[id] ?? [:], target)) }
                if !Dictionary(uniqueKeysWithValues: ended).isSame(as: truth.mapValues { WireForm.plain($0, target.kind) }) {
                    complain(
                        "each state is reported", history.end, "\(target) ends as \(words(told)) and is \(words(truth))")
                }
            }
            for resource in history.stored where resource.resource.kind == .watch && resource.resource.account == account.name {
                let state = resource.document["state"]?.string
                if state != "current", !isHeldAtEnd(resource), !(state == WatchState.late.rawValue && isUsedUp(account)) {
                    complain(
                        "watch", history.end, "\(resource.resource.id) of \(account.name) ends as \(JSONValue.object(resource.document))")
                }
            }
        }
    }

    /// And so is what all accounts share.
    private mutating func checkConnectionAtEnd() {
        guard history.scenario.accounts.contains(where: { !$0.isTight }) else { return }
        for resource in history.stored where resource.resource == PollTarget.connection.watch && resource.document["state"] != "current" {
            complain("watch", history.end, "the connection ends as \(JSONValue.object(resource.document))")
        }
    }

    /// Whether an account and others together have made about so many calls that the core alone goes on: numbers that are gone are asked for, too, until
    /// it is believed. The hour that counts ended up to ten minutes ago: a watch that is late says so until it is asked for again.
    private func isUsedUp(_ account: Scenario.Account) -> Bool {
        let own = (history.calls[account.name] ?? []).count { history.end - $0.time < .seconds(4200) }
        return Double(own + account.others) > Double(account.quota) * 0.8
    }

    /// Within any hour no more calls than allowed.
    mutating func checkBudgets() {
        // A copy that is put back knows nothing of the calls that were made after it.
        guard history.restores.isEmpty else { return }
        for account in history.scenario.accounts {
            let limit =
                switch account.ceiling {
                case .fixed(let calls): calls
                case .share(let share): Int(Double(max(200, account.quota)) * share)
                }
            let calls = history.calls[account.name] ?? []
            var first = 0
            for (index, call) in calls.enumerated() {
                while call.time - calls[first].time >= .seconds(3600) { first += 1 }
                if index - first + 1 > limit {
                    complain("Meta's budget", call.time, "\(account.name) made \(index - first + 1) calls within an hour, of \(limit)")
                    break
                }
            }
        }
    }

    /// The last change that everybody must have been given by the end: what was committed just before may still be on its way.
    var lastDue: Int64 { history.transactions.last { !$0.isLost && $0.time + slack < history.end }?.changes.last?.sequence ?? 0 }

    /// The journal has everything, in order; only a kill has the last ones told again.
    mutating func checkJournal() {
        var last: (sequence: Int64, life: Int) = (0, 0)
        for entry in history.journal {
            if let restore = history.restores.last(where: { last.life < $0.life && $0.life <= entry.life }),
                entry.sequence <= restore.sequence + 1
            {
                last = entry
                continue
            }
            let isAgain = entry.life != last.life && entry.sequence <= last.sequence && entry.sequence > last.sequence - 64
            if entry.sequence != last.sequence + 1, !isAgain, history.fullDisk.isEmpty {
                complain("ordered, unique, gapless", history.end, "the journal was given \(entry.sequence) after \(last.sequence)")
                return
            }
            last = entry
        }
        if last.sequence < lastDue {
            complain("durable", history.end, "the journal has come to \(last.sequence) only")
        }
    }
}

extension Scenario.Account {
    /// Whether the calls that there may be are not many more than those that are needed.
    var isTight: Bool {
        let limit = Double(leastCallsPerHour)
        let needed = intervals.reduce(0.0) { sum, interval in
            let looks = 3600 / (Double(interval.value.milliseconds) / 1000 * (1 - splay))
            // As many pages as a list may have things, and an empty one, at as many numbers as there may be.
            return sum + looks * (interval.key.isList ? 13 : 1) * (Scenario.numberKinds.contains(interval.key) ? 7 : 1)
        }
        // Where 85 of a hundred are used, the core alone goes on.
        return needed * 1.5 > limit || Double(others) + needed * 1.5 > Double(quota) * 0.85
    }
}
