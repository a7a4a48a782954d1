import Changes
import Ledger
import StrictJSON
import Watching
import WhatsAppBusiness

// "One cause, one alarm": what is wrong for longer than its time to settle is an alarm, what is right for as long is none, also over a restart. What is
// wrong is seen by what was told of the things, which is held against the truth elsewhere, and in the end by the truth itself.

/// What the checker knows of alarms.
struct AlarmTracks {
    var tracks: [AlarmTrack.Place: AlarmTrack] = [:]
    var losses: [String: TemplateLosses] = [:]
    /// Tokens, applications and callbacks that changed, by account.
    var reauthorised: [String: [Moment]] = [:]
    /// Watches that were complained of: once is enough.
    var blindFaults: Set<PollTarget> = []
    /// Up to when everything was judged.
    var judged = Moment(nanoseconds: 0)
    /// When an account's list of numbers was known to be empty last.
    var emptied: [String: Moment] = [:]
}

extension Checker {
    /// How long after a change was recorded it may not have been taken in: some accesses to the disk.
    var lag: Duration { .seconds(3) + history.scenario.diskLatency * 20 }
    /// What is asked of the watcher is asked once a minute at least.
    var alarmTolerance: Duration { .seconds(90) + lag }
    /// How long an alarm that comes and goes, or was told often, may wait for its end.
    private static let hour = Duration.seconds(3600)

    // MARK: What is told

    /// An alarm is told: it begins, changes or ends.
    mutating func takeAlarm(_ recorded: RecordedChange, _ transaction: History.Transaction) {
        let (change, now) = (recorded.change, transaction.time)
        let target = PollTarget(of: change.resource)
        let place = AlarmTrack.Place(account: change.resource.account, id: change.resource.id)
        let before = told[target]?[place.id]
        let after = change.applied(to: before)
        func object(_ promise: String, _ text: String) {
            complain(promise, now, "\(recorded.sequence) \(change.operation) of \(place): \(text)")
        }
        switch change.operation {
        case .added where before != nil: object("exactly once", "it was there")
        case .changed where before == nil, .removed where before == nil: object("exactly once", "it was not there")
        case .added, .removed: break
        case .changed where before == after: object("exactly once", "it was so before")
        case .changed: break
        default: object("exactly once", "no alarm is told so")
        }
        told[target, default: [:]][place.id] = after
        var track = alarms.tracks[place] ?? AlarmTrack(at: now)
        let (was, severity) = (Self.severity(before), Self.severity(after))
        // So does what ends with its number.
        let left = change.operation == .removed && change.resource.phoneNumberID.map { hasLeft($0, transaction) } ?? false
        if change.operation != .added, !left, !(was.flatMap { was in severity.map { was < $0 } } ?? false) {
            // What begins or worsens is told in any case, and counts.
            let life = history.scenario.clockJumps > 0 ? transaction.life : nil
            if track.tellings(after: now + .seconds(-3595), life: life) > 2 {
                object("three an hour", "it was told three times within the hour")
            }
        }
        let isAhead =
            ["token_refused", "blind"].contains(place.name)
            && (watchMoves(of: place.account, from: now) || isTokenTaken(place.account, by: now))
            || place.name == "number_gone" && isListEmpty(of: place.account, by: now)
        if let settle = AlarmConditions.settle[place.name], !isAhead {
            switch change.operation {
            case .added: if let why = why(track, is: true, for: settle, at: now) { object(Self.alarmTimes, "it was not wrong\(why)") }
            case .removed where !left:
                // Wrong for less than makes an alarm is a pause of what is right.
                let pauses = track.sinceBefore.map { begin(place, settle, $0, now) }
                if let why = why(track, is: false, for: settle, pauses: pauses, at: now) {
                    object(Self.alarmTimes, "it was not right\(why)")
                }
            default: break
            }
        }
        if change.operation == .added, !isAhead { checkBlindBegins(place, at: now) }
        track.tell(severity, at: now, life: transaction.life)
        alarms.tracks[place] = track
    }

    /// Whether a watch that all of an account or all accounts share moves just now: the keeper may have asked the watcher before that was written down.
    private func watchMoves(of account: String, from now: Moment) -> Bool {
        let shared = [PollTarget.connection.watch, PollTarget(account: account, kind: .account).watch]
        return history.transactions.contains { transaction in
            now <= transaction.time && transaction.time < now + lag
                && transaction.changes.contains { shared.contains($0.change.resource) }
        }
    }

    /// Whether an account's list of numbers was seen and has none that is watched, which is told by no document.
    private func isListEmpty(of account: String, by now: Moment) -> Bool {
        let numbers = PollTarget(account: account, kind: .phoneNumber)
        guard !begun.contains(numbers) else { return false }
        return (walks[numbers] ?? []).contains { history.walks[$0].isComplete && history.walks[$0].isDelivered(by: now) }
    }

