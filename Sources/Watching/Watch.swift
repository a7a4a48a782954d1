import Alarms
public import Changes
public import StrictJSON
public import WhatsAppBusiness

/// The watching of one target: whether what is known of it is current, and if not, why. A pure decision.
public struct Watch: Sendable, Equatable {
    /// The states of the interface.
    public typealias State = WatchState

    /// Who tells of a watch's trouble.
    public enum Teller: Sendable, Equatable {
        /// The watch itself.
        case itself
        /// It is not known yet whether a wider watch does.
        case undecided
        /// The watch over another target, which the trouble holds for as well.
        case other(PollTarget)
    }

    /// Why it is so, if it is neither starting nor current.
    public private(set) var reason: String?
    /// Since when it is so.
    public private(set) var since: Timestamp
    /// How many polls in a row have failed.
    public private(set) var failures = 0
    /// When a poll was last complete.
    public private(set) var lastSuccess: Timestamp?
    /// The text of a state that only a later release knows, which left it so; until the next poll `state` is `starting`.
    private var laterState: String?
    /// How it is. What is small stands last: there are very many watches.
    public private(set) var state: State

    /// The state that was told last: trouble that a wider watch told of changes the state and not this.
    private(set) var told = State.current
    /// Who tells of its trouble, if it is in any.
    public private(set) var teller = Teller.itself
    /// Trouble of the whole account, which hides how its own polls end.
    private var cover = Cover.none
    /// Whether that was a drift which another watch told, so that its end is not this one's to tell where wider trouble came in between.
    private var isEcho = false
    /// Whether the process before this one left it so, and no poll has said since whether it still is.
    private var isInherited = false
    /// How the last poll failed, if it did.
    private var lastFailure: State?
    /// How many polls in a row have failed in the same way: in passing, or by a refusal.
    private var alike: UInt8 = 0
    /// Whether the last poll failed, and that was believed.
    private(set) var believesFailure = false

    /// A watch that begins.
    public init(over target: PollTarget, since: Timestamp) {
        state = .starting
        self.since = since
    }

    /// A watch that goes on where the process before this one left it.
    /// - Parameter told: what was told of it last, which is not its document where another watch told of its state; nothing if nothing ever was.
    public init?(over target: PollTarget, document: JSONObject, told: JSONObject?, since: Timestamp, lastSuccess: Timestamp?) {
        func read(_ document: JSONObject?) -> OpenEnum<State>? { document?["state"]?.string.map { OpenEnum(rawValue: $0) } }
        guard let state = read(document) else { return nil }
        self.init(over: target, since: since)
        self.state = state.known ?? .starting
        laterState = state.known == nil ? state.rawText : nil
        // What a later release told is no state that a poll can lead to: that it is over is news.
        var last = read(told).map { $0.known ?? .starting } ?? .current
        // Of a refused token only the account's watch tells.
        if last == .unauthorized, target.kind != .account { last = .current }
        isEcho = self.state == .drifted && last != .drifted
        self.told = isEcho ? .drifted : last
        reason = document["reason"]?.string
        self.lastSuccess = lastSuccess
        isInherited = true
        if self.state.isTrouble, self.told != self.state { teller = .undecided }
    }

    /// The watch as a document.
    public var document: JSONObject {
        if case .some(let state, let reason, _) = cover { return ["state": .string(state.rawValue), "reason": .string(reason)] }
        var document: JSONObject = ["state": .string(laterState ?? state.rawValue)]
        document["reason"] = reason.map(JSONValue.string)
        return document
    }

    /// The watch as it is shown: with the trouble of the whole account, where it tells of that.
    public var shown: Watch {
        guard case .some(let state, let reason, let since) = cover else { return self }
        var watch = self
        (watch.state, watch.reason, watch.since, watch.laterState, watch.cover) = (state, reason, since, nil, .none)
        return watch
    }

    /// The trouble of the whole account that it tells of, if it does.
    var covering: Troubles.Trouble? {
        if case .some(let state, let reason, _) = cover { Troubles.Trouble(state: state, reason: reason) } else { nil }
    }

    /// Very few watches have one.
    private indirect enum Cover: Sendable, Equatable {
        case none
        case some(State, reason: String, since: Timestamp)
    }

