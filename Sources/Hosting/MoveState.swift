public import StrictJSON

/// One account's way to the host that it belongs to, as that host has come: one at a time among all hosts, by one key that is written before the account is
/// let go of. A pure decision.
public struct MoveState: Sendable, Equatable {
    /// What is to be done.
    public enum Action: Sendable, Equatable {
        /// Write that, if the key's revision is `over` (`nil`: if it has no value). Answered by `written` or `failed`.
        case write(JSONObject, over: UInt64?)
    }

    private enum State: Sendable, Equatable {
        case idle
        /// Another host moves an account.
        case foreign(until: Duration)
        case asking(account: String, to: String)
        case moving(account: String, to: String, revision: UInt64, until: Duration)
        case ending(revision: UInt64)
    }

    private let host: String
    private let times: LeaseTimes
    private var state = State.idle
    /// The revision of the last value, of a move that is over.
    private var over: UInt64?
    private var notBefore = Duration.zero

    /// - Parameter host: this host.
    public init(host: String, times: LeaseTimes = LeaseTimes()) {
        self.host = host
        self.times = times
    }

    /// The account that this host lets go of.
    public var account: String? { if case .moving(let account, _, _, _) = state { account } else { nil } }

    /// Time has passed.
    /// - Parameters:
    ///   - candidate: an account of this host's that belongs to another that is alive; `nil` if there is none.
    ///   - holder: who holds an account now, as far as is known.
    public mutating func due(_ now: Duration, candidate: (account: String, to: String)?, holder: (String) -> String?) -> Action? {
        switch state {
        // Its value has ended with its time.
        case .foreign(let until) where now >= until: (state, over) = (.idle, nil)
        case .moving(let account, let to, let revision, let until) where holder(account) == to || now >= until:
            state = .ending(revision: revision)
            return .write(["isOver": true], over: revision)
        default: break
        }
        guard case .idle = state, now >= notBefore, let candidate else { return nil }
        state = .asking(account: candidate.account, to: candidate.to)
        notBefore = now + times.retry
        return .write(
            ["account": .string(candidate.account), "from": .string(host), "to": .string(candidate.to), "isOver": false], over: over)
    }

    /// What was to be written is written.
    public mutating func written(_ revision: UInt64, now: Duration) {
        switch state {
        case .asking(let account, let to):
            state = .moving(account: account, to: to, revision: revision, until: now + times.timeToLive)
        case .ending: (state, over) = (.idle, revision)
        case .idle, .foreign, .moving: break
        }
    }

    /// It was not, or nobody knows. What stands there is over after its time to live, and then has no revision.
    public mutating func failed(now: Duration) {
        over = nil
        switch state {
        case .asking: state = .idle
        case .ending: (state, notBefore) = (.idle, now + times.timeToLive)
        case .idle, .foreign, .moving: break
        }
        notBefore = max(notBefore, now + times.renewal)
    }

    /// The key has this value, as a watch over the bucket tells.
    public mutating func seen(_ record: JSONObject, revision: UInt64, now: Duration) {
        let isOver = record["isOver"]?.bool ?? true
        switch state {
        case .idle, .foreign:
            if isOver {
                (state, over) = (.idle, revision)
            } else if record["from"]?.string != host {
                (state, over) = (.foreign(until: now + times.timeToLive), nil)
            }
        case .asking, .moving, .ending: break
        }
    }
}