    /// Whether a number leaves its account by a transaction: its alarms end with it.
    private func hasLeft(_ number: String, _ transaction: History.Transaction) -> Bool {
        let numbers = PollTarget(account: transaction.changes[0].change.resource.account, kind: .phoneNumber)
        return told[numbers]?[number] == nil
            || transaction.changes.map(\.change).contains { change in
                change.operation == .removed && change.resource.kind == .phoneNumber && change.resource.id == number
            }
    }

    /// Why an alarm may not have been told to begin, or to end, if it may not: its condition has not settled.
    private func why(_ track: AlarmTrack, is wanted: Bool, for settle: Duration, pauses: Duration? = nil, at now: Moment) -> String? {
        guard let isWrong = track.isWrong else { return nil }
        if isWrong == wanted {
            return track.hasSettled(settle, pauses: pauses ?? settle, missing: lag, at: now)
                ? nil : " for long enough, but for \(now - track.since(missing: lag))"
        }
        // What has just changed may not have been taken in.
        if now - track.since < lag, let before = track.lastedBefore, before >= settle - lag { return nil }
        return " since \(Stage.seconds(track.since))"
    }

    private static func severity(_ document: JSONObject?) -> Severity? { document?["severity"]?.string.flatMap(Severity.init(rawValue:)) }

    // MARK: What is wrong

    /// What was told of an account's things is another from now on.
    mutating func assessAlarms(after transaction: History.Transaction, before: [PollTarget: [String: JSONObject]]) {
        let now = transaction.time
        for change in transaction.changes.map(\.change) {
            let (resource, account) = (change.resource, change.resource.account)
            switch resource.kind {
            case .messageTemplate where [.changed, .removed].contains(change.operation):
                let target = PollTarget(of: resource)
                alarms.losses[account, default: TemplateLosses()].take(
                    resource.id, from: before[target]?[resource.id], to: told[target]?[resource.id])
            case .subscribedApp where change.operation != .baseline: alarms.reauthorised[account, default: []].append(now)
            case .phoneNumber where change.fields.contains { $0.names.first == "webhook_configuration" }:
                alarms.reauthorised[account, default: []].append(now)
            default: break
            }
        }
        for account in Set(transaction.changes.filter { $0.change.resource.kind != .alarm }.map(\.change.resource.account)).sorted() {
            assessAlarms(of: account, at: now)
        }
    }

    /// What is wrong with an account is found out anew.
    mutating func assessAlarms(of name: String, at now: Moment) {
        guard let account = history.scenario.accounts.first(where: { $0.name == name }) else { return }
        // Until it is known that there is one, and when that has just been seen.
        let before = toldBefore[PollTarget(account: name, kind: .phoneNumber)] ?? [:]
        if alarms.emptied[name] == nil || before.isEmpty { alarms.emptied[name] = now }
        let (own, numbers) = (PollTarget(account: name, kind: .account), PollTarget(account: name, kind: .phoneNumber))
        let conditions = conditions(of: account, told[own]?[account.wabaID], begun.contains(numbers) ? told[numbers] ?? [:] : nil)
        let known = alarms.tracks.keys.filter { $0.account == name && AlarmConditions.settle[$0.name] != nil }
        for place in Set(known).union(conditions.wrong.keys.map { AlarmTrack.Place(account: name, id: $0) }) {
            let isKnown = !conditions.unknown.contains(place.name) && !(place.name == "template" && history.scenario.clockJumps > 0)
            let urgency = conditions.wrong[place.id]
            var track = alarms.tracks[place] ?? AlarmTrack(at: now)
            track.take(isKnown ? urgency != nil : nil, urgency, at: now)
            alarms.tracks[place] = track
        }
    }

    private func conditions(of account: Scenario.Account, _ document: JSONObject?, _ numbers: [String: JSONObject]?) -> AlarmConditions {
        var named: Set<String> = []
        if case .only(let ids) = account.numbers { named = ids }
        return AlarmConditions(
            account: document, numbers: numbers, named: named, losses: alarms.losses[account.name]?.losses.count ?? 0,
            isRefused: isRefused(account))
    }

    /// Whether an account's token is refused, by what was told; `nil` while no answer says that it still is.
    private func isRefused(_ account: Scenario.Account) -> Bool? {
        let state = watchesTold[PollTarget(account: account.name, kind: .account)]
        let isOut = watchesTold[.connection] == .unreachable || [.unreachable, .invalidAnswer].contains(state)
        return isOut ? nil : state == .unauthorized
    }

    // MARK: What has to be told by when

    /// Up to a moment nothing has been wrong without an alarm for too long, and nothing right with one.
    mutating func judgeAlarms(until now: Moment) {
        defer { alarms.judged = now }
        for (place, track) in alarms.tracks.sorted(by: { "\($0.key)" < "\($1.key)" }) where !track.isFaulty {
            guard let (start, allowed, what) = owed(place, track, at: now), let since = exceeds(start, allowed, at: now) else { continue }
            alarms.tracks[place]?.isFaulty = true
            complain(Self.alarmTimes, now, "\(place) \(what) since \(Stage.seconds(since))")
        }
        judgeBlindness(until: now)
    }