    /// How a poll ended.
    public enum Outcome: Sendable, Equatable {
        case complete
        /// Complete, but Meta's doing is not as it was. Other watches over the same kind may have told of it already.
        case drifted(String, isTold: Bool = false)
        /// Complete, but something is missing of which it is not yet known whether that is Meta's doing: a drift from before a restart does not end by it.
        case undecided
        /// Complete, but something is known by now that is newer than the answer: it decides how the watch stands.
        case overtaken
        /// No usable answer. What is certain has been asked twice by whoever says so.
        case failed(State, reason: String, isCertain: Bool = false, cause: Troubles.Cause = .own)
        /// The trouble is a wider watch's, which tells of it.
        case follows(State, reason: String, by: PollTarget? = nil)
        /// The trouble in which it is has turned out to be a wider watch's.
        case joins(State, reason: String, by: PollTarget)
        /// The trouble in which it is has turned out to be its own.
        case tells(reason: String)
        /// Trouble of the whole account, which this watch tells of; `nil` where that is over.
        /// - Parameter isPolled: whether polls of its own will say how it is then.
        case covers(State, reason: String)
        case uncovers(isPolled: Bool)
    }

    /// Who hears of a change of state.
    public enum Telling: Sendable, Equatable {
        /// Nothing changed.
        case nothing
        /// The state changed and is kept, without a word.
        case silently
        /// The state changed, and that is told.
        case told
    }

    /// Takes the end of a poll. A passing failure or a refusal changes the state at the second in a row, every other at once; the first `current` is
    /// told to nobody.
    /// - Parameter others: whether another watch over the same kind of the account is drifted and will tell when that is over.
    public mutating func on(_ outcome: Outcome, at now: Timestamp, others: Bool = false) -> Telling {
        switch outcome {
        case .overtaken:
            succeeded(at: now)
            return .nothing
        case .undecided where state == .drifted && isInherited:
            succeeded(at: now)
            return .nothing
        case .complete, .undecided:
            succeeded(at: now)
            isInherited = false
            let isOthers = state == .drifted ? others : isEcho
            let telling = move(to: .current, reason: nil, at: now)
            return isOthers && telling == .told ? .silently : telling
        case .drifted(let reason, let isTold):
            succeeded(at: now)
            isInherited = false
            // The end of what it told itself is its own to tell.
            let isEnd = told.isTrouble
            let telling = move(to: .drifted, reason: reason, at: now)
            guard isTold, !isEnd, telling == .told else { return telling }
            isEcho = true
            return .silently
        case .failed(let state, let reason, let isCertain, let cause):
            // Nothing was asked where there was no request to be had.
            let isBelieved = state == .late || count(state)
            believesFailure = isBelieved || isCertain
            guard believesFailure else { return .nothing }
            switch cause {
            case .own:
                isInherited = false
                return move(to: state, reason: reason, at: now)
            case .undecided:
                // What it has told of goes on, until it is another trouble.
                guard state != self.state else {
                    if teller != .itself { teller = .undecided }
                    return .nothing
                }
                return take(state, reason, .undecided, at: now)
            case .wider(let wider, let target): return take(wider.state, wider.reason, .other(target), at: now)
            }
        case .follows(let state, let reason, let target):
            return take(state, reason, target.map(Teller.other) ?? .undecided, at: now)
        case .joins(let state, let reason, let target):
            guard self.state.isTrouble, teller == .undecided else { return .nothing }
            return take(state, reason, .other(target), at: now)
        case .tells(let reason):
            guard state.isTrouble, state != .unauthorized, teller == .undecided else { return .nothing }
            return move(to: state, reason: reason, at: now)
        case .covers(let state, let reason): return cover(state, reason, at: now)
        case .uncovers(let isPolled): return uncover(isPolled: isPolled, at: now)
        }
    }

    /// Takes trouble that another watch tells of, or that nobody tells of yet.
    private mutating func take(_ state: State, _ reason: String, _ teller: Teller, at now: Timestamp) -> Telling {
        self.teller = teller
        guard state != self.state || reason != self.reason else { return .nothing }
        set(state, reason, at: now)
        return .silently
    }

