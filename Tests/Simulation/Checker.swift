import Changes
import Ledger
import StrictJSON
import Watching
import WhatsAppBusiness

/// Holds a history against what was promised (Promises.md), with Meta's truth beside it. It knows nothing of how the product decides.
struct Checker {
    var history: History
    /// What was not kept, with the moment.
    private(set) var complaints: [String] = []

    /// What has been told of each unit's things.
    var told: [PollTarget: [String: JSONObject]] = [:]
    /// The same before the transaction that is gone through: what a poll is compared with.
    var toldBefore: [PollTarget: [String: JSONObject]] = [:]
    /// Units that have had their baseline.
    var begun: Set<PollTarget> = []
    var lastSequence: Int64 = 0
    /// When drift was last told of one of an account's kinds.
    var driftTold: [String: [Kind: Moment]] = [:]
    /// What was told last of each watch.
    var watchesTold: [PollTarget: WatchState] = [:]
    /// The promise of when alarms begin and end.
    static let alarmTimes = "nothing hidden"
    private var judgesAlarmTimes = true
    /// And before that.
    var watchesToldEarlier: [PollTarget: WatchState] = [:]
    /// And when.
    var watchesToldAt: [PollTarget: Moment] = [:]
    /// Walks that lacked so much of what was told before them that they are held.
    var massWalks: Set<Int> = []
    /// Walks of which something was told, so that it is known how much of what was told before they lacked.
    var judgedWalks: Set<Int> = []
    /// What is known of alarms.
    var alarms = AlarmTracks()
    /// The times in which alarms can be kept: a process runs, and the disk is not full.
    let free: [Span]
    /// Each unit's walks, as places in the history's.
    let walks: [PollTarget: [Int]]
    /// What rode of each unit, in order.
    let rode: [PollTarget: [Meta.Rode]]

    init(_ history: History) {
        self.history = history
        var walks: [PollTarget: [Int]] = [:]
        for (index, walk) in history.walks.enumerated() { walks[walk.target, default: []].append(index) }
        self.walks = walks
        rode = Dictionary(grouping: history.rode, by: \.target)
        let blocked = history.fullDisk.map { Span(start: $0.start, end: $0.end + .seconds(10)) }
        free = history.lives.flatMap { Span(start: $0.begin, end: $0.end).without(blocked) }
        markGivenUp()
    }

    /// Everything that a history breaks; nothing if it keeps all promises.
    /// - Parameter judgesAlarmTimes: whether it is judged when alarms begin and end, and not only in which order and how often.
    static func complaints(about history: History, judgesAlarmTimes: Bool = true) -> [String] {
        var checker = Checker(history)
        checker.judgesAlarmTimes = judgesAlarmTimes
        checker.goThrough()
        checker.checkEnd()
        checker.checkAlarmsAtEnd()
        checker.checkBudgets()
        checker.checkBlindness()
        checker.checkFirstPages()
        checker.checkAsking()
        checker.checkReaders()
        checker.checkJournal()
        return checker.complaints
    }

    mutating func complain(_ promise: String, _ moment: Moment, _ text: String) {
        guard judgesAlarmTimes || promise != Self.alarmTimes else { return }
        if complaints.count < 20 { complaints.append("\(promise): at \(Stage.seconds(moment)) \(text)") }
    }

    /// What was told by the copies of the ledger that were put back later.
    private var copies: [Int: Copy] = [:]

    private struct Copy {
        var told: [PollTarget: [String: JSONObject]]
        var begun: Set<PollTarget>
        var lastSequence: Int64
        var watchesTold: [PollTarget: WatchState]
        var alarms: AlarmTracks
    }

    private enum Happening {
        case transaction(Int)
        case checkpoint(Int)
        case copy(Int)
        case restore(Int)
    }

    /// In the order of time: what was told, and where it must have been told by.
    private mutating func goThrough() {
        var happenings: [(Moment, Int, Happening)] = []
        for (index, transaction) in history.transactions.enumerated() { happenings.append((transaction.time, 0, .transaction(index))) }
        for index in history.walks.indices {
            if let moment = checkpoint(index) { happenings.append((moment, 1, .checkpoint(index))) }
        }
        for (index, restore) in history.restores.enumerated() {
            happenings.append((restore.copied, 2, .copy(index)))
            happenings.append((restore.restored, 3, .restore(index)))
        }
        happenings.sort { ($0.0, $0.1) < ($1.0, $1.1) }
        for (moment, _, happening) in happenings {
            switch happening {
            case .transaction(let index):
                judgeAlarms(until: moment)
                take(history.transactions[index])
            case .checkpoint(let index):
                let walk = history.walks[index]
                if !judgedWalks.contains(index), isMass(walk, told[walk.target] ?? [:]) { massWalks.insert(index) }
                check(walk)
            case .copy(let index):
                copies[index] = Copy(told: told, begun: begun, lastSequence: lastSequence, watchesTold: watchesTold, alarms: alarms)
            case .restore(let index):
                guard let copy = copies[index] else { continue }
                judgeAlarms(until: moment)
                (told, toldBefore, begun, lastSequence) = (copy.told, copy.told, copy.begun, copy.lastSequence)
                watchesTold = copy.watchesTold
                // What was wrong when the copy was made is so again.
                alarms = copy.alarms
                alarms.judged = moment
            }
        }
    }

