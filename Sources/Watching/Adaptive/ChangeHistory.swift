import Changes
import Ledger
import WhatsAppBusiness

/// What the ledger tells of how often targets changed: the first that is known of their rates after a start. A pure value.
///
/// A poll that found much is one poll. A baseline is where watching began, unless the target changed before.
struct ChangeHistory: Sendable {
    /// What is older says little.
    static let longest = ChangeRate.halfLife * 4
    /// The newest changes alone are read, so that a start does not wait for millions.
    static let most = 50_000

    private struct Target {
        var polls: Set<Timestamp> = []
        var baseline: Timestamp?
    }

    private var targets: [PollTarget: Target] = [:]

    /// Takes in changes of the ledger, in any order.
    mutating func add(_ changes: [ChangeTime]) {
        for change in changes {
            let target = change.target.host
            if change.isBaseline {
                targets[target, default: Target()].baseline = min(targets[target]?.baseline ?? change.at, change.at)
            } else {
                targets[target, default: Target()].polls.insert(change.at)
            }
        }
    }

    /// The rates of the targets that changed, or began, since that moment.
    func rates(since begin: Timestamp, wallClock: Timestamp, now: Moment) -> [PollTarget: ChangeRate] {
        func age(_ time: Timestamp) -> Duration { max(.zero, .milliseconds(wallClock.milliseconds - time.milliseconds)) }
        return targets.mapValues { target in
            var start = begin
            if let baseline = target.baseline, target.polls.allSatisfy({ $0 >= baseline }) { start = max(begin, baseline) }
            return ChangeRate(now: now, ages: target.polls.lazy.map(age), watched: age(start))
        }
    }
}
