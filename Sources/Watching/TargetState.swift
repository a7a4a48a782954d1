import Changes
import GraphAPI
import WhatsAppBusiness

/// A poll target as the watcher has it. There are very many: an object, so that the empty places of the table that it stands in are small.
final class WatchedTarget {
    /// As it is a key: a target that was made anew takes memory of its own.
    let target: PollTarget
    /// How often it changes.
    var rate: ChangeRate
    var state: TargetState

    init(_ target: PollTarget, _ watch: Watch, since now: Moment) {
        self.target = target
        rate = ChangeRate(since: now)
        state = TargetState(watch)
    }
}

/// What is known of one poll target: its watch, what its polls left open, and what is being done about it now. A pure decision; the watcher carries out.
struct TargetState: Sendable {
    /// What a poll has begun and not finished: the next one goes on with it.
    enum Unfinished: Sendable {
        case nothing
        /// The budget ended in the middle of a list: what was read of it is not asked for twice.
        case list(Sweep)
        /// It is being found out which field Meta refuses, with what it said to all of them.
        case search(FieldSearch, GraphFailure)
        /// Another target of the kind finds it out.
        case awaitsSearch(GraphFailure)
    }

    /// A change of the watch that is being written down.
    struct Move: Sendable {
        /// The watch as it was.
        let before: Watch
        /// The watch as it is.
        let after: Watch
        let telling: Watch.Telling
    }

    /// What few targets have: it stands in a place of its own.
    private struct Details: Sendable {
        var quorum = Quorum()
        var hold = Hold()
        var oddities: Oddities?
        var rotation: WindowRotation?
        var order = Order.unknown
        var division = 0
        var unfinished = Unfinished.nothing
        var isToBeWhole = false
        var progress: WatchReport.Progress?
        var isIncomplete = false
        var requests = 1
        var refusedSince: Moment?
        var searchRestsUntil: Moment?

        /// Whether there is nothing in it.
        var isPlain: Bool {
            guard case .nothing = unfinished, case .unknown = order else { return false }
            return quorum.isIdle && !hold.isActive && oddities == nil && rotation == nil && progress == nil && !isIncomplete
                && !isToBeWhole && requests == 1
                && refusedSince == nil && searchRestsUntil == nil
        }
    }

    /// Lists of several pages that are walked by cursors alone have one.
    private indirect enum Order: Sendable {
        case unknown
        case known(NewestFirst)
    }

    /// Most have neither; many have marks alone.
    private indirect enum Storage: Sendable {
        case none
        case marked(RideMarks)
        case some(Details, RideMarks)
    }

    /// The last answer by its digest, where it left nothing open: the same bytes say nothing new.
    private(set) var validator: CacheValidator?
    /// Whether what is known of it is current, and if not, why.
    private(set) var watch: Watch
    private var storage = Storage.none
    /// Whether the list comes newest first, and what its first page showed; `nil` where that is of no use.
    var order: NewestFirst? {
        get { if case .known(let order)? = details?.order { order } else { nil } }
        set { if newValue != nil || order != nil { change(\.order, newValue.map(Order.known) ?? .unknown) } }
    }
    /// Whether a change of the watch is being written down. Whatever else moves the watch comes after it, so that none overwrites another.
    private(set) var isMoving = false

    /// The state of a target whose watch stands so.
    init(_ watch: Watch) { self.watch = watch }

    private var details: Details? {
        if case .some(let details, _) = storage { details } else { nil }
    }

    /// What its own edge showed, to be compared with what rides.
    private(set) var marks: RideMarks {
        get {
            switch storage {
            case .none: RideMarks()
            case .marked(let marks), .some(_, let marks): marks
            }
        }
        set { store(details, newValue) }
    }

    private mutating func store(_ details: Details?, _ marks: RideMarks) {
        if let details {
            storage = .some(details, marks)
        } else {
            storage = marks == RideMarks() ? .none : .marked(marks)
        }
    }

    private mutating func change<Value>(_ member: WritableKeyPath<Details, Value>, _ value: Value) {
        var details = details ?? Details()
        details[keyPath: member] = value
        store(details.isPlain ? nil : details, marks)
    }
}