    /// An answer has come into the ledger after this time, which is a few accesses to the disk: polls one unit are never closer together.
    var slack: Duration { .seconds(2) + history.scenario.diskLatency * 6 }

    /// When what a walk showed must have been recorded; `nil` where the walk's life or the disk may have come in between, or it was no complete one.
    func checkpoint(_ index: Int) -> Moment? {
        let walk = history.walks[index]
        guard walk.isComplete, walk.isExact, let delivered = walk.delivered else { return nil }
        let list = walks[walk.target] ?? []
        let next = list.firstIndex { $0 > index }.map { history.walks[list[$0]] }
        // What was asked for to find out which field is refused is no poll; an account's apps come with its own answer.
        let comesWith = walk.target.kind == .subscribedApp && walk.named.contains("subscribed_apps")
        let carrier = comesWith ? PollTarget(account: walk.target.account, kind: .account) : walk.target
        // What comes with the account's answer asks for the account's fields.
        let asking = walks[carrier]?.map { history.walks[$0] }.first {
            $0.span.start > walk.span.start && (comesWith || carrier.kind != .subscribedApp || !$0.named.contains("subscribed_apps"))
        }
        if isOfASearch(walk, carrier, before: asking.flatMap { $0.life == walk.life ? $0 : nil }, delivered) { return nil }
        let following = next?.span.start
        let moment = min(delivered + slack, following ?? delivered + slack)
        guard history.lives.indices.contains(walk.life - 1), moment < history.lives[walk.life - 1].end else { return nil }
        guard !history.fullDisk.contains(where: { walk.span.start <= $0.end + slack && $0.start <= moment }) else { return nil }
        return moment
    }

    /// Whether a complete walk may be one of those that find out which field is refused: something was refused before, and another request followed
    /// that named other fields, or came at once; or it came itself at once behind the refusal, or behind another of them.
    private func isOfASearch(_ walk: Walk, _ carrier: PollTarget, before asking: Walk?, _ delivered: Moment) -> Bool {
        if let asking, asking.named != walk.named, asking.span.start - delivered < .seconds(30) { return true }
        let earlier = (walks[carrier] ?? []).lazy.map { history.walks[$0] }.filter {
            $0.life == walk.life && $0.span.start < walk.span.start
        }
        guard let refused = earlier.last(where: { $0.trouble?.mayBeAboutFields ?? false }) else { return false }
        if isChained(walk, to: refused, earlier.filter { $0.span.start > refused.span.start }) { return true }
        // The last one of a life may have been a step that another would have followed.
        guard let asking else { return true }
        return asking.named != walk.named || asking.span.start - delivered < atOnce
    }

    /// A request that is made at once is at Meta after this time.
    var atOnce: Duration { .seconds(2) + history.scenario.latency.upperBound }

    /// Whether each of some walks, one after the other, and one more came at once behind the one before.
    private func isChained(_ walk: Walk, to first: Walk, _ between: some Sequence<Walk>) -> Bool {
        var last = first
        for next in Array(between) + [walk] {
            guard let delivered = last.delivered, next.span.start - delivered < atOnce else { return false }
            last = next
        }
        return true
    }

    /// Whether what a walk showed was recorded, and is so still at a later moment.
    func isRecorded(_ index: Int, at moment: Moment = Moment(nanoseconds: .max)) -> Bool {
        guard let recorded = checkpoint(index), let delivered = history.walks[index].delivered else { return false }
        return !history.restores.contains { $0.copied < recorded && delivered <= $0.restored && $0.restored <= moment }
    }

    /// The unit's last walk that had begun by a moment, and its place among the unit's.
    func latestWalk(_ target: PollTarget, _ moment: Moment) -> (place: Int, walk: Walk)? {
        guard let list = walks[target], let place = list.lastIndex(where: { history.walks[$0].span.start <= moment }) else { return nil }
        return (place, history.walks[list[place]])
    }

    /// Members of a unit's things that Meta did not give in a walk: throughout, and perhaps.
    func hidden(_ walk: Walk) -> (throughout: Set<String>, partly: Set<String>) {
        var hidden = history.truth.withheld(walk.target, walk.span)
        let kind = walk.target.kind
        hidden.throughout.formUnion(walk.lacking)
        if !walk.asked.isEmpty { hidden.throughout.formUnion(Set(Documents.members(kind) + Documents.moved(kind)).subtracting(walk.asked)) }
        return hidden
    }

    func watches(_ number: String, of account: String) -> Bool {
        history.scenario.accounts.first { $0.name == account }?.watches(number) ?? false
    }

    /// The things of a unit that are watched, of those.
    func watched(_ things: [String: JSONObject], _ target: PollTarget) -> [String: JSONObject] {
        target.kind == .phoneNumber ? things.filter { watches($0.key, of: target.account) } : things
    }
}
