import Changes
import StrictJSON
import TestTools
import Watching
import WhatsAppBusiness

/// Meta, as far as a run goes: what it holds, how it serves it, what it counts.
final class Meta {
    /// How one edge pages.
    struct Paging {
        enum Cursor: CaseIterable {
            /// Names the thing before the page; dies with it.
            case keyed
            /// A place in the list; what is before it may shift.
            case index
            /// A place in one version of the list; dies with every change.
            case versioned
        }
        var cursor: Cursor
        /// Things of a page, whatever is asked for.
        var cap: Int
        /// Pages that are shorter than they could be.
        var isShort: Double
        /// Whether the last page has a `next`, to an empty one.
        var trails: Bool
        /// Whether there is never a `next`, only a cursor.
        var isBare: Bool
    }

    final class Account {
        var plan: Scenario.Account
        /// The account's own things, by kind; the order is the list's.
        var things: [Kind: [Thing]] = [:]
        /// The numbers' things, those of numbers that are gone as well.
        var ofNumbers: [String: [Kind: [Thing]]] = [:]
        var paging: [Kind: Paging] = [:]
        /// Every answer is this trouble, in an account or in one unit of it.
        var outage: (trouble: Trouble, target: PollTarget?)?
        /// Some answers are one of these troubles.
        var flaky: (troubles: [Trouble], probability: Double)?
        /// Until when the account is throttled, however few calls there are.
        var throttledUntil: Moment?
        /// A member that Meta does not know any more.
        var unknown: (kind: Kind, member: String)?
        /// The version that Meta answers by, if not the one that was asked for.
        var version = "v25.0"
        /// The credential that there is, and the ones that are refused.
        var credential = 0
        var refused: Set<Int> = []
        var listVersions: [PollTarget: Int] = [:]
        var calls: [Moment] = []
        var made = 0
        var etags: ETags = .none
        var tellsUsage = false
        /// Whether a number that has left the account's list still answers, as one does that went to another account.
        var lingers = false
        /// What is odd at present.
        var odd = Odd()
        /// Things that a list has slipped past.
        var jumped: Set<String> = []
        /// Whether the account's own answer holds only some of its apps.
        var cutsApps = false
        /// What it gives inside something else.
        var rides = Rides()
        var batching = Batching.served

        enum ETags: CaseIterable { case none, honoured, ignored }

        init(_ plan: Scenario.Account) { self.plan = plan }

        /// Whether there is a number, and what is its own is answered.
        func has(number: String) -> Bool { lingers || isListed(number) }
        private func isListed(_ number: String) -> Bool { (things[.phoneNumber] ?? []).contains { $0.id == number } }
    }

    let stage: Stage
    var dice: SeededGenerator
    /// Decides what rides, so that all else is as it is without.
    var rideDice: SeededGenerator
    /// Decides how batches are answered, likewise.
    var batchDice: SeededGenerator
    let accounts: [Account]
    let oddities: Set<SimulatedOddity>
    /// In what order blocked users come at present.
    var blocked: BlockedOrder
    private let byID: [String: Account]
    var truth = Truth()
    var walks = Walks()
    /// When accounts were throttled.
    var throttled: [(account: String, span: Span)] = []
    /// What rode, whole and as it was.
    var rode: [Rode] = []
    /// Calls that answers counted as beyond the one of their request, by account.
    var charged: [String: [Moment]] = [:]
    /// When what was old rode, and where.
    var stale: [(account: String, place: RidePlace, span: Span)] = []

    init(_ scenario: Scenario, stage: Stage, dice: SeededGenerator, rideDice: SeededGenerator, batchDice: SeededGenerator) {
        self.stage = stage
        self.dice = dice
        self.rideDice = rideDice
        self.batchDice = batchDice
        accounts = scenario.accounts.map(Account.init)
        oddities = scenario.oddities
        blocked = scenario.blocked
        byID = Dictionary(uniqueKeysWithValues: accounts.map { ($0.plan.wabaID, $0) })
        for account in accounts {
            fill(account)
            if scenario.blockedPerHour > 0 { account.paging[.blockedUser]?.cap = self.dice.pick([2, 3, 4]) }
            fillRides(of: account)
            account.batching = self.batchDice.chance(0.5) ? .served : self.batchDice.pick(Batching.allCases)
        }
    }

