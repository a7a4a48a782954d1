import Changes
public import WhatsAppBusiness

/// What is counted of one account, for metrics.
public struct AccountTally: Sendable {
    /// The account's name.
    public var account: String
    /// Requests of the last hour.
    public var callsLastHour: Int
    /// The most there may be.
    public var callsPerHour: Int
    /// What came of requests since the process began.
    public var requests: RequestTally
    /// When each kind was last polled with success, at the thing where that is longest ago; what never was is left out.
    public var lastSuccess: [Kind: Timestamp]
}

extension Watcher {
    /// What is counted of every account, by their names. It costs little where very many things are watched: nothing is made of any of them.
    public func tallies() async -> [AccountTally] {
        var oldest: [String: [Kind: Timestamp]] = [:]
        for (target, polled) in watched {
            guard let last = polled.state.watch.lastSuccess else { continue }
            let other = oldest[target.account, default: [:]][target.kind]
            if other.map({ last < $0 }) ?? true { oldest[target.account, default: [:]][target.kind] = last }
        }
        var tallies: [AccountTally] = []
        for account in accounts.values.sorted(by: { $0.plan.name < $1.plan.name }) {
            let standing = await account.gate.standing
            tallies.append(
                AccountTally(
                    account: account.plan.name, callsLastHour: standing.callsLastHour, callsPerHour: standing.callsPerHour,
                    requests: await account.gate.requests, lastSuccess: oldest[account.plan.name] ?? [:]))
        }
        return tallies
    }
}
