/// How a watch stands. A string in the interface, because the list may grow.
public enum WatchState: String, Sendable, CaseIterable {
    case starting
    case current
    case late
    case throttled
    case unauthorized
    case forbidden
    case notFound = "not_found"
    case unreachable
    case invalidAnswer = "invalid_answer"
    case drifted
}

extension WatchState {
    /// What it means, in a few words.
    public var words: String {
        switch self {
        case .starting: "not polled yet"
        case .current: "current"
        case .late: "polled late"
        case .throttled: "throttled by Meta"
        case .unauthorized: "token rejected"
        case .forbidden: "access denied"
        case .notFound: "not found at Meta"
        case .unreachable: "Meta unreachable"
        case .invalidAnswer: "invalid answer"
        case .drifted: "answers have changed"
        }
    }
}