// MARK: What is known

extension TargetState {
    /// What the last polls lacked of members, and what they said of it.
    var quorum: Quorum { details?.quorum ?? Quorum() }
    /// Whether anything of members is open.
    var hasQuorum: Bool { details.map { !$0.quorum.isIdle } ?? false }
    /// Things that are missing and held.
    var hold: Hold { details?.hold ?? Hold() }
    /// What was odd about the last answer.
    var oddities: Oddities? { details?.oddities }
    /// Which windows of time its polls cover, where they cover any.
    var rotation: WindowRotation? { details?.rotation }
    /// How often its windows were divided anew: what was asked for by an earlier division says nothing of this one.
    var division: Int { details?.division ?? 0 }
    /// What the last poll has left to the next.
    var unfinished: Unfinished { details?.unfinished ?? .nothing }
    /// How far a poll of a long list is.
    var progress: WatchReport.Progress? {
        if let progress = details?.progress { return progress }
        guard case .list(let sweep)? = details?.unfinished else { return nil }
        return WatchReport.Progress(pages: sweep.answers, things: sweep.things)
    }
    /// Requests that the last poll took.
    var requests: Int { details?.requests ?? 1 }
    /// Since when it is refused, if it is.
    var refusedSince: Moment? { details?.refusedSince }
    /// Whether it is not to be found out yet which field a refusal is about.
    func searchRests(_ now: Moment) -> Bool { details?.searchRestsUntil.map { now < $0 } ?? false }

    /// Whether a ride that shows what its own edge showed says that it is as it was: nothing is open of it, and it has not failed since.
    var isConfirmable: Bool {
        switch watch.state {
        case .current, .drifted, .late:
            watch.failures == 0 && watch.lastSuccess != nil && !hasQuorum && !hold.isActive && !(details?.isIncomplete ?? false)
        default: false
        }
    }

    /// Whether it lacks things of which it is not decided whether they are gone.
    var isIncomplete: Bool { details?.isIncomplete ?? false }

    /// Whether the last poll left nothing open.
    var isSettled: Bool { watch.state == .current && watch.failures == 0 && !hasQuorum && !(details?.isIncomplete ?? false) }
}

// MARK: What happens to it

extension TargetState {
    /// Its windows of time are these from now on; what was read of another division counts no longer.
    mutating func rotate(_ rotation: WindowRotation) {
        change(\.division, division + 1)
        change(\.rotation, rotation)
        order = nil
        if case .list = unfinished { change(\.unfinished, .nothing) }
    }

    /// A poll of it has shown something of its windows.
    mutating func changeRotation(_ body: (inout WindowRotation) -> Void) {
        guard var rotation else { return }
        body(&rotation)
        change(\.rotation, rotation)
    }

    /// Takes what was read of a list, to go on with it.
    mutating func takeSweep() -> Sweep? {
        guard case .list(let sweep) = unfinished else { return nil }
        change(\.unfinished, .nothing)
        return sweep
    }

    /// Something was done to what it shows: what was read of a list before says nothing of that, and the next poll reads all of it.
    mutating func isActedOn() {
        _ = takeSweep()
        change(\.isToBeWhole, true)
    }

    /// Whether the poll that begins now has to read everything; the one after it has not.
    mutating func takeIsToBeWhole() -> Bool {
        guard details?.isToBeWhole == true else { return false }
        change(\.isToBeWhole, false)
        return true
    }

    /// The budget ended before the list did.
    mutating func pause(_ sweep: Sweep) { change(\.unfinished, .list(sweep)) }

    /// A poll goes on: so far it is. One that has ended is nowhere.
    mutating func went(to progress: WatchReport.Progress?) {
        guard progress != details?.progress else { return }
        change(\.progress, progress)
    }

    /// A search begins, or has been taken over from another target.
    mutating func search(_ search: FieldSearch, _ failure: GraphFailure) { change(\.unfinished, .search(search, failure)) }

    /// Another target finds out what this one was refused for.
    mutating func awaitSearch(_ failure: GraphFailure) { change(\.unfinished, .awaitsSearch(failure)) }

