import Alarms
import Changes
import Watching
import WhatsAppBusiness

/// For how long watches have been in trouble, by the monotonic clock: a wall clock that jumps makes nobody blind. A pure decision.
struct TroubleTimes: Sendable {
    private struct Trouble: Sendable {
        var watch: WatchTrouble
        /// When it was seen first, and for how long it had lasted by then.
        var seen: Duration
        var age: Duration
        /// How long ago the watch had been current by then.
        var sinceSuccess: Duration?
    }

    private var troubles: [PollTarget: Trouble] = [:]
    private var looked: Duration?
    /// Watches of which an alarm says that they are blind, from before this process: they have been for long enough.
    private var blind: Set<String> = []

    init() {}

    /// Goes on from the alarms that there are: since when a watch has been in trouble is not kept beyond its last change.
    mutating func goOn(_ alarms: some Sequence<AlarmID>) {
        for alarm in alarms where alarm.name == .blind {
            blind.insert([alarm.part, alarm.phoneNumberID].compactMap(\.self).joined(separator: "/"))
        }
    }

    /// What the process before this one saw is believed up to this.
    private static let longest = Duration.seconds(7 * 86_400)

    /// Takes the watches that are in trouble now; all others are not.
    mutating func look(_ watches: [WatchTrouble], now: Duration, wall: Timestamp) {
        // What was seen well at the last look has not been in trouble for longer than since then, whatever the wall clock says.
        let oldest = looked.map { now - $0 } ?? Self.longest
        troubles = Dictionary(
            watches.map { watch in
                // One that was current in between is in trouble anew, and so is one that only differed until now.
                if var trouble = troubles[watch.target], trouble.watch.lastSuccess == watch.lastSuccess,
                    trouble.watch.isCurrent == watch.isCurrent
                {
                    trouble.watch = watch
                    return (watch.target, trouble)
                }
                let sinceSuccess = watch.lastSuccess.map { min(max(wall - $0, .zero), Self.longest) }
                // A watch that differed was in this state for longer than it has not been current.
                let age = min(max(wall - watch.since, .zero), sinceSuccess ?? Self.longest)
                let isBlind = looked == nil && blind.contains(watch.target.watch.id)
                return (
                    watch.target,
                    Trouble(watch: watch, seen: now, age: min(isBlind ? Self.longest : age, oldest), sinceSuccess: sinceSuccess)
                )
            }, uniquingKeysWith: { first, _ in first })
        looked = now
    }

    /// How they stand now.
    func facts(now: Duration) -> [WatchFacts] {
        troubles.values.map { trouble in
            let (watch, target) = (trouble.watch, trouble.watch.target)
            let passed = now - trouble.seen
            return WatchFacts(
                id: target.watch.id, kind: target.kind == .watch ? nil : target.kind, phoneNumberID: target.phoneNumberID,
                state: watch.state, reason: watch.reason, every: watch.every, notCurrentFor: trouble.age + passed,
                sinceSuccess: trouble.sinceSuccess.map { $0 + passed }, isToldByAnother: watch.isToldByAnother,
                toldBy: watch.toldBy)
        }
    }
}

extension WatchTrouble {
    /// Whether what it shows is current all the same: a drift is, of everything but what it names.
    fileprivate var isCurrent: Bool { state == .drifted }
}

extension Timestamp {
    /// How long it is since an earlier moment.
    static func - (left: Timestamp, right: Timestamp) -> Duration { .milliseconds(left.milliseconds - right.milliseconds) }
}
