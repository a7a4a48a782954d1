import Changes
import GraphAPI
import StrictJSON
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
    }

    final class Account {
        let plan: Scenario.Account
        var numbers: [Thing] = []
        var profiles: [String: JSONObject] = [:]
        var paging: [Kind: Paging] = [:]
        /// Every answer is this trouble, in an account or in one unit of it.
        var outage: (trouble: Trouble, unit: Unit?)?
        /// Some answers are one of these troubles.
        var flaky: (troubles: [Trouble], probability: Double)?
        /// Until when the account is throttled, however few calls there are.
        var throttledUntil: Moment?
        /// A member that Meta does not know any more.
        var unknown: (kind: Kind, member: String)?
        var listVersions: [Kind: Int] = [:]
        var calls: [Moment] = []
        var numbersMade = 0
        var etags: ETags = .none
        var tellsUsage = false

        enum ETags: CaseIterable { case none, honoured, ignored }

        init(_ plan: Scenario.Account) { self.plan = plan }
    }

    let stage: Stage
    var dice: Dice
    let accounts: [Account]
    private let byID: [String: Account]
    var truth = Truth()
    var walks = Walks()

    init(_ scenario: Scenario, stage: Stage, dice: Dice) {
        self.stage = stage
        self.dice = dice
        accounts = scenario.accounts.map(Account.init)
        byID = Dictionary(uniqueKeysWithValues: accounts.map { ($0.plan.wabaID, $0) })
        for account in accounts {
            for kind in Kind.allCases {
                account.paging[kind] = Paging(
                    cursor: self.dice.pick(Paging.Cursor.allCases), cap: self.dice.pick([1, 2, 3, 100]),
                    isShort: self.dice.pick([0, 0, 0.3]), trails: self.dice.chance(0.2))
            }
            account.etags = self.dice.pick(Account.ETags.allCases)
            account.tellsUsage = account.plan.others > 0 || self.dice.chance(0.5)
            for _ in 0..<account.plan.numberCount { addNumber(to: account) }
            noteAll(of: account)
        }
    }

    /// Which account an id is in, and which number it is, if it is one that was ever there.
    func owner(of id: String) -> (account: Account, number: String?)? {
        if let account = byID[id] { return (account, nil) }
        return accounts.first { $0.profiles[id] != nil }.map { ($0, id) }
    }

    /// The things of a unit now, in the order of the list.
    func things(of unit: Unit, _ account: Account) -> [Thing] {
        switch unit.kind {
        case .phoneNumber: return account.numbers
        case .businessProfile:
            guard let id = unit.phoneNumberID, account.numbers.contains(where: { $0.id == id }), let document = account.profiles[id] else { return [] }
            return [Thing(id: id, document: document)]
        default: return []
        }
    }

    private func note(_ unit: Unit, _ account: Account) {
        if truth.note(unit, things(of: unit, account), at: stage.now) { account.listVersions[unit.kind, default: 0] += 1 }
    }

    private func noteAll(of account: Account) {
        for kind in Scenario.accountKinds { note(Unit(account: account.plan.name, kind: kind), account) }
        for id in account.profiles.keys.sorted() {
            for kind in Scenario.numberKinds { note(Unit(account: account.plan.name, kind: kind, phoneNumberID: id), account) }
        }
    }
}

// MARK: What changes

extension Meta {
    /// Something changes, somewhere.
    func changeSomething() {
        let account = dice.pick(accounts)
        let withholds = truth.withheld.contains { $0.account == account.plan.name && $0.span.end > stage.now }
        switch dice.number(0...9) {
        case 0: addNumber(to: account)
        case 1 where !account.numbers.isEmpty && !withholds: account.numbers.remove(at: dice.number(0...(account.numbers.count - 1)))
        case 2...5 where !account.numbers.isEmpty:
            let index = dice.number(0...(account.numbers.count - 1))
            Documents.change(&account.numbers[index].document, Documents.numberMembers, &dice)
        default:
            guard !account.profiles.isEmpty else { return }
            let id = dice.pick(account.profiles.keys.sorted())
            if var document = account.profiles[id] {
                Documents.change(&document, Documents.profileMembers, &dice)
                account.profiles[id] = document
            }
        }
        noteAll(of: account)
        stage.note("truth \(account.plan.name) changed")
    }

    /// A number comes, perhaps one that was there before.
    private func addNumber(to account: Account) {
        let gone = account.profiles.keys.sorted().filter { id in !account.numbers.contains { $0.id == id } }
        guard account.numbers.count < 9 else { return }
        var id = "\(account.plan.name.suffix(1))0000000\(account.numbersMade + 1)"
        if !gone.isEmpty, dice.chance(0.5) { id = dice.pick(gone) } else { account.numbersMade += 1 }
        account.numbers.insert(Thing(id: id, document: Documents.number(id, &dice)), at: dice.chance(0.5) ? 0 : account.numbers.count)
        if account.profiles[id] == nil { account.profiles[id] = Documents.profile(&dice) }
    }

    /// Meta stops giving a member, for a time.
    func drift(for time: Duration) {
        let account = dice.pick(accounts)
        let name = account.plan.name
        let members = Documents.numberMembers.filter { member in account.numbers.count { $0.document[member] != nil } >= 5 }
        guard !members.isEmpty, !truth.withheld.contains(where: { $0.account == name && $0.span.end > stage.now }) else { return }
        let member = dice.pick(members)
        if dice.chance(0.5) {
            truth.withheld.append(.init(account: name, kind: .phoneNumber, member: member, span: Span(start: stage.now, end: stage.now + time)))
        } else if account.unknown == nil {
            account.unknown = (.phoneNumber, member)
            stage.after(time) { account.unknown = nil }
        }
        stage.note("truth \(name) drifts in \(member)")
    }

    /// All troubles are over.
    func calmDown() {
        for account in accounts {
            account.outage = nil
            account.flaky = nil
            account.throttledUntil = nil
            account.unknown = nil
        }
        for index in truth.withheld.indices where truth.withheld[index].span.end > stage.now { truth.withheld[index].span.end = stage.now }
    }
}
