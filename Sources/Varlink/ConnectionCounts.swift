/// How many connections there are, in all and of each user.
struct ConnectionCounts {
    private var total = 0
    private var users: [UInt32: Int] = [:]
    private let limits: ServerLimits

    init(limits: ServerLimits) { self.limits = limits }

    /// Counts a connection in, or tells which limit it met.
    mutating func admit(_ user: UInt32) -> ConnectionRefusal? {
        if total >= limits.connections { return .connections }
        if users[user, default: 0] >= limits.connectionsPerUser { return .connectionsPerUser }
        total += 1
        users[user, default: 0] += 1
        return nil
    }

    /// Counts a connection out.
    mutating func release(_ user: UInt32) {
        total -= 1
        users[user] = users[user].flatMap { $0 > 1 ? $0 - 1 : nil }
    }
}