    private func fill(_ account: Account) {
        for kind in Kind.polled + [.watch] {
            account.paging[kind] = Paging(
                cursor: dice.pick(Paging.Cursor.allCases), cap: dice.pick([1, 2, 3, 100, 100]), isShort: dice.pick([0, 0, 0.3]),
                trails: dice.chance(0.2), isBare: kind.row.edge?.settlesCursor == true && dice.chance(0.5))
        }
        account.etags = dice.pick(Account.ETags.allCases)
        account.tellsUsage = account.plan.others > 0 || dice.chance(0.5)
        account.cutsApps = dice.chance(0.2)
        account.lingers = dice.chance(0.3)
        account.things[.account] = [Thing(id: account.plan.wabaID, document: Documents.thing(.account, account.plan.wabaID, &dice))]
        for kind in Scenario.accountKinds where kind.isList && !kind.row.listsPhoneNumbers {
            for _ in 0..<dice.pick([0, 1, 2, 6]) { add(kind, nil, account) }
        }
        for _ in 0..<account.plan.numberCount { add(.phoneNumber, nil, account) }
        noteAll(of: account)
    }

    /// Which account an id is in, and which number it is, if it is one that was ever there.
    func owner(of id: String) -> (account: Account, number: String?)? {
        if let account = byID[id] { return (account, nil) }
        return accounts.first { $0.ofNumbers[id] != nil }.map { ($0, id) }
    }

    /// The things of a unit now, in the order of the list.
    func things(of target: PollTarget, _ account: Account) -> [Thing] {
        guard let number = target.phoneNumberID else { return account.things[target.kind] ?? [] }
        return account.has(number: number) ? account.ofNumbers[number]?[target.kind] ?? [] : []
    }

    private func note(_ target: PollTarget, _ account: Account) {
        if truth.note(target, things(of: target, account), at: stage.now) { account.listVersions[target, default: 0] += 1 }
    }

    func noteAll(of account: Account) {
        for kind in Scenario.accountKinds { note(PollTarget(account: account.plan.name, kind: kind), account) }
        for id in account.ofNumbers.keys.sorted() {
            for kind in Scenario.numberKinds { note(PollTarget(account: account.plan.name, kind: kind, phoneNumberID: id), account) }
        }
    }
}

// MARK: What changes

extension Meta {
    /// Something changes, somewhere.
    func changeSomething() {
        let account = dice.pick(accounts)
        let number = dice.chance(0.5) ? account.ofNumbers.keys.sorted().randomElement(&dice) : nil
        let kinds = (number == nil ? Scenario.accountKinds : Scenario.numberKinds).filter { account.plan.intervals[$0] != nil }
        guard !kinds.isEmpty else { return }
        let kind = dice.pick(kinds)
        var things = (number == nil ? account.things[kind] : account.ofNumbers[number ?? ""]?[kind]) ?? []
        let withholds = truth.withheld.contains { $0.account == account.plan.name && $0.span.end > stage.now }
        let index = things.isEmpty ? 0 : dice.number(0...(things.count - 1))
        switch dice.number(0...9) {
        case 0...2 where kind.isList: return finish { add(kind, number, account) }
        case 3...4 where kind.isList && !things.isEmpty && !withholds: things.remove(at: index)
        case 5 where kind.isList && things.count > 1 && !withholds: things.removeLast(dice.number(1...(things.count)))
        default: if !things.isEmpty { Documents.change(&things[index].document, kind, &dice) }
        }
        finish { if let number { account.ofNumbers[number]?[kind] = things } else { account.things[kind] = things } }
        func finish(_ change: () -> Void) {
            change()
            noteAll(of: account)
            stage.note("truth \(account.plan.name) \(kind.rawValue) \(number ?? "") changed")
        }
    }

    private func changed(_ what: String, _ account: Account) {
        noteAll(of: account)
        stage.note("truth \(account.plan.name) \(what)")
    }

    /// Somebody is blocked, or unblocked, or both one after the other.
    func changeBlocked() {
        let account = dice.pick(accounts)
        guard let number = account.ofNumbers.keys.sorted().randomElement(&dice) else { return }
        let choice = dice.number(0...9)
        if choice >= 5, let users = account.ofNumbers[number]?[.blockedUser], !users.isEmpty {
            let user = dice.number(0...(users.count - 1))
            account.ofNumbers[number]?[.blockedUser]?.remove(at: user)
        }
        if choice <= 5 || choice == 9 { add(.blockedUser, number, account) }
        changed("blocked_user \(number) changed", account)
    }

