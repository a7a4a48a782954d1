/// One account's lease as one host knows it: when it is taken, renewed, let go of, and until when the account may be asked about. A pure decision.
///
/// Moments are times of a monotonic clock. A confirmed renewal counts from when it was sent: the servers count from later. What is under way when the host
/// stands still for a minute is judged by the time of its sending as well, so a late confirmation gives nothing that is over.
public struct LeaseState: Sendable, Equatable {
    /// What happened.
    public enum Event: Sendable, Equatable {
        /// Time passes.
        case tick
        /// Whether this host is the one that should hold the account.
        case wanted(Bool)
        /// The bucket has this value, as a watch over it tells.
        case seen(LeaseRecord, revision: UInt64)
        /// What was to be written is written.
        case written(revision: UInt64)
        /// It was not: another revision stands there.
        case conflicted
        /// The bucket has this value, or none, as its leader tells.
        case read(LeaseRecord?, revision: UInt64)
        /// There was no answer.
        case unanswered
        /// The account's state has been taken over: it may be asked about.
        case tookOver(epoch: UInt64)
        /// Nothing asks about the account any more.
        case stopped
    }

    /// What is to be done.
    public enum Action: Sendable, Equatable {
        /// Write that, if the key's revision is `over` (`nil`: if it has no value). Answered by `written`, `conflicted` or `unanswered`.
        case write(LeaseRecord, over: UInt64?)
        /// Read the key. Answered by `read` or `unanswered`.
        case read
        /// Take over the account's state. Answered by `tookOver`.
        case takeOver(epoch: UInt64)
        /// The account may be asked about until that moment.
        case hold(epoch: UInt64, until: Duration)
        /// It may not be asked about any more. Answered by `stopped`.
        case stop
    }

    private enum Standing: Sendable, Equatable {
        /// Nobody's, as far as is known.
        case free(over: UInt64?)
        /// Another's, at least until then.
        case foreign(until: Duration)
        case own(Held)
    }

    private struct Held: Sendable, Equatable {
        var epoch: UInt64
        var revision: UInt64
        /// When the last renewal that was confirmed was sent.
        var confirmed: Duration
        /// Whether the account's state has been taken over, and whether that is under way: it is anew after each stop.
        var isTakenOver = false
        var isTakingOver = true
        /// Whether the account may be asked about.
        var isHolding = false
        var isStopping = false
    }

    private enum Attempt: Sendable, Equatable {
        case write(LeaseRecord, sent: Duration)
        case read(sent: Duration)
    }

    private let host: String
    private let run: String
    private let times: LeaseTimes
    private var standing = Standing.free(over: nil)
    private var isWanted = false
    private var attempt: Attempt?
    /// When the first write of this host was sent whose end is not known.
    private var unknown: Duration?
    private var notBefore = Duration.zero

    /// A lease that nothing is known of.
    /// - Parameters:
    ///   - host: this host.
    ///   - run: what names this run of its relay, among all that ever were.
    public init(host: String, run: String, times: LeaseTimes = LeaseTimes()) {
        self.host = host
        self.run = run
        self.times = times
    }

    /// The epoch of the lease, where it is this host's.
    public var epoch: UInt64? { if case .own(let held) = standing { held.epoch } else { nil } }

    /// Until when the account may be asked about; `nil` where it may not.
    public var heldUntil: Duration? {
        guard case .own(let held) = standing, held.isHolding else { return nil }
        return held.confirmed + times.holding
    }

    /// Whether the lease is this host's and its account may be asked about at that moment.
    public func isHeld(at now: Duration) -> Bool { heldUntil.map { now < $0 } ?? false }

    /// When time is next to pass; `nil` where nothing is due by itself.
    public var wake: Duration? {
        guard case .own(let held) = standing else {
            guard attempt == nil, isWanted else { return nil }
            if case .foreign(let until) = standing { return max(until, notBefore) }
            return notBefore
        }
        var next: [Duration] = held.isHolding ? [held.confirmed + times.holding] : []
        if attempt == nil { next.append(max(isWanted || held.isStopping ? held.confirmed + times.renewal : .zero, notBefore)) }
        return next.min()
    }

