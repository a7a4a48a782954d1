import Watching
import WhatsAppBusiness

// How long it takes until all has come to rest.
extension Run {
    /// What has no trouble any more comes to rest in this time: two turns, and what the longest wait is.
    var settling: Duration {
        let longest = scenario.accounts.flatMap { account in account.intervals.values.map { $0 * (1 + account.splay) } }.max() ?? .zero
        return .seconds(1300) + longest * 2.1 + scenario.fullSweep
    }

    /// When that is where an account has used up its calls meanwhile, as tries after many failures do: only when they count no longer, which is by the
    /// minute and after a restart two minutes later, is everything asked for as often as it is to be.
    func restAfterShortage(since calm: Moment) -> Moment? {
        let last = scenario.accounts.filter { !$0.isTight }.compactMap { account -> Moment? in
            let calls = (history.calls[account.name] ?? []).map(\.time)
            var (first, last): (Int, Moment?) = (0, nil)
            for (index, call) in calls.enumerated() {
                while call - calls[first] >= .seconds(3600) { first += 1 }
                if call >= calm, Double(index - first + 1 + account.others) > Double(account.leastCallsPerHour) * 0.8 { last = call }
            }
            return last
        }.max()
        return last.map { $0 + .seconds(3780) + settling }
    }
}

extension Scenario.Account {
    /// The calls of an hour that it has for certain.
    var leastCallsPerHour: Int {
        switch ceiling {
        case .fixed(let calls): calls
        case .share(let share): Int(200 * share)
        }
    }
}
