import Changes
import GraphAPI
import Ledger
import Logging
import StrictJSON
import WhatsAppBusiness

// What comes with the answers of other polls: asked for, compared with what its own edge showed last, and taken for a poll of its own where it is the same.

extension Watcher {
    /// The rides that a poll of a target asks for. While a target fails it is asked for alone, for its own sake.
    func carried(by polled: WatchedTarget, _ account: AccountState) -> [RideKey] {
        let (host, plan) = (polled.target.kind, account.plan)
        guard plan.expansion == .auto, polled.target.phoneNumberID == nil, !host.possibleRiders.isEmpty,
            polled.state.watch.lastSuccess != nil, polled.state.watch.failures == 0, !polled.state.watch.state.isTrouble
        else { return [] }
        return account.rides.carried(by: host, now: world.now()) { key in
            guard plan.watches(key.kind) else { return false }
            guard key.kind.row.scope == .account else { return !account.numbers.isEmpty }
            // What is known not to fit one page would be cut off.
            guard let rider = watched[PollTarget(account: plan.name, kind: key.kind)] else { return false }
            return rider.state.requests <= 1
                && (!key.kind.row.listsPhoneNumbers || account.numbers.count <= key.kind.row.mayRideOn?.limit ?? .max)
        }
    }

    /// An answer came: what that says of the rides that it was asked for with, and of those that it failed with before.
    func tell(_ account: AccountState, _ plan: FetchPlan, _ broken: (carried: [RideKey], failure: GraphFailure)?) {
        if let broken {
            account.rides.broke(broken.carried, broken.failure, now: world.now())
            for key in broken.carried { logRefusal(key, account) }
            relied(account)
        } else if !plan.carried.isEmpty {
            account.rides.worked(plan.target.kind)
        }
    }

    /// Takes in what rode with a host's answer.
    func apply(_ plan: FetchPlan, _ found: Sweep.Found) async {
        let (host, carried) = (plan.target, plan.carried)
        guard let account = accounts[host.account], !carried.isEmpty else { return }
        let now = world.now()
        account.brought[host.kind] = nil
        var brought = BroughtTargets()
        for key in carried {
            let (answer, agreeing) = read(key, in: found.items, account, asked: plan.askedAt)
            ask(account.rides.on(.answered(answer), of: key, now: now))
            logRefusal(key, account)
            if account.rides[key].isRelied { brought.add(agreeing, by: key) }
        }
        account.brought[host.kind] = brought
        relied(account)
        checkRides(of: host, carried)
        for (key, target) in brought.all { await bring(target, by: key) }
    }

    /// What an answer shows of a ride's targets, and those of them that are as their own edge showed them.
    private func read(_ key: RideKey, in hosts: [JSONValue], _ account: AccountState, asked: Moment) -> (
        Ride.Answer, agreeing: [PollTarget]
    ) {
        var answer = Ride.Answer()
        var agreeing: [PollTarget] = []
        let kind = key.kind
        for (target, member) in Self.members(key, in: hosts, account) {
            guard let polled = watched[target] else { continue }
            switch NestedThings(member, of: kind.edge, keysOnly: kind.row.keepsOnlyKeys, limit: kind.row.mayRideOn?.limit) {
            case .missing: answer.missing += 1
            case .cutOff: answer.cutOff += 1
            case .unreadable: answer.unreadable += 1
            case .whole(let found):
                guard let (observation, oddities) = try? Observation.read(target, of: account.plan, found, asked: account.fields(of: kind)),
                    oddities?.hasStrays != true
                else {
                    answer.unreadable += 1
                    continue
                }
                switch polled.state.rode(RideMark(observation), with: key.host, asked: asked, now: world.now()) {
                case .agrees:
                    answer.agreeing += 1
                    agreeing.append(polled.target)
                    answer.showsSomething = answer.showsSomething || observation.showsSomething
                case .differs: answer.differing.append(polled.target)
                case .unknown: answer.unknown += 1
                }
            }
        }
        return (answer, agreeing)
    }

    /// The members that hold what rides, with the targets whose things these are.
    private static func members(_ key: RideKey, in hosts: [JSONValue], _ account: AccountState) -> [(PollTarget, JSONValue?)] {
        var things = hosts
        if let outer = key.outer { things = hosts.flatMap { $0[outer.field]?["data"]?.array ?? [] } }
        guard key.kind.row.scope == .phoneNumber else {
            return things.prefix(1).map { (PollTarget(account: account.plan.name, kind: key.kind), $0[key.field]) }
        }
        return things.compactMap { thing in
            guard let number = Edge.phoneNumbers.key(of: thing), account.numbers.contains(number) else { return nil }
            return (PollTarget(account: account.plan.name, kind: key.kind, phoneNumberID: number), thing[key.field])
        }
    }

    /// What becomes of the turn of a target that another poll has just brought, or is about to bring: both were due at once. `nil` where it is to be
    /// polled.
    func turnOfBrought(_ target: PollTarget) -> Schedule.Event? {
        guard target.kind.row.mayRideOn != nil, let account = accounts[target.account], let polled = watched[target],
            polled.state.isConfirmable, polled.state.marks.plain != nil, polled.state.marks.doubt == nil, !schedule.isHastened(target),
            let every = interval(of: target), let last = polled.state.watch.lastSuccess
        else { return nil }
        let keys = RideKey.all.filter { key in
            key.kind == target.kind && account.rides[key].isRelied
                && account.brought[key.host]?.contains(target, by: key) == true
        }
        guard !keys.isEmpty else { return nil }
        let now = world.now()
        let ago = Duration.milliseconds(world.wallClock().milliseconds - last.milliseconds)
        if ago >= .zero, ago < every * Schedule.slack { return .polled(target, every: every * (1 + Schedule.slack)) }
        let isSoon = keys.contains { key in
            guard let host = watched[PollTarget(account: target.account, kind: key.host)], schedule.interval(of: host.target) != nil else {
                return false
            }
            return schedule.due(host.target).map { $0 <= now } ?? true && carried(by: host, account).contains(key)
        }
        return isSoon ? .again(target, at: now + Self.patience) : nil
    }

