/// How many requests one account may make: calls of the rolling hour against a ceiling, and what Meta's usage headers say.
///
/// Counted by minutes, each for a whole hour after it has ended, so the count is never below the true one. Calls are written down before they
/// are made, some at a time, so that a process that is killed forgets none of them.
public struct CallBudget: Sendable {
    /// The ceiling that a fixed number of calls an hour sets, or the share of what Meta leaves.
    public enum Ceiling: Sendable, Equatable {
        /// A fixed number of calls an hour.
        case fixed(Int)
        /// A part of what is left of the hour's budget: of 200 calls, until a larger one has been seen.
        case share(Double)
    }

    /// What a request may do.
    public enum Verdict: Sendable, Equatable {
        case granted
        /// Not before that moment.
        case wait(until: Moment)
        /// Some calls have to be written down first (`offer`).
        case unreserved
    }

    /// The ceiling.
    public var ceiling: Ceiling
    /// Calls of an hour that are kept for the core kinds.
    public var core = 0
    /// Percent of Meta's budget used, as the last answer said.
    public internal(set) var usagePercent: Int?
    /// Until when Meta lets nothing through.
    public internal(set) var blockedUntil: Moment?
    var minutes: [Minute] = []
    /// The largest budget of Meta's that the last answers allow to conclude.
    var seen = 200.0
    /// What of it was not used by others, when the last answer came.
    var left = 200.0
    /// When an answer told of it last.
    var toldAt: Moment?
    private var reserved = 0
    private var reservedAt: Int64 = .min
    private var made = 0
    /// Calls that the request which waits for a reservation counts as.
    private var wanted = 1

    struct Minute: Sendable, Equatable {
        var minute: Int64
        var calls: Int
        /// Those of them that were for other kinds than the core's.
        var others: Int
        /// Calls whose answer came, so that Meta has counted them for certain.
        var answers = 0
        /// So many minutes earlier may it have been: a start can only tell that it was no later.
        var earlier = 0
    }

    /// Where nothing is left, one request in five minutes: only an answer can say that the budget has grown back.
    private static let least = 12
    /// What an answer told of the use is taken for true this long after answers have come to tell nothing, and what is left for the whole hour.
    private static let lasting = Duration.seconds(300)

    /// The percentage at which requests stop until the count falls, and the one at which those of other kinds than the core's do.
    private static let stop = 95
    private static let stopOthers = 85

    /// A budget that nothing was used of.
    public init(_ ceiling: Ceiling) { self.ceiling = ceiling }

    /// The most calls an hour.
    public var callsPerHour: Int {
        switch ceiling {
        case .fixed(let calls): calls
        case .share(let share): max(Int((left * share).rounded(.down)), Self.least)
        }
    }

    /// The most calls an hour for other kinds than the core's: what the core leaves, a tenth at least, so that nothing starves.
    public var othersPerHour: Int { Room(callsPerHour: callsPerHour, core: core).others }

    /// How much may be asked for in an hour.
    public struct Room: Sendable {
        var calls = 0
        /// For other kinds than the core's.
        var others = 0

        /// None.
        init() {}

        /// What the core leaves is for the others; a tenth at least, so that nothing starves.
        init(callsPerHour: Int, core: Int) {
            calls = callsPerHour
            others = max(callsPerHour - core, callsPerHour / 10)
        }

        /// Whether there is more than there was.
        func exceeds(_ before: Room) -> Bool { calls > before.calls || others > before.others }
    }

    /// The calls of the last hour.
    public func callsLastHour(_ now: Moment) -> Int { minutes.lazy.filter { $0.counts(now) }.map(\.calls).reduce(0, +) }

    /// Calls of the last hour that Meta has counted for certain: those that were answered. What is counted without having been made, and the minutes
    /// that may be over by now, would make Meta's budget look larger than it is.
    public func answersLastHour(_ now: Moment) -> Int {
        minutes.lazy.filter { $0.minute - Int64($0.earlier) > now.minute - 59 }.map(\.answers).reduce(0, +)
    }

    /// Takes one request out of the budget, or says when there is one to be had.
    /// - Parameter calls: how many calls it counts as; one of more than an hour has is let through where nothing else was made.
    public mutating func take(_ now: Moment, core isCore: Bool = true, calls: Int = 1) -> Verdict {
        minutes.removeAll { !$0.counts(now) }
        if let blockedUntil, now < blockedUntil { return .wait(until: blockedUntil) }
        guard callsLastHour(now) + min(calls, callsPerHour) <= callsPerHour else {
            return .wait(until: minutes.first?.end ?? now + .seconds(60))
        }
        if !isCore {
            let others = minutes.lazy.map(\.others).reduce(0, +)
            guard others + min(calls, othersPerHour) <= othersPerHour else {
                return .wait(until: minutes.first { $0.others > 0 }?.end ?? now + .seconds(60))
            }
        }
        if let until = waitsForCore(min(calls, callsPerHour), core: isCore, now) { return .wait(until: until) }
        if let usagePercent, usagePercent >= (isCore ? Self.stop : Self.stopOthers) {
            if isCore { self.usagePercent = Self.stop - 1 }
            return .wait(until: now + .seconds(300))
        }
        return grant(calls, core: isCore, now)
    }

