/// What happened to a thing.
public enum Operation: String, Sendable, CaseIterable {
    /// The first complete look: what was found is the starting point.
    case baseline
    case added
    case changed
    case removed
    /// Told by a webhook, not seen by a poll.
    case reported
}