    /// Takes the search that goes on, or that another target is to go on with.
    mutating func takeSearch() -> (search: FieldSearch, failure: GraphFailure)? {
        guard case .search(let search, let failure) = unfinished else { return nil }
        change(\.unfinished, .nothing)
        return (search, failure)
    }

    /// A search is over, or waited for no longer.
    /// - Parameter moment: until when a refusal is not searched again, where nothing was found.
    mutating func endSearch(restsUntil moment: Moment? = nil) {
        switch unfinished {
        case .search, .awaitsSearch: change(\.unfinished, .nothing)
        case .nothing, .list: break
        }
        if let moment { change(\.searchRestsUntil, moment) }
    }

    /// A poll took so many requests.
    mutating func took(requests: Int) { change(\.requests, requests) }

    /// It was refused; returns since when, if it was already.
    mutating func refused(_ now: Moment) -> Moment? {
        let since = refusedSince
        if since == nil { change(\.refusedSince, now) }
        return since
    }

    /// It is not refused, or no longer.
    mutating func isNotRefused() { if refusedSince != nil { change(\.refusedSince, nil) } }

    /// An answer was read: with this that was odd about it.
    mutating func read(_ oddities: Oddities?) { if oddities != self.oddities { change(\.oddities, oddities) } }

    /// What was recorded of it leaves this open.
    /// - Parameter isIncomplete: whether it lacks things of which it is not decided whether they are gone.
    mutating func leaves(_ quorum: Quorum, _ hold: Hold, isIncomplete: Bool) {
        if !quorum.isIdle || hasQuorum { change(\.quorum, quorum) }
        if hold.isActive || details != nil { change(\.hold, hold.isActive ? hold : Hold()) }
        if isIncomplete || details != nil { change(\.isIncomplete, isIncomplete) }
    }

    /// What rode with a host's answer shows this of it.
    mutating func rode(_ mark: RideMark, with host: Kind, asked: Moment, now: Moment) -> RideMarks.Verdict {
        marks.rode(mark, with: host, asked: asked, now: now)
    }

    /// Its own edge shows this; `nil` where that cannot be compared with what rides.
    mutating func polled(_ mark: RideMark?, asked: Moment, now: Moment) -> RideMarks.Judgement {
        marks.polled(mark, asked: asked, now: now)
    }

    /// The same bytes say nothing new from now on; `nil` where they might.
    mutating func know(by validator: CacheValidator?) { self.validator = validator }

    /// What is asked for may be another thing from now on: nothing that was asked in the old way counts.
    mutating func reload() {
        validator = nil
        marks = RideMarks()
        order?.startOver(isReload: true)
        if case .list = unfinished {} else { change(\.unfinished, .nothing) }
        change(\.searchRestsUntil, nil)
    }
}

// MARK: The watch

extension TargetState {
    /// Takes the end of a poll. What is to be written down of it, if anything is; then nothing else moves the watch until it is (`wrote`).
    mutating func move(_ outcome: Watch.Outcome, at now: Timestamp, others: Bool = false) -> Move? {
        precondition(!isMoving, "one change of a watch is written down at a time")
        let before = watch
        let telling = watch.on(outcome, at: now, others: others)
        guard telling != .nothing else { return nil }
        isMoving = true
        return Move(before: before, after: watch, telling: telling)
    }

    /// A change that was to be written down is, or is not. What nobody was told of has not happened yet: the next end of a poll moves the watch from where
    /// it was.
    mutating func wrote(_ move: Move, isWritten: Bool) {
        precondition(isMoving, "what is written down was begun")
        isMoving = false
        if !isWritten { watch = move.before }
    }

    /// What a poll has found is being recorded, and the watch moves with it (`recorded`).
    mutating func record() -> Watch {
        precondition(!isMoving, "one change of a watch is written down at a time")
        isMoving = true
        return watch
    }

    /// What a poll has found is recorded, and the watch is this; `nil` where it could not be.
    mutating func recorded(_ watch: Watch?) {
        precondition(isMoving, "what is recorded was begun")
        isMoving = false
        if let watch { self.watch = watch }
    }
}

/// What an answer is known again by. Only a poll of one page has one.
struct CacheValidator: Sendable, Equatable {
    var digest: Digest
}
