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
