public import Changes
public import StrictJSON
public import WhatsAppBusiness

/// The watching of one unit: whether what is known of it is current, and if not, why. A pure decision.
public struct Watch: Sendable, Equatable {
    /// The states of the interface.
    public typealias State = WatchState

    /// Why it is so, if it is neither starting nor current.
    public private(set) var reason: String?
    /// Since when it is so.
    public private(set) var since: Timestamp
    /// How many looks in a row have failed.
    public private(set) var failures = 0
    /// When a look was last complete.
    public private(set) var lastSuccess: Timestamp?
    /// How it is. What is small stands last: there are very many watches.
    public private(set) var state: State

    /// A refused token is told once, by the watch over the account; the account's other watches keep it without a word.
    private let tellsOfToken: Bool

    /// A watch that begins.
    public init(over unit: Unit, since: Timestamp) {
        state = .starting
        tellsOfToken = unit.kind == .account
        self.since = since
    }

    /// A watch that goes on where the process before this one left it.
    public init?(over unit: Unit, document: JSONObject, since: Timestamp, lastSuccess: Timestamp?) {
        guard let state = document["state"]?.string.flatMap(State.init(rawValue:)) else { return nil }
        self.init(over: unit, since: since)
        self.state = state
        reason = document["reason"]?.string
        self.lastSuccess = lastSuccess
    }

    /// The watch as a document.
    public var document: JSONObject {
        var document: JSONObject = ["state": .string(state.rawValue)]
        document["reason"] = reason.map(JSONValue.string)
        return document
    }

    /// How a look ended.
    public enum Outcome: Sendable, Equatable {
        case complete
        /// Complete, but Meta's doing is not as it was. Other watches over the same kind may have told of it already.
        case drifted(String, isTold: Bool = false)
        /// No usable answer.
        case failed(State, reason: String)
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

    /// Takes the end of a look. A passing failure changes the state at the second in a row, every other at once; the first `current` is told to nobody.
    /// - Parameter others: whether another watch over the same kind of the account is drifted and will tell when that is over.
    public mutating func on(_ outcome: Outcome, at now: Timestamp, others: Bool = false) -> Telling {
        switch outcome {
        case .complete:
            failures = 0
            lastSuccess = now
            let wasDrifted = state == .drifted
            let telling = move(to: .current, reason: nil, at: now)
            return wasDrifted && others && telling == .told ? .silently : telling
        case .drifted(let reason, let isTold):
            failures = 0
            lastSuccess = now
            let telling = move(to: .drifted, reason: reason, at: now)
            return isTold && telling == .told ? .silently : telling
        case .failed(let state, let reason):
            // Nothing was asked where there was no request to be had.
            if state != .late { failures += 1 }
            if failures < 2, state.isPassing { return .nothing }
            return move(to: state, reason: reason, at: now)
        }
    }

    private mutating func move(to state: State, reason: String?, at now: Timestamp) -> Telling {
        // Another drift is news; the words of a failure that goes on are not.
        guard state != self.state || (state == .drifted && reason != self.reason) else { return .nothing }
        defer {
            if state != self.state { since = now }
            self.state = state
            self.reason = reason
        }
        if self.state == .starting && state == .current { return .silently }
        return tellsOfToken || (state != .unauthorized && self.state != .unauthorized) ? .told : .silently
    }
}

extension WatchState {
    /// Whether a single one may mean nothing.
    var isPassing: Bool { self == .unreachable || self == .invalidAnswer }

    /// How urgent it is that a watch came into this state.
    var severity: Severity {
        switch self {
        case .starting, .current: .info
        case .unauthorized: .critical
        default: .warning
        }
    }
}

extension Watch {
    /// The change that tells of this watch's present state.
    public func change(of unit: Unit, from earlier: Watch) -> Change? {
        guard let difference = Difference(from: earlier.document, to: document) else { return nil }
        let place = unit.phoneNumberID.map { "\(unit.kind.rawValue) of \($0)" } ?? unit.kind.rawValue
        let verb =
            state == .current ? "is current again" : "is \(state.rawValue.replacing("_", with: " "))\(reason.map { ": \($0)" } ?? "")"
        return Change(
            unit.watch, .changed, severity: state.severity, fields: difference.fields, before: difference.before, after: difference.after,
            summary: "\(unit.account): the watch over \(place) \(verb)")
    }
}