    /// Takes in what happened, and says what is to be done.
    public mutating func on(_ event: Event, now: Duration) -> [Action] {
        var actions: [Action] = []
        switch event {
        case .tick: break
        case .wanted(let isWanted): self.isWanted = isWanted
        case .seen(let record, let revision): actions += see(record, revision, isRead: false, now: now)
        case .written(let revision): actions += written(revision, now: now)
        case .conflicted:
            attempt = nil
            return actions + ask(now)
        case .read(let record, let revision):
            attempt = nil
            actions += record.map { see($0, revision, isRead: true, now: now) } ?? free(over: nil)
        case .unanswered:
            if case .write(_, let sent) = attempt { unknown = unknown ?? sent }
            attempt = nil
            notBefore = now + times.retry
        case .tookOver(let epoch):
            guard case .own(var held) = standing, held.epoch == epoch, !held.isStopping else { break }
            (held.isTakenOver, held.isTakingOver) = (true, false)
            standing = .own(held)
            actions += hold(now)
        case .stopped:
            guard case .own(var held) = standing, held.isStopping else { break }
            held.isStopping = false
            standing = .own(held)
        }
        return actions + due(now)
    }

    /// What is due by now.
    private mutating func due(_ now: Duration) -> [Action] {
        var actions: [Action] = []
        if case .own(var held) = standing, held.isHolding, now >= held.confirmed + times.holding || !isWanted {
            (held.isHolding, held.isStopping, held.isTakenOver, held.isTakingOver) = (false, true, false, false)
            standing = .own(held)
            actions.append(.stop)
        }
        guard attempt == nil, now >= notBefore else { return actions }
        switch standing {
        case .free(let over):
            guard isWanted else { return actions }
            return actions + write(LeaseRecord(host: host, run: run, epoch: nil), over: over, now)
        case .foreign(let until):
            guard isWanted, now >= until else { return actions }
            return actions + write(LeaseRecord(host: host, run: run, epoch: nil), over: nil, now)
        case .own(let held):
            // It is let go of when nothing asks about it any more.
            guard isWanted || held.isStopping else {
                return actions + write(LeaseRecord(host: nil, run: run, epoch: held.epoch), over: held.revision, now)
            }
            guard now >= held.confirmed + times.renewal else { return actions }
            return actions + write(LeaseRecord(host: host, run: run, epoch: held.epoch), over: held.revision, now)
        }
    }

    private mutating func write(_ record: LeaseRecord, over revision: UInt64?, _ now: Duration) -> [Action] {
        attempt = .write(record, sent: now)
        return [.write(record, over: revision)]
    }

    private mutating func ask(_ now: Duration) -> [Action] {
        attempt = .read(sent: now)
        return [.read]
    }

    private mutating func written(_ revision: UInt64, now: Duration) -> [Action] {
        guard case .write(let record, let sent) = attempt else { return [] }
        attempt = nil
        return confirm(record, revision, sent: sent, now)
    }

    /// A value of this run's stands in the bucket, and was sent no earlier than that.
    private mutating func confirm(_ record: LeaseRecord, _ revision: UInt64, sent: Duration, _ now: Duration) -> [Action] {
        unknown = nil
        guard record.host != nil else { return free(over: revision) }
        let epoch = record.epoch ?? revision
        if case .own(var held) = standing, held.epoch == epoch {
            (held.revision, held.confirmed) = (revision, max(held.confirmed, sent))
            let isToBegin = !held.isTakenOver && !held.isTakingOver && !held.isStopping && isWanted
            if isToBegin { held.isTakingOver = true }
            standing = .own(held)
            return isToBegin ? [.takeOver(epoch: epoch)] : hold(now)
        }
        standing = .own(Held(epoch: epoch, revision: revision, confirmed: sent))
        return [.takeOver(epoch: epoch)]
    }

    private mutating func hold(_ now: Duration) -> [Action] {
        guard case .own(var held) = standing, held.isTakenOver, !held.isStopping, isWanted, now < held.confirmed + times.holding else {
            return []
        }
        held.isHolding = true
        standing = .own(held)
        return [.hold(epoch: held.epoch, until: held.confirmed + times.holding)]
    }

    private mutating func free(over revision: UInt64?) -> [Action] {
        defer { standing = .free(over: revision) }
        return lose()
    }

    /// - Parameter isRead: whether the leader was asked, so that this is what stands there now.
    private mutating func see(_ record: LeaseRecord, _ revision: UInt64, isRead: Bool, now: Duration) -> [Action] {
        if case .own(let held) = standing, revision <= held.revision { return [] }
        if record.run == run {
            // What a watch tells of this host's own writes, their answers tell as well.
            guard isRead, let sent = unknown else { return [] }
            return confirm(record, revision, sent: sent, now)
        }
        guard record.host != nil else { return free(over: revision) }
        let lost = lose()
        // A value that was read may be old: its end is tried for.
        standing = .foreign(until: now + (isRead ? times.retry : times.timeToLive))
        return lost
    }

    private mutating func lose() -> [Action] {
        guard case .own(let held) = standing, held.isHolding else { return [] }
        return [.stop]
    }
}