    /// Blocked users come the other way round from now on.
    func turnBlocked() {
        blocked = .oldestFirst
        for account in accounts {
            for number in account.ofNumbers.keys.sorted() { account.ofNumbers[number]?[.blockedUser]?.reverse() }
            changed("blocked users come oldest first", account)
        }
    }

    /// Where somebody who is blocked comes to stand; `nil` where that is by chance.
    private func place(of id: String, in things: [Thing]) -> Int? {
        switch blocked {
        case .newestFirst, .turning: 0
        case .oldestFirst: things.count
        case .byID: things.firstIndex { $0.id > id } ?? things.count
        case .anywhere: nil
        }
    }

    /// A thing comes, perhaps one that was there before.
    private func add(_ kind: Kind, _ number: String?, _ account: Account) {
        var things = (number == nil ? account.things[kind] : account.ofNumbers[number ?? ""]?[kind]) ?? []
        guard things.count < (kind == .phoneNumber ? 7 : 12) else { return }
        account.made += 1
        var id = "\(account.plan.name.suffix(1))000000\(account.made + 10)"
        if dice.chance(0.4) {
            let target = PollTarget(account: account.plan.name, kind: kind, phoneNumberID: number)
            let gone = (truth.versions[target] ?? [:]).keys.sorted().filter { id in !things.contains { $0.id == id } }
            if !gone.isEmpty { id = dice.pick(gone) }
        }
        let thing = Thing(id: id, document: Documents.thing(kind, id, &dice))
        let anywhere = dice.chance(0.5) ? 0 : dice.number(0...things.count)
        things.insert(thing, at: kind == .blockedUser ? place(of: id, in: things) ?? anywhere : anywhere)
        if let number { account.ofNumbers[number]?[kind] = things } else { account.things[kind] = things }
        guard kind == .phoneNumber, account.ofNumbers[id] == nil else { return }
        account.ofNumbers[id] = [:]
        for kind in Scenario.numberKinds {
            if kind.isList {
                for _ in 0..<dice.pick([0, 0, 1, 2, 5]) { add(kind, id, account) }
            } else {
                account.ofNumbers[id]?[kind] = [Thing(id: id, document: Documents.thing(kind, id, &dice))]
            }
        }
    }

    /// Meta stops giving a member, for a time.
    func drift(for time: Duration, isUnknown only: Bool = false, of chosen: Account? = nil) {
        let account = chosen ?? dice.pick(accounts)
        let name = account.plan.name
        guard !isWithholding(account), account.unknown == nil else { return }
        let kind = dice.pick([Kind.phoneNumber, .phoneNumber, .messageTemplate, .businessProfile, .phoneNumberSettings, .account])
        let documents =
            Scenario.accountKinds.contains(kind)
            ? (account.things[kind] ?? []).map(\.document)
            : (account.things[.phoneNumber] ?? []).compactMap { account.ofNumbers[$0.id]?[kind]?.first?.document }
        let isUnknown = only || kind == .account || dice.chance(0.4)
        let members = Documents.members(kind).filter { member in isUnknown || documents.count { $0[member] != nil } >= 5 }
        guard !members.isEmpty else { return }
        let member = dice.pick(members)
        if isUnknown {
            account.unknown = (kind, member)
            stage.after(time) { account.unknown = nil }
        } else {
            truth.withheld.append(.init(account: name, kind: kind, member: member, span: Span(start: stage.now, end: stage.now + time)))
        }
        stage.note("truth \(name) drifts in \(member) of \(kind.rawValue)")
    }

    /// All troubles are over.
    func calmDown() {
        for account in accounts {
            account.outage = nil
            account.flaky = nil
            account.throttledUntil = nil
            account.unknown = nil
            account.version = "v25.0"
            if account.batching == .odd { account.batching = .served }
            if !account.refused.isEmpty { account.credential += 1 }
        }
        mendOddities()
        calmRides()
        for index in truth.withheld.indices where truth.withheld[index].span.end > stage.now { truth.withheld[index].span.end = stage.now }
    }
}

extension Array {
    func randomElement(_ dice: inout SeededGenerator) -> Element? { isEmpty ? nil : dice.pick(self) }
}
