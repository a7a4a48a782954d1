/// Whether an alarm's condition holds, once it has settled: what comes and goes for less than that is not there. A pure decision.
enum AlarmPresence: Sendable, Equatable {
    /// It does not hold.
    case absent
    /// It holds, not yet long enough.
    case settling(since: Duration)
    /// It holds.
    case present
    /// It does not hold any more, not yet long enough.
    case clearing(since: Duration)

    /// Whether it counts as holding.
    var counts: Bool {
        switch self {
        case .absent, .settling: false
        case .present, .clearing: true
        }
    }

    /// What that did.
    enum Edge { case began, ended }

    /// Takes whether the condition holds now.
    /// - Parameters:
    ///   - begin: how long it holds before it counts; asked for with the moment since when it does.
    ///   - end: how long it is absent before it does not count.
    mutating func on(_ holds: Bool, now: Duration, begin: (Duration) -> Duration, end: Duration) -> Edge? {
        switch (self, holds) {
        case (.absent, true): self = .settling(since: now)
        case (.settling, false): self = .absent
        case (.present, false): self = .clearing(since: now)
        case (.clearing, true): self = .present
        case (.absent, false), (.settling, true), (.present, true), (.clearing, false): break
        }
        switch self {
        case .settling(let since) where now - since >= begin(since):
            self = .present
            return .began
        case .clearing(let since) where now - since >= end:
            self = .absent
            return .ended
        case .absent, .settling, .present, .clearing: return nil
        }
    }

    /// When it may count, or not any more, though nothing changes.
    func next(begin: (Duration) -> Duration, end: Duration) -> Duration? {
        switch self {
        case .absent, .present: nil
        case .settling(let since): since + begin(since)
        case .clearing(let since): since + end
        }
    }
}