    private mutating func cover(_ state: State, _ reason: String, at now: Timestamp) -> Telling {
        // Without a token nothing else can be known.
        guard self.state != .unauthorized else { return .nothing }
        var since = now
        if case .some(let before, let why, let beginning) = cover {
            guard before != state || why != reason else { return .nothing }
            if before == state { since = beginning }
        }
        cover = .some(state, reason: reason, since: since)
        defer { told = state }
        return state == told ? .silently : .told
    }

    private mutating func uncover(isPolled: Bool, at now: Timestamp) -> Telling {
        guard case .some(let covering, let why, let since) = cover else { return .nothing }
        cover = .none
        // What the process before this one left may be over long since, and what no poll of its own ends is not its own.
        if state == .starting || (state.isTrouble && (teller != .itself || isInherited || !isPolled)) {
            if isPolled {
                // Its own next poll says whether that is over for it as well.
                (state, reason, self.since, teller, laterState) = (covering, why, since, .undecided, nil)
                return .nothing
            }
            set(.current, nil, at: now)
        }
        defer { told = state }
        return state == told ? .silently : .told
    }

    private mutating func succeeded(at now: Timestamp) {
        failures = 0
        alike = 0
        believesFailure = false
        lastFailure = nil
        lastSuccess = now
    }

    /// Counts a failure; whether it is believed. One that goes on in another way of the same kind is, too, but does not change the state to and fro.
    private mutating func count(_ state: State) -> Bool {
        failures += 1
        alike = lastFailure?.doubt == state.doubt ? min(alike, 100) + 1 : 1
        let isSame = lastFailure == state
        lastFailure = state
        guard state.doubt != .none else { return true }
        return self.state.isTrouble ? alike > 1 && isSame : alike > 1 || failures > 2
    }

    private mutating func move(to state: State, reason: String?, at now: Timestamp) -> Telling {
        if state == .unauthorized { cover = .none }
        // Another drift is news; the words of a failure that goes on are not. Trouble that was not its own may be by now.
        let isUntold = state.isTrouble && teller != .itself
        guard state != self.state || isUntold || (state == .drifted && reason != self.reason) else { return .nothing }
        let isNews = state != told || (state == .drifted && self.state == .drifted)
        set(state, reason, at: now)
        teller = .itself
        guard cover == .none else { return .silently }
        told = state
        isEcho = false
        return isNews ? .told : .silently
    }

    private mutating func set(_ state: State, _ reason: String?, at now: Timestamp) {
        if state != self.state { since = now }
        laterState = nil
        self.state = state
        self.reason = reason
    }
}

extension WatchState {
    /// Why a single failure may mean nothing.
    enum Doubt { case passing, refusal, none }

    /// Why a single failure that leads to this state may mean nothing.
    var doubt: Doubt {
        switch self {
        case .unreachable, .invalidAnswer: .passing
        case .unauthorized, .forbidden, .notFound: .refusal
        default: .none
        }
    }

    /// Whether nothing is known to be current any more.
    var isTrouble: Bool {
        switch self {
        case .starting, .current, .drifted: false
        default: true
        }
    }
}

extension Watch {
    /// The change that tells of this watch's present state.
    public func change(of target: PollTarget, from earlier: Watch) -> DetectedChange? {
        // What was taken without a word was not told: what readers know is the state before it.
        let isTaken = earlier.state.isTrouble && earlier.teller != .itself && earlier.cover == .none
        let before = isTaken ? ["state": .string(earlier.told.rawValue)] : earlier.document
        guard let difference = DocumentDifference(from: before, to: document) else { return nil }
        let (state, reason) = (shown.state, shown.reason)
        let place = target.phoneNumberID.map { "\(target.kind.rawValue) of \($0)" } ?? target.kind.rawValue
        let advice = state == .unauthorized ? ": replace it, then reload" : ""
        let words = state == .current ? "is current again" : "is not current, \(state.words)\(advice)\(reason.map { ": \($0)" } ?? "")"
        var summary = "\(target.account): \(place) \(words)"
        if target == .connection { summary = state == .current ? "Meta can be reached again" : reason ?? "Meta cannot be reached" }
        return DetectedChange(
            target.watch, .changed, severity: target == .connection && state != .current ? .critical : state.severity,
            fields: difference.fields, before: difference.before, after: difference.after, summary: summary)
    }
}
