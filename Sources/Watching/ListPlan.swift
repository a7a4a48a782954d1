public import WhatsAppBusiness

/// How a long list is walked (Watched.md, "Long lists").
public struct ListPlan: Sendable, Equatable {
    /// How the list is divided.
    public enum Paging: Sendable, Equatable {
        /// By time where the edge heeds it, else by cursors.
        case auto
        case cursor
        /// By windows of time; by cursors inside each.
        case time
    }

    /// How the list is divided.
    public var paging: Paging
    /// The length of a window; at most 180 days, which Meta answers.
    public var window: Duration
    /// Where the oldest window begins; what is older is not seen.
    public var since: Timestamp
    /// Each window is seen, and what is gone from it found, within this time.
    public var fullSweep: Duration

    /// A way of walking.
    public init(
        paging: Paging = .auto, window: Duration = .seconds(180 * 86_400), since: Timestamp = Timestamp(milliseconds: 1_651_363_200_000),
        fullSweep: Duration = .seconds(6 * 3600)
    ) {
        self.paging = paging
        self.window = window
        self.since = since
        self.fullSweep = fullSweep
    }
}