    /// What brings a target has so long.
    private static let patience = Duration.seconds(5)

    /// Has one of each ride's targets polled by itself now and then, to see whether what rides follows.
    func checkRides(of host: PollTarget, _ carried: [RideKey]) {
        guard let account = accounts[host.account] else { return }
        let now = world.now()
        for key in carried where account.rides.isCheckDue(of: key, now: now) {
            let brought = account.brought[host.kind]?.targets(by: key) ?? []
            if !brought.isEmpty { ask([brought[Int(now.minute) % brought.count]]) }
        }
    }

    /// A target's things came with another's answer, as they were: that is a poll of it.
    func bring(_ target: PollTarget, by key: RideKey) async {
        guard let account = accounts[target.account], account.rides[key].isRelied, let polled = watched[target], polled.state.isConfirmable,
            polled.state.marks.doubt == nil, let every = interval(of: target)
        else { return }
        let (now, wallClock) = (world.now(), world.wallClock())
        if let last = polled.state.watch.lastSuccess {
            let part = min(Double(max(0, wallClock.milliseconds - last.milliseconds)) / Double(max(every.milliseconds, 1)), 1)
            account.saved.add(part * Double(polled.state.requests), now: now)
        }
        ledger.confirm(target, at: wallClock)
        // It is due later than it was: what the alarm is set for is no later than that.
        schedule.on(.brought(target, every: every), now: now)
        await moveByCompletePoll(of: target)
    }

    /// What a complete poll of a target's own edge shows, to compare what rides with; `nil` where it is of no kind that may ride, or not all was seen.
    func mark(_ observation: Observation, _ coverage: WindowRotation.Coverage) -> RideMark? {
        guard coverage == .whole, let plan = accounts[observation.target.account]?.plan, plan.expansion == .auto,
            RideKey.all.contains(where: { $0.kind == observation.target.kind && plan.watches($0.host) })
        else { return nil }
        return RideMark(observation)
    }

    /// A target's own edge shows this: what that says of what rode.
    func compare(_ mark: RideMark?, of polled: WatchedTarget, asked: Moment, isNews: Bool, shows: @autoclosure () -> Bool) {
        let target = polled.target
        guard target.kind.row.mayRideOn != nil, let account = accounts[target.account], watched[target] === polled else { return }
        let (before, host) = (polled.state.marks.plain, polled.state.marks.doubt?.host)
        let judgement = polled.state.polled(mark, asked: asked, now: world.now())
        // What rode with the answer that is known by its bytes was compared with what was known then.
        if before != mark {
            for host in Set(RideKey.all.filter { $0.kind == target.kind }.map(\.host)) {
                watched[PollTarget(account: target.account, kind: host)]?.state.know(by: nil)
            }
        }
        guard let host else { return }
        let key = RideKey(host: host, kind: target.kind)
        switch judgement {
        case .nothing: return
        case .agrees: ask(account.rides.on(.agreed(target, showsSomething: shows(), isNews: isNews), of: key, now: world.now()))
        case .contradicts: ask(account.rides.on(.contradicted, of: key, now: world.now()))
        }
        logRefusal(key, account)
        relied(account)
    }

    private func ask(_ targets: [PollTarget]) {
        for target in targets where schedule.interval(of: target) != nil { on(.hasten(target, ahead: false), world.now()) }
    }

    /// Fits the intervals to what rides, where that is news; and gives up what costs no less than it saves.
    func relied(_ account: AccountState) {
        let relied = account.rides.relied
        guard relied != account.relied else { return }
        account.relied = relied
        stretch(account.plan.name)
    }

    /// Gives up the rides of a host where its answers cost as many calls as they save, or more.
    func weigh(_ account: AccountState) {
        guard !account.standing.expansionCalls.isEmpty else { return }
        for (host, calls) in account.callPlan.costlyHosts {
            account.rides.giveUp(host, calls: calls, now: world.now())
            log.info(
                "other kinds are asked for by themselves",
                metadata: ["account": "\(account.plan.name)", "with": "\(host.rawValue)", "reason": "\(Ride.Refusal.costly(calls: calls))"])
            relied(account)
        }
    }

    private func logRefusal(_ key: RideKey, _ account: AccountState) {
        guard case .refused(_, let why) = account.rides[key].state else { return }
        log.debug(
            "a kind is asked for by itself",
            metadata: [
                "account": "\(account.plan.name)", "kind": "\(key.kind.rawValue)", "with": "\(key.host.rawValue)", "reason": "\(why)",
            ])
    }
}

extension Observation {
    /// Whether there is anything to be seen: what says that there is nothing agrees with a ride that says nothing.
    var showsSomething: Bool { !ids.isEmpty || items.contains { !canonical($0).isEmpty } }

    /// A thing in the one form that all that is the same has. An id is left out that says no more than whose it is, or that was not asked for: Meta may give
    /// it at one of its places and not at the other.
    func canonical(_ item: Item) -> JSONObject {
        let saysMore = target.kind.edge.fields.contains("id") && item.document["id"]?.idText != item.id
        return Rules.of(target.kind).canonical(item.document, without: saysMore ? [] : ["id"])
    }
}
