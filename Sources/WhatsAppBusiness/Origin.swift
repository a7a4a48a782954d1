/// How a change became known.
public enum Origin: String, Sendable, CaseIterable {
    case poll
    case webhook
    case command
}
