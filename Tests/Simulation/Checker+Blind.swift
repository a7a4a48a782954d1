import Changes
import Ledger
import StrictJSON
import Watching
import WhatsAppBusiness

// What cannot be seen for longer than five intervals is an alarm, at whatever scope that is told, and what is seen again is none.
extension Checker {
    private static let troubles: Set<WatchState> = [.forbidden, .notFound, .unreachable, .invalidAnswer, .throttled]
    /// Alarms that say why something cannot be seen.
    private static let reasons: Set<String> = ["blind", "token_refused", "budget"]

    /// The watch that an alarm says to be blind.
    private func blind(_ place: AlarmTrack.Place) -> PollTarget? {
        let parts = place.id.split(separator: "/").map(String.init)
        guard parts.count > 1, parts[0] == "blind" else { return nil }
        if place.account == PollTarget.connection.account { return .connection }
        let number = parts.count > 2 ? parts[2] : nil
        return Kind(rawValue: parts[1]).map { PollTarget(account: place.account, kind: $0, phoneNumberID: number) }
    }

    /// Whether what was told last of a watch is that it is in trouble.
    private func isTrouble(_ target: PollTarget) -> Bool { watchesTold[target].map(Self.troubles.contains) ?? false }

    /// Nothing is said to be blind that was seen, or of which a wider watch tells.
    mutating func checkBlindBegins(_ place: AlarmTrack.Place, at now: Moment) {
        guard let target = blind(place), !isTrouble(target) else { return }
        if let told = watchesToldAt[target], now - told < alarmTolerance { return }
        // What could not be written down is told late, the one after the other.
        if history.fullDisk.contains(where: { $0.start <= now && now <= $0.end + alarmTolerance }) { return }
        let wider = [PollTarget.connection, PollTarget(account: target.account, kind: .account)].first { $0 == target || isTrouble($0) }
        if let wider {
            let state = watchesTold[wider]?.rawValue ?? "in no trouble"
            return complain(Self.alarmTimes, now, "\(place) begins, and the watch over \(wider) is \(state)")
        }
        // A copy that was put back knows nothing of what was seen after it.
        guard !history.restores.contains(where: { $0.restored <= now }),
            // What came only just may not be recorded yet.
            let seen = lastSuccess(target, by: now + (.zero - lag)), history.scenario.reloadsPerHour == 0, let patience = patience(target)
        else { return }
        // A process that begins after the wall clock jumped cannot know how long that was.
        let begin = history.lives.last { $0.begin <= now }?.begin ?? now
        if history.clockJumps.contains(where: { seen < $0 && $0 < begin }) { return }
        if now - seen < patience { complain(Self.alarmTimes, now, "\(place) begins, and it was seen at \(Stage.seconds(seen))") }
    }

    /// When a target was seen last by its own poll, which was recorded.
    private func lastSuccess(_ target: PollTarget, by moment: Moment) -> Moment? {
        let last = (walks[target] ?? []).last {
            history.walks[$0].isComplete && history.walks[$0].isDelivered(by: moment) && isRecorded($0, at: moment)
        }
        return last.flatMap { history.walks[$0].delivered }
    }

    /// Since when a target is current: nothing wider was in trouble since, and the last poll of one of its own was complete.
    private func currentSince(_ target: PollTarget, at now: Moment) -> Moment? {
        guard target != .connection, target.kind != .account else { return watchesToldAt[target] }
        let last = (walks[target] ?? []).last { history.walks[$0].isDelivered(by: now) }
        guard let last, history.walks[last].isComplete, history.walks[last].isExact, isRecorded(last, at: now) else { return nil }
        return history.walks[last].delivered
    }

    /// Up to a moment nothing has been blind for too long without an alarm, and nothing current with one.
    mutating func judgeBlindness(until now: Moment) {
        for (place, track) in alarms.tracks where track.stored != nil && !track.isFaulty {
            guard let target = blind(place), !isTrouble(target), let last = track.lastTold, let current = currentSince(target, at: now)
            else { continue }
            // What was seen before says nothing.
            guard current > last else { continue }
            let doubt = sinceDoubt(track, at: now)
            let start = doubt.map { max(current, $0) } ?? current
            let isPatient =
                doubt != nil || track.tellings(after: last + .seconds(-3700)) > 1 || track.tellings(after: last + .seconds(-12_600)) > 4
            let allowed = (isPatient ? .seconds(3600) : .zero) + alarmTolerance
            guard let since = exceeds(start, allowed, at: now) else { continue }
            alarms.tracks[place]?.isFaulty = true
            complain(Self.alarmTimes, now, "\(place) is an alarm, and the watch in no trouble since \(Stage.seconds(since))")
        }
        for (target, state) in watchesTold where Self.troubles.contains(state) && !alarms.blindFaults.contains(target) {
            guard let patience = longestPatience(target), !isExplained(target) else { continue }
            // Another scope may tell of it from then on.
            let told = watchesToldAt.filter { $0.key.account == target.account || $0.key == .connection }.values.max() ?? now
            let ended = alarms.tracks.filter { Self.reasons.contains($0.key.name) }.values.compactMap(\.lastTold).max() ?? told
            // What is all the account's is over for a while when anything of it works, though the account itself is not polled by then.
            let works = target.kind == .account ? walks.keys.filter { $0.account == target.account } : []
            let worked = works.compactMap { lastSuccess($0, by: now) }.max() ?? told
            guard let since = exceeds(max(told, ended, worked), patience + alarmTolerance, at: now) else { continue }
            alarms.blindFaults.insert(target)
            complain(Self.alarmTimes, now, "\(target) is \(state.rawValue) since \(Stage.seconds(since)), and no alarm says so")
        }
    }

    /// How long a watch may be in trouble before that is an alarm.
    private func patience(_ target: PollTarget) -> Duration? {
        let growth = history.scenario.reloadsPerHour > 0 ? 3.0 : 1.0
        let accounts = history.scenario.accounts
        let interval =
            target == .connection
            ? accounts.compactMap { $0.intervals[.phoneNumber] }.max()
            : accounts.first { $0.name == target.account }?.intervals[target.kind == .subscribedApp ? .account : target.kind]
        return interval.map { min($0 * 5 * growth, .seconds(3600)) }
    }

    /// How long it may be at most, whichever watch of its account or number tells of the trouble.
    private func longestPatience(_ target: PollTarget) -> Duration? {
        let account = history.scenario.accounts.first { $0.name == target.account }
        return (account?.intervals.keys.map { PollTarget(account: target.account, kind: $0) } ?? [target]).compactMap(patience).max()
    }

    /// Whether some alarm says why a target cannot be seen, or its number is gone or useless, which is told of that.
    private func isExplained(_ target: PollTarget) -> Bool {
        if let number = target.phoneNumberID {
            guard let document = told[PollTarget(account: target.account, kind: .phoneNumber)]?[number] else { return true }
            if AlarmConditions.isUseless(document) { return true }
        }
        return alarms.tracks.contains { place, track in
            track.stored != nil && Self.reasons.contains(place.name) && (place.account == target.account || place.account == "*")
        }
    }

    /// Since when something has lasted for longer than it may, with a process that could tell it, if it has.
    func exceeds(_ start: Moment, _ allowed: Duration, at now: Moment) -> Moment? {
        for free in free where free.start < now && free.end > alarms.judged {
            let since = max(free.start, start)
            if min(free.end, now) - since > allowed { return since }
        }
        return nil
    }
}