    /// Takes a request of an action out of the budget: ahead of every poll and past the ceiling, but never past what Meta allows.
    public mutating func takeWrite(_ now: Moment) -> Verdict {
        minutes.removeAll { !$0.counts(now) }
        if let blockedUntil, now < blockedUntil { return .wait(until: blockedUntil) }
        // What others use of Meta's budget shows in the percentage alone.
        if let usagePercent, usagePercent >= 100 { return .wait(until: now + .seconds(300)) }
        guard callsLastHour(now) < max(callsPerHour, Int(seen)) else {
            return .wait(until: minutes.first?.end ?? now + .seconds(60))
        }
        return grant(1, core: true, now)
    }

    private mutating func grant(_ calls: Int, core isCore: Bool, _ now: Moment) -> Verdict {
        guard hasReserved(calls, now) else {
            wanted = max(wanted, calls)
            return .unreserved
        }
        wanted = 1
        reserved -= calls
        made += calls
        open(now.minute)
        minutes[minutes.count - 1].calls += calls
        if !isCore { minutes[minutes.count - 1].others += calls }
        return .granted
    }

    private func hasReserved(_ calls: Int, _ now: Moment) -> Bool { reserved >= calls && now.minute <= reservedAt + 1 }

    /// Whether a request that was not granted for want of calls that are written down would still not be.
    public func needsReservation(_ now: Moment) -> Bool { !hasReserved(wanted, now) }

    /// Whether it is time to write some calls down, together with others'.
    public func wantsReservation(_ now: Moment) -> Bool {
        (minutes.last.map { $0.minute + 2 >= now.minute } ?? false) && (reserved == 0 || now.minute > reservedAt)
    }

    /// Calls that are to be written down; they may be made once they are (`accept`). Until then there are none.
    public mutating func offer(_ now: Moment) -> Offer {
        reserved = 0
        // A process that is killed loses what it had not used: few calls, so that one that is killed again and again does not lose the hour.
        let few = min(max(1, callsPerHour / 25), 16)
        return Offer(calls: max(few, callsPerHour / 5000, wanted), made: made, minute: now.minute)
    }

    /// The calls of an offer are written down. Some may have been made meanwhile, which another offer had room for.
    public mutating func accept(_ offer: Offer) {
        reserved = max(0, offer.calls - (made - offer.made))
        reservedAt = offer.minute
    }

    /// Calls that are written down before they are made.
    public struct Offer: Sendable {
        var calls: Int
        var made: Int
        var minute: Int64
    }

    /// There will be no more calls: what is reserved is not used.
    public mutating func release() { reserved = 0 }

    private mutating func open(_ minute: Int64) {
        if minutes.last?.minute != minute { minutes.append(Minute(minute: minute, calls: 0, others: 0)) }
    }

    /// An answer came.
    /// - Parameter calls: how many calls it counts as.
    public mutating func answered(_ now: Moment, calls: Int = 1) {
        open(now.minute)
        minutes[minutes.count - 1].answers += calls
    }

    /// Takes in what an answer's headers said: percent used, and how long Meta lets nothing through.
    /// - Parameter calls: the calls of the last hour that Meta had counted for certain when it answered.
    public mutating func note(percent: Int?, of calls: Int, regainAfter: Duration?, now: Moment) {
        if let percent {
            usagePercent = percent
            toldAt = now
            let calls = Double(calls)
            // n calls of the last hour at p percent mean about 100·n/p. Whole percents say little where they are few, and few calls
            // nothing.
            if calls >= 20 { seen = max(200, 100 * calls / Double(percent < 5 ? percent + 1 : percent)) }
            left = min(seen, seen * Double(max(0, 100 - percent)) / 100 + calls)
        }
        if let regainAfter, regainAfter > .zero { blockedUntil = max(blockedUntil ?? now, now + regainAfter) }
    }

    /// An answer came that told nothing of the use: what an earlier one told is not true for ever. Some come with a refusal alone.
    public mutating func toldNothing(_ now: Moment) {
        guard let toldAt, now - toldAt >= Self.lasting else { return }
        usagePercent = nil
        guard now - toldAt >= .seconds(3600) else { return }
        left = seen
        self.toldAt = nil
    }
}

extension CallBudget.Minute {
    var end: Moment { Moment(nanoseconds: (minute + 61) * 60_000_000_000) }
    func counts(_ now: Moment) -> Bool { end > now }
}

extension Moment {
    var minute: Int64 { nanoseconds / 60_000_000_000 }
}
