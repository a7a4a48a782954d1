/// Whether an alarm comes and goes. It does once it has come back for the third time within an hour, until its condition has been absent, or has held, for
/// an hour. A pure decision.
struct AlarmFlapping: Sendable, Equatable {
    private enum State: Sendable, Equatable {
        case steady
        case flapping(isTold: Bool)
    }

    private var state = State.steady
    /// When it came back within the last hour; the last three are all that counts.
    private var returns: [Duration] = []
    /// When it ended last.
    private(set) var ended: Duration?
    /// When it began or ended last.
    private var edge: Duration?
    /// When its condition held last, settled or not.
    private var held: Duration?
    /// How often it came back, each time within an hour of its end.
    private(set) var count = 0

    static let span = Duration.seconds(3600)
    private static let most = 3

    init() {}

    /// Goes on where the process before this one ended: it has been quiet for no time that is known.
    /// - Parameter count: how often it had come back by then, as was told.
    mutating func goOn(count: Int, now: Duration) {
        self.count = max(self.count, count)
        (edge, held) = (now, now)
    }

    var isFlapping: Bool { state != .steady }
    /// Whether it flaps, which nobody was told.
    var isUntold: Bool { state == .flapping(isTold: false) }

    mutating func hold(_ now: Duration) { held = now }

    mutating func began(_ now: Duration) {
        edge = now
        if let ended, now - ended < Self.span {
            count = min(count + 1, 1_000_000)
            returns = (returns.filter { $0 > now - Self.span } + [now]).suffix(Self.most)
        } else if !isFlapping {
            count = 0
        }
        if returns.count == Self.most, !isFlapping { state = .flapping(isTold: false) }
    }

    mutating func ended(_ now: Duration) {
        edge = now
        ended = now
    }

    /// It was told that it comes and goes, if it does.
    mutating func told() { if isFlapping { state = .flapping(isTold: true) } }

    /// It was told that it comes and goes, before this process began.
    mutating func wasTold() { state = .flapping(isTold: true) }

    /// Whether it has been quiet for an hour: its condition has not held for so long.
    func isQuiet(_ now: Duration) -> Bool { held.map { now - $0 >= Self.span } ?? true }

    /// The alarm has held for an hour without a pause, or is gone: it does not flap any more.
    mutating func calm(_ now: Duration, isGone: Bool) {
        guard isFlapping, isGone || (edge.map { now - $0 >= Self.span } ?? true) else { return }
        state = .steady
        returns = []
    }

    /// When it is quiet, unless the condition holds by then.
    var quietAt: Duration? { held.map { $0 + Self.span } }
    /// When it does not flap any more, if the alarm goes on.
    var calmAt: Duration? { isFlapping ? edge.map { $0 + Self.span } : nil }

    /// Whether nothing of it is worth remembering.
    func isForgotten(_ now: Duration) -> Bool { !isFlapping && (ended.map { now - $0 >= Self.span } ?? true) }
}
