/// How long leases last. A holder stops well before the servers let go of its lease, so that two clocks may differ by a third and still no two hosts hold
/// one account.
public struct LeaseTimes: Sendable, Equatable {
    /// How long the servers keep a lease that is not renewed.
    public var timeToLive = Duration.seconds(15)
    /// How often a lease is renewed.
    public var renewal = Duration.seconds(5)
    /// How long an account is asked about after the last renewal that was confirmed, from when that was sent.
    public var holding = Duration.seconds(10)
    /// How long after a request without a usable answer the next one is made.
    public var retry = Duration.seconds(1)

    /// The times that every host of a cluster has.
    public init() {}
}
