/// What an account's polls came to since the process began.
public struct PollStatistics: Sendable, Equatable {
    /// Polls that came to their end; those that the budget had no request for are none.
    public private(set) var polls = 0
    /// Those of them that gave no usable answer.
    public private(set) var failures = 0
    private var recent: [Duration] = []

    /// How many of the last polls' times are kept.
    private static let kept = 128

    /// Nothing so far.
    public init() {}

    /// Half of the recent polls took no longer.
    public var median: Duration? { part(0.5) }
    /// 99 of 100 recent polls took no longer.
    public var slowest: Duration? { part(0.99) }

    private func part(_ share: Double) -> Duration? {
        recent.isEmpty ? nil : recent.sorted()[min(Int(Double(recent.count) * share), recent.count - 1)]
    }

    /// Counts a poll.
    public mutating func count(_ result: PollResult, took time: Duration) {
        switch result {
        case .unaffordable, .notWatched, .refused: return
        case .recorded, .unrecorded: break
        case .failed: failures += 1
        }
        if recent.count < Self.kept { recent.append(time) } else { recent[polls % Self.kept] = time }
        polls += 1
    }
}
