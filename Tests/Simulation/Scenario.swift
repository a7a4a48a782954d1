import TestTools
import Watching
import WhatsAppBusiness

/// What a seed decides before a run: how much there is, how often it is polled and what may go wrong. Most seeds have a few troubles only, so that
/// each is seen alone as well as with others.
struct Scenario {
    struct Account {
        var name: String
        var wabaID: String
        var numbers: AccountPlan.Numbers
        var intervals: [Kind: Duration]
        var splay: Double
        var ceiling: CallBudget.Ceiling
        /// Calls an hour that Meta answers.
        var quota: Int
        /// Calls an hour that others make with the same app.
        var others: Int
        var numberCount: Int

        /// Half of the accounts are; no seed draws a number for it.
        var isAdaptive: Bool { quota == 5000 }

        func watches(_ kind: Kind) -> Bool { intervals[kind] != nil && (kind != .subscribedApp || intervals[.account] != nil) }

        func watches(_ number: String) -> Bool {
            switch numbers {
            case .all: true
            case .only(let ids): ids.contains(number)
            }
        }
    }

    var accounts: [Account] = []
    /// How long things change and go wrong; afterwards they are let settle.
    var busy: Duration
    var retry: Retry
    var schedule: Schedule
    /// Things that change in an hour.
    var changesPerHour: Int
    /// Times that something begins to go wrong in an hour, of these kinds.
    var troublesPerHour: Int
    var troubles: [Trouble]
    /// Whether things are asked for inside others, and how often an hour a place changes its mind.
    var expands = false
    var rideChangesPerHour = 0
    /// In what order blocked users come, and when everything of them is swept.
    var blocked = BlockedOrder.anywhere
    var fullSweep = ListPlan().fullSweep
    /// How often an hour somebody is blocked or unblocked, beside what else changes: where much is, their lists are of several pages and polled often.
    var blockedPerHour = 0
    /// How often an hour a state that alarms follow from changes, beside what else does, and whether some come and go all the time.
    var statesPerHour = 0
    var statesFlap = false
    /// Whether odd things happen alone.
    var isAlone = false
    /// What is odd.
    var oddities: Set<SimulatedOddity> = []
    /// Whether lists are changed while they are walked over.
    var changesUnderWalks: Bool
    var kills: Int
    var clockJumps: Int
    var driftsPerHour: Int
    var readers: Int
    var pollsPerHour: Int
    var reloadsPerHour: Int
    /// Whether another life begins when all troubles are over.
    var restartsAtEnd: Bool
    var latency: ClosedRange<Duration>
    /// How long one access to the disk takes at most.
    var diskLatency: Duration

    static let accountKinds = Kind.polled.filter { $0.row.scope == .account }
    static let numberKinds = Kind.polled.filter { $0.row.scope == .phoneNumber }

    init(_ dice: inout SeededGenerator) {
        busy = dice.time(.seconds(1200)...(.seconds(6000)))
        retry = Retry(longest: dice.time(.seconds(240)...(.seconds(900))))
        schedule = Schedule(places: dice.pick([1, 2, 16]))
        changesPerHour = dice.pick([5, 20, 20, 60])
        troublesPerHour = dice.pick([0, 0, 2, 5, 12])
        troubles = Array(dice.shuffle(Trouble.plain).prefix(dice.pick([1, 2, 4, Trouble.plain.count])))
        changesUnderWalks = dice.chance(0.5)
        kills = dice.chance(0.5) ? dice.number(1...4) : 0
        clockJumps = dice.chance(0.3) ? dice.number(1...4) : 0
        driftsPerHour = dice.chance(0.25) ? dice.number(1...4) : 0
        readers = dice.number(0...3)
        pollsPerHour = dice.pick([0, 0, 3])
        reloadsPerHour = dice.pick([0, 0, 0, 2])
        restartsAtEnd = driftsPerHour > 0 || dice.chance(0.6)
        latency = .milliseconds(20)...(.milliseconds(dice.pick([200, 2000, 8000])))
        diskLatency = dice.pick([.milliseconds(20), .milliseconds(20), .milliseconds(1000)])
        for index in 1...dice.pick([1, 1, 1, 1, 2, 3]) { accounts.append(Self.account(index, &dice)) }
    }

