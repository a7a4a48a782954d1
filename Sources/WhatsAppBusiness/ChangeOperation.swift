/// What happened to a thing.
public enum ChangeOperation: String, Sendable, CaseIterable {
    /// The first complete poll: what was found is the starting point.
    case baseline
    case added
    case changed
    case removed
    /// Told by a webhook, not seen by a poll.
    case reported
}
