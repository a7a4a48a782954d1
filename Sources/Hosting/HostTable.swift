/// Which hosts are alive, as one of them knows by what they write every few seconds.
public struct HostTable: Sendable, Equatable {
    private let host: String
    private let times: LeaseTimes
    private var seen: [String: Duration] = [:]

    /// - Parameter host: this host, which is always alive.
    public init(host: String, times: LeaseTimes = LeaseTimes()) {
        self.host = host
        self.times = times
    }

    /// A host has written that it is alive; or it has written that it ends.
    public mutating func note(_ host: String, isAlive: Bool, now: Duration) { seen[host] = isAlive ? now : nil }

    /// The hosts that are alive, sorted.
    public func alive(at now: Duration) -> [String] {
        (seen.filter { now < $0.value + times.timeToLive }.keys.filter { $0 != host } + [host]).sorted()
    }

    /// Whether an account should be this host's.
    /// - Parameter isHeld: whether its lease is this host's. It is kept until it is moved: a host that comes takes nothing by itself.
    public func wants(_ account: String, isHeld: Bool, now: Duration) -> Bool {
        isHeld || RendezvousHash.owner(of: account, among: alive(at: now)) == host
    }
}
