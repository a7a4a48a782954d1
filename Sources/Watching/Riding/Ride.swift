import Changes

/// Whether one kind's things come with another's answers, and whether that is relied upon. A pure decision: what answers showed goes in, what to ask the
/// plain edge goes out.
///
/// Nothing that rode is ever recorded: it says of a target that all is as it was, or that its own edge is to be asked. So a ride that lies can hide a change
/// only by showing what was there before, and is found out by the first plain answer that shows another.
struct Ride: Sendable, Equatable {
    /// Where it stands.
    enum State: Sendable, Equatable {
        /// It was not tried since the run began, the configuration was read again, or the day of its refusal ended.
        case unprobed
        /// It is asked for; what comes is compared and not relied upon.
        case probing
        /// It is relied upon.
        case riding
        /// An answer that it was asked for in failed as a whole; it is asked for again when it is its turn to be found out.
        case suspected(wasRiding: Bool)
        /// It is not asked for until then.
        case refused(until: Moment, Refusal)
    }

    /// Why it is not asked for.
    enum Refusal: Sendable, Equatable {
        /// The plain edge said another thing at the same time.
        case contradicted
        /// No thing had it.
        case ignored
        /// What came is not of the edge's form.
        case unreadable
        /// Nowhere did it come whole.
        case cutOff
        /// It showed differences again and again that were none.
        case unsteady
        /// The answer that it is asked for in fails.
        case breaks
        /// An answer with it counts as so many calls, which is no less than what it saves.
        case costly(calls: Int)
    }

    /// What an answer showed.
    struct Answer: Sendable, Equatable {
        /// Targets of which it shows what their own edge showed last.
        var agreeing = 0
        /// Whether there was anything at one of these, so that agreement means something.
        var showsSomething = false
        /// Targets of which it shows another thing than their own edge did.
        var differing: [PollTarget] = []
        /// Targets of which nothing is known to compare it with.
        var unknown = 0
        /// Things that lack it, those of which it came not whole, and those where it has no form.
        var missing = 0
        var cutOff = 0
        var unreadable = 0

        /// How many targets it came for, whole.
        var whole: Int { agreeing + differing.count + unknown }
    }

    enum Event: Sendable {
        /// It was asked for, and the answer shows this.
        case answered(Answer)
        /// A target's own edge was asked, and shows what rode.
        /// - Parameters:
        ///   - showsSomething: whether there is anything.
        ///   - isNews: whether that was a change.
        case agreed(PollTarget, showsSomething: Bool, isNews: Bool)
        /// A target's own edge was asked, and shows what it showed before, while what rode was another thing.
        case contradicted
        /// An answer that it was asked for in failed as a whole.
        case suspected
        /// It was suspected, and is what makes it fail.
        case breaks
        /// It is not worth its calls.
        case costly(calls: Int)
    }

    /// A refusal lasts this long.
    static let rest = Duration.seconds(86_400)
    /// So many differences that were none are as good as a contradiction.
    static let patience = 16

    /// One of the targets is polled by itself this often: an answer that shows for ever what was there once contradicts nothing else.
    static let check = Duration.seconds(6 * 3600)

    private(set) var state = State.unprobed
    /// Targets whose polls it stands for, as the last answer showed.
    private(set) var brings = 0
    /// The target whose own edge is asked, because what rode of it is another thing; and those that wait for what comes of that.
    private var asked: PollTarget?
    private var waiting: [PollTarget] = []
    private var inVain = 0
    private var checkedAt: Moment?

    /// Whether it is relied upon.
    var isRelied: Bool { state == .riding }

    /// Whether it may be asked for.
    mutating func mayBeAsked(_ now: Moment) -> Bool {
        if case .refused(let until, _) = state, now >= until { self = Ride() }
        if case .refused = state { return false }
        return true
    }

    /// Whether it is time to poll one of its targets by itself; then that is begun.
    mutating func isCheckDue(_ now: Moment) -> Bool {
        guard isRelied else { return false }
        guard let last = checkedAt else {
            checkedAt = now
            return false
        }
        guard now - last >= Self.check else { return false }
        checkedAt = now
        return true
    }

    /// Takes an event; returns the targets whose own edges are to be asked at once.
    mutating func on(_ event: Event, now: Moment) -> [PollTarget] {
        if case .refused = state { return [] }
        switch event {
        case .answered(let answer): return answered(answer, now)
        case .agreed(let target, let showsSomething, let isNews):
            if state == .probing, showsSomething { state = .riding }
            inVain = isNews ? 0 : inVain + 1
            guard inVain < Self.patience else {
                refuse(.unsteady, now)
                return []
            }
            guard asked == target else { return [] }
            // What is true of one may be of all.
            defer { (asked, waiting) = (nil, []) }
            return waiting
        case .contradicted: refuse(.contradicted, now)
        case .suspected: suspect()
        case .breaks: refuse(.breaks, now)
        case .costly(let calls): refuse(.costly(calls: calls), now)
        }
        return []
    }

    private mutating func answered(_ answer: Answer, _ now: Moment) -> [PollTarget] {
        switch state {
        case .unprobed: state = .probing
        case .suspected(let wasRiding): state = wasRiding ? .riding : .probing
        case .probing, .riding: break
        case .refused: preconditionFailure("what is refused is not asked for")
        }
        brings = 0
        guard answer.whole > 0 else {
            if answer.missing > 0 {
                refuse(.ignored, now)
            } else if answer.unreadable > 0 {
                refuse(.unreadable, now)
            } else if answer.cutOff > 0 {
                refuse(.cutOff, now)
            }
            return []
        }
        if state == .probing, answer.showsSomething { state = .riding }
        if isRelied { brings = answer.agreeing }
        guard let first = answer.differing.first else {
            (asked, waiting) = (nil, [])
            return []
        }
        // One is asked before the others: where it contradicts, they need not be. Where nothing has come of that by the next answer, it is another's turn.
        var next = first
        if let before = asked.flatMap(answer.differing.firstIndex) {
            next = answer.differing[(before + 1) % answer.differing.count]
            guard next != asked else { return [] }
        }
        asked = next
        waiting = answer.differing.filter { $0 != next }
        return [next]
    }

    private mutating func suspect() {
        state = .suspected(wasRiding: state == .riding || state == .suspected(wasRiding: true))
        brings = 0
        (asked, waiting) = (nil, [])
    }

    private mutating func refuse(_ why: Refusal, _ now: Moment) {
        self = Ride()
        state = .refused(until: now + Self.rest, why)
    }
}

extension Ride.Refusal: CustomStringConvertible {
    var description: String {
        switch self {
        case .contradicted: "its own edge answers otherwise"
        case .ignored: "Meta leaves it out"
        case .unreadable: "it comes in an unknown form"
        case .cutOff: "there is more than one page of it"
        case .unsteady: "it comes in another form each time"
        case .breaks: "Meta refuses the request with it"
        case .costly(let calls): "such an answer counts as \(calls) calls"
        }
    }
}
