public import WhatsAppBusiness

/// Everything that a watcher takes from the world besides Meta's answers. Tests bring their own.
public struct World: Sendable {
    /// The monotonic clock.
    public var now: @Sendable () -> Moment
    /// The wall clock: only for telling and writing down.
    public var wallClock: @Sendable () -> Timestamp
    /// A number in `0..<1`, anew each time.
    public var random: @Sendable () -> Double
    /// The one timer.
    public var alarm: any Alarm
    /// What names this run of the machine: moments of two processes compare where it is the same.
    public var boot: String?

    /// A world.
    public init(
        now: @escaping @Sendable () -> Moment, wallClock: @escaping @Sendable () -> Timestamp, random: @escaping @Sendable () -> Double,
        alarm: any Alarm, boot: String? = nil
    ) {
        self.now = now
        self.wallClock = wallClock
        self.random = random
        self.alarm = alarm
        self.boot = boot
    }
}

/// One timer that can be set anew.
public protocol Alarm: Sendable {
    /// Rings at that moment, and no longer at any moment set before; `nil` silences it.
    func set(_ moment: Moment?)
    /// A value for every ring. It ends when the alarm is let go of.
    var rings: AsyncStream<Void> { get }
}