    /// Whether Meta has answered an account since its watch told that the token is refused: that it is not any more is known before it is told.
    private func isTokenTaken(_ account: String, by now: Moment) -> Bool {
        let watch = PollTarget(account: account, kind: .account)
        guard watchesTold[watch] == .unauthorized, let told = watchesToldAt[watch] else { return false }
        return walks.contains { target, places in
            target.account == account
                && places.contains { index in
                    let walk = history.walks[index]
                    let isAnswer =
                        walk.trouble.map { ![.unauthorized, .unreachable].contains($0.state) } ?? (walk.isComplete || walk.isFirstPage)
                    return walk.isDelivered(by: now) && walk.span.start > told && isAnswer
                }
        }
    }

    /// What of an alarm is not as its condition is, since when, and for how long it may be so.
    private func owed(_ place: AlarmTrack.Place, _ track: AlarmTrack, at now: Moment) -> (start: Moment, allowed: Duration, what: String)? {
        guard let settle = AlarmConditions.settle[place.name], let isWrong = track.isWrong else { return nil }
        if place.name == "token_refused", isTokenTaken(place.account, by: now) { return nil }
        var last = max(track.since, track.lastTold ?? track.since)
        // What was told often, or comes and goes, waits. A process that begins after the wall clock jumped takes it for told just now.
        let doubt = sinceDoubt(track, at: now)
        if let doubt { last = max(last, doubt) }
        let waits = doubt != nil || track.tellings(after: last + .seconds(-3700)) > 1 || track.begins(after: last + .seconds(-12_600)) > 2
        let patience = waits ? Self.hour : .zero
        switch (isWrong, track.stored, track.urgency) {
        case (true, nil, _):
            // That a list is empty is told by no document: the keeper learns it when it asks the watcher.
            let wasEmpty = alarms.emptied[place.account].map { $0 >= track.since } ?? false
            let late: Duration = wasEmpty ? .seconds(120) : .zero
            return (last, begin(place, settle, track.since, now) + alarmTolerance + late, "is wrong and no alarm")
        case (false, .some, _): return (last, settle + patience + alarmTolerance, "is an alarm and not wrong")
        case (true, .some(let stored), .some(let urgency)) where stored < urgency:
            // That is told at once, also of one that waited for its end.
            return (max(track.since, track.urgentSince), alarmTolerance, "is \(stored) and should be \(urgency)")
        case (true, .some(let stored), .some(let urgency)) where stored > urgency:
            return (max(last, track.urgentSince), patience + alarmTolerance, "is \(stored) and should be \(urgency)")
        default: return nil
        }
    }

    /// When the process began that cannot know when an alarm was told, because the wall clock jumped since then and before it began.
    func sinceDoubt(_ track: AlarmTrack, at now: Moment) -> Moment? {
        guard !history.clockJumps.isEmpty, let life = history.lives.last(where: { $0.begin <= now }) else { return nil }
        let isOpen = track.told.contains { told in
            told.time < life.begin && history.clockJumps.contains { told.time <= $0 && $0 <= life.begin }
        }
        return isOpen ? life.begin : nil
    }

    /// How long a condition holds before it is an alarm: longer where a number may be on no platform for some minutes.
    private func begin(_ place: AlarmTrack.Place, _ settle: Duration, _ since: Moment, _ now: Moment) -> Duration {
        guard place.name == "number_down" else { return settle }
        let renewals = history.renewals.filter { $0.account == place.account }.map(\.time)
        // A token that was refused and is taken again may be another.
        let token = alarms.tracks[AlarmTrack.Place(account: place.account, id: "token_refused")]?.lastTold
        let renewed = (alarms.reauthorised[place.account] ?? []) + renewals + [token].compactMap(\.self)
        let isPatient = renewed.contains { since - $0 < .seconds(700) && $0 <= now }
        return isPatient ? .seconds(600) : settle
    }

    /// In the end what is wrong in truth is an alarm.
    mutating func checkAlarmsAtEnd() {
        judgeAlarms(until: history.end)
        let stored = Set(
            history.stored.filter { $0.resource.kind == .alarm }.map { AlarmTrack.Place(account: $0.resource.account, id: $0.resource.id) })
        for account in history.scenario.accounts where !account.isTight {
            let (own, numbers) = (PollTarget(account: account.name, kind: .account), PollTarget(account: account.name, kind: .phoneNumber))
            let truth = history.truth.things(of: own, at: history.end)[account.wabaID]
            let there = watched(history.truth.things(of: numbers, at: history.end), numbers)
            guard heldAtEnd(numbers, there).isEmpty else { continue }
            let conditions = conditions(of: account, account.watches(.account) ? truth : nil, there)
            for id in conditions.wrong.keys.sorted() where !stored.contains(AlarmTrack.Place(account: account.name, id: id)) {
                if id == "template", history.scenario.clockJumps > 0 { continue }
                complain(Self.alarmTimes, history.end, "\(account.name)/\(id) is wrong in the end, and no alarm")
            }
        }
    }
}
