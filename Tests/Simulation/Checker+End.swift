import Changes
import Ledger
import StrictJSON
import Watching
import WhatsAppBusiness

extension Checker {
    /// What has come to rest: everything that Meta has is known, nothing else, and every watch is current.
    mutating func checkEnd() {
        for failure in history.failures { complain("watching", failure.time, "the watcher ended: \(failure.why)") }
        let told = history.transactions.flatMap(\.changes)
        if history.kept != told { complain("durable", history.end, "the ledger keeps other changes than were committed") }
        compare(history.stored, history.end)
        for account in history.scenario.accounts where !account.isTight {
            let numbers = Unit(account: account.name, kind: .phoneNumber)
            let ids = watched(history.truth.things(of: numbers, at: history.end), numbers).keys.sorted()
            let units =
                Scenario.accountKinds.map { Unit(account: account.name, kind: $0) }
                + ids.flatMap { id in Scenario.numberKinds.map { Unit(account: account.name, kind: $0, phoneNumberID: id) } }
            for unit in units where account.watches(unit.kind) {
                let truth = watched(history.truth.things(of: unit, at: history.end), unit)
                let told = self.told[unit] ?? [:]
                let isSame =
                    Set(told.keys) == Set(truth.keys)
                    && told.allSatisfy { id, document in
                        JSONValue?.some(.object(document)).isSame(as: truth[id].map(JSONValue.object))
                    }
                if !isSame {
                    complain(
                        "each state is reported", history.end, "\(unit) ends as \(words(told)) and is \(words(truth))")
                }
            }
            for resource in history.stored where resource.resource.kind == .watch && resource.resource.account == account.name {
                if resource.document["state"]?.string != "current" {
                    complain(
                        "watch", history.end, "\(resource.resource.id) of \(account.name) ends as \(JSONValue.object(resource.document))")
                }
            }
        }
    }

    /// Within any hour no more calls than allowed.
    mutating func checkBudgets() {
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

    /// Every reader has everything behind the place where it began, once, in order, and comes to the snapshot.
    mutating func checkReaders() {
        for reader in history.readers {
            guard let first = reader.connections.first, let snapshot = first.snapshot else { continue }
            var position = first.after
            var things: [ResourceID: JSONObject] = [:]
            for resource in snapshot where resource.resource.kind != .watch { things[resource.resource] = resource.document }
            for connection in reader.connections {
                if connection.after != position {
                    complain("resumable", history.end, "\(reader.name) resumed at \(connection.after), not \(position)")
                }
                for change in connection.changes {
                    position += 1
                    guard position > 0, position <= history.kept.count, history.kept[Int(position - 1)] == change else {
                        complain("ordered, unique, gapless", history.end, "\(reader.name) was given \(change.sequence) for \(position)")
                        return
                    }
                    apply(change.change, to: &things)
                }
            }
            if position < lastDue {
                complain("resumable", history.end, "\(reader.name) has come to \(position) only")
            }
            var stored: [ResourceID: JSONObject] = [:]
            for resource in history.stored where resource.resource.kind != .watch { stored[resource.resource] = resource.document }
            // A baseline of a list says nothing of its things: they come with a snapshot that is taken after it.
            let listed = history.kept.contains {
                $0.sequence > first.after && $0.change.operation == .baseline && $0.change.resource.kind.isList
            }
            if !listed, position == history.kept.last?.sequence ?? 0, stored != things {
                complain("atomic", history.end, "\(reader.name) comes to another snapshot than the ledger")
            }
        }
    }

    private func apply(_ change: Change, to things: inout [ResourceID: JSONObject]) {
        guard change.resource.kind != .watch else { return }
        things[change.resource] = change.applied(to: things[change.resource])
        if change.operation == .removed, change.resource.kind == .phoneNumber {
            things = things.filter { $0.key.account != change.resource.account || $0.key.phoneNumberID != change.resource.id }
        }
    }

    /// The last change that everybody must have been given by the end: what was committed just before may still be on its way.
    private var lastDue: Int64 { history.transactions.last { $0.time + slack < history.end }?.changes.last?.sequence ?? 0 }

    /// The journal has everything, in order; only a kill has the last ones told again.
    mutating func checkJournal() {
        var last: (sequence: Int64, life: Int) = (0, 0)
        for entry in history.journal {
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
        let limit =
            switch ceiling {
            case .fixed(let calls): Double(calls)
            case .share(let share): 200 * share
            }
        let needed = intervals.reduce(0.0) { sum, interval in
            let looks = 3600 / (Double(interval.value.milliseconds) / 1000 * (1 - splay))
            // As many pages as a list may have things, and an empty one, at as many numbers as there may be.
            return sum + looks * (interval.key.isList ? 13 : 1) * (Scenario.numberKinds.contains(interval.key) ? 7 : 1)
        }
        return needed * 1.5 > limit || Double(others) + needed * 1.5 > Double(quota)
    }
}
