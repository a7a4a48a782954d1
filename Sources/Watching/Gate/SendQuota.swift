import GraphAPI

/// How many messages an account may send, as far as Meta tells: messages have a budget of their own. A pure decision.
struct SendQuota: Sendable {
    /// Percent of Meta's budget of messages that is used, as the last answer said.
    private(set) var usagePercent: Int?
    private var toldAt: Moment?
    /// Until when Meta lets no message through.
    private(set) var blockedUntil: Moment?
    private var sentAt: [Moment] = []

    /// What an answer told of the use is taken for true so long.
    private static let lasting = Duration.seconds(300)
    /// No more messages an hour, whatever Meta would allow: the daemon sends alarms.
    static let mostPerHour = 1000

    /// Takes one message out of the quota; when there is one to be had if there is none now.
    mutating func take(_ now: Moment) -> Moment? {
        sentAt.removeAll { now - $0 >= .seconds(3600) }
        if let blockedUntil, now < blockedUntil { return blockedUntil }
        if let usagePercent, let toldAt, usagePercent >= 100, now - toldAt < Self.lasting { return toldAt + Self.lasting }
        guard sentAt.count < Self.mostPerHour else { return (sentAt.first ?? now) + .seconds(3600) }
        sentAt.append(now)
        return nil
    }

    /// The messages of the last hour.
    func sendsLastHour(_ now: Moment) -> Int { sentAt.count { now - $0 < .seconds(3600) } }

    /// Takes in what an answer said.
    mutating func note(_ usage: Usage?, throttledFor wait: Duration?, now: Moment) {
        if let usage {
            usagePercent = Int(usage.percent)
            toldAt = now
        }
        if let wait = [usage?.regainAfter, wait].compactMap(\.self).max(), wait > .zero {
            blockedUntil = max(blockedUntil ?? now, now + wait)
        }
    }
}
