/// How a batch (`POST /` with `batch`) is answered. Each part can be changed while the simulator runs.
public struct BatchBehaviour: Sendable, Equatable {
    /// What an item's `body` is.
    public enum Body: String, Sendable, CaseIterable {
        /// The JSON as a text, as Meta's guide to batches has it.
        case text
        /// The JSON itself.
        case object
        /// A text that is no JSON.
        case broken
        /// Missing.
        case missing
    }

    /// Whether the items' headers have usage headers; no recording shows any.
    public var tellsUsage = false
    /// Whether the items stand the other way round.
    public var isReversed = false
    /// How many items are missing at the end.
    public var lost = 0
    /// What an item's `body` is.
    public var body = Body.text

    /// As Meta's guide has it.
    public init() {}
}