    /// Half of the seeds ask for things inside others.
    mutating func addRides(_ only: Bool?, _ dice: inout SeededGenerator) {
        let drawn = dice.chance(0.5)
        expands = only ?? drawn
        rideChangesPerHour = dice.pick([0, 2, 6, 20])
        // Another life asks every edge again: what a ride has hidden would be found by that.
        let goesOn = dice.chance(0.7)
        // Where calls are scarce nothing can be said of when something must have been seen.
        if expands, dice.chance(0.7) {
            for index in accounts.indices {
                (accounts[index].ceiling, accounts[index].quota, accounts[index].others) = (.fixed(50_000), 50_000, 0)
            }
        }
        if expands, goesOn, driftsPerHour == 0, !oddities.contains(.refusedFields) { restartsAtEnd = false }
    }

    /// Half of the seeds have many changes of long lists of blocked users.
    mutating func addBlocked(_ dice: inout SeededGenerator) {
        blocked = dice.pick(BlockedOrder.allCases)
        fullSweep = dice.time(.seconds(900)...(.seconds(2400)))
        guard dice.chance(0.5) else { return }
        blockedPerHour = dice.pick([10, 30])
        // Another life believes nothing of the order: whether everything is swept in time shows where none begins.
        if dice.chance(0.7), driftsPerHour == 0, !oddities.contains(.refusedFields) { restartsAtEnd = false }
        for index in accounts.indices where dice.chance(0.8) {
            accounts[index].intervals[.blockedUser] = dice.time(.seconds(60)...(.seconds(240)))
        }
    }

    /// Half of the seeds have many changes of the states that alarms follow from.
    mutating func addStates(_ dice: inout SeededGenerator) {
        guard dice.chance(0.5) else { return }
        statesPerHour = dice.pick([4, 12, 30])
        statesFlap = dice.chance(0.5)
    }

    private static func account(_ index: Int, _ dice: inout SeededGenerator) -> Account {
        let count = dice.pick([0, 1, 1, 2, 3, 6])
        let isTight = dice.chance(0.15)
        let usesShare = dice.chance(0.3)
        var intervals: [Kind: Duration] = [:]
        intervals[.phoneNumber] = dice.time(.seconds(120)...(.seconds(900)))
        for kind in accountKinds + numberKinds where kind != .phoneNumber && dice.chance(0.5) {
            intervals[kind] = dice.time(.seconds(300)...(.seconds(1800)))
        }
        return Account(
            name: "acme\(index)", wabaID: "90000000\(index)",
            numbers: dice.chance(0.1) ? .only(Set((10...40).filter { _ in dice.chance(0.6) }.map { "\(index)000000\($0)" })) : .all,
            intervals: intervals,
            splay: dice.pick([0, 0.1, 0.3]),
            ceiling: usesShare ? .share(dice.pick([0.25, 0.5, 0.9])) : .fixed(isTight ? dice.number(5...40) : 1000),
            quota: dice.pick([200, 5000]), others: dice.chance(0.2) ? dice.pick([50, 150, 190]) : 0, numberCount: count)
    }
}

/// In what order blocked users come.
enum BlockedOrder: String, CaseIterable {
    case newestFirst, oldestFirst, byID
    /// Newest first, and when half of the time is over the other way round.
    case turning
    /// Who is new may stand at any place.
    case anywhere
}

/// What can go wrong with one answer.
enum Trouble: String {
    case timeout, reset, serverError, errorPage, transientCode
    case page, truncated, repeatedMember, redirect, wrongShape
    case notFound, forbidden, policy, throttled, unauthorized
    /// Only on a page that is not the first.
    case listChanged, repeatedCursor
    /// What only oddities bring.
    case notModified, passingRefusal, wrongThing, refusedField, tooLarge
    /// What was asked for inside is refused, and the whole with it. It is asked again at once without.
    case refusedRide

    /// What any seed may have.
    static let plain: [Trouble] = [
        .timeout, .reset, .serverError, .errorPage, .transientCode, .page, .truncated, .repeatedMember, .redirect, .wrongShape, .notFound,
        .forbidden, .policy, .throttled, .unauthorized, .listChanged, .repeatedCursor,
    ]

    /// Whether it may be about a field that was asked for.
    var mayBeAboutFields: Bool { self == .refusedField || self == .forbidden }

    /// What a watch becomes by it; `nil` where the list is asked for again at once.
    var state: WatchState? {
        switch self {
        case .timeout, .reset, .serverError, .errorPage, .transientCode, .passingRefusal: .unreachable
        case .page, .truncated, .repeatedMember, .redirect, .wrongShape, .notModified, .wrongThing: .invalidAnswer
        case .notFound: .notFound
        case .forbidden, .policy: .forbidden
        case .throttled: .throttled
        case .unauthorized: .unauthorized
        case .listChanged, .repeatedCursor, .refusedField, .refusedRide, .tooLarge: nil
        }
    }
}
