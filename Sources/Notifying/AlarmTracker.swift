import StrictJSON
package import WabaWatchInterface
package import WhatsAppBusiness

/// What happened to an alarm, as a route sees it.
package struct AlarmStep: Sendable, Equatable {
    /// What happened.
    package enum Turn: Sendable, Equatable {
        case began
        case changed
        /// It is over.
        case ended
        /// It lasts, below what the route wants.
        case eased
        /// It lasts, and somebody muted it: its end will not be told. Unmuted again, it has `began`.
        case muted
    }

    /// What happened.
    package var turn: Turn
    /// The alarm behind it; as it was last where it ended.
    package var alarm: PresentAlarm
    /// What it counted as before; `nil` where it began.
    package var was: Severity?
    /// When it was observed.
    package var time: Timestamp
}

/// Keeps the alarms of a route as they are, out of snapshots and changes, and says what of it the route wants to tell.
package struct AlarmTracker: Sendable {
    /// So many alarms are kept; of further ones is told what happens to them, but not that they last.
    package static let most = 50_000

    private var alarms: [PresentAlarm.Key: PresentAlarm] = [:]
    private var snapshot: [PresentAlarm.Key: PresentAlarm]?
    private var isDoubted = false
    private var held: [PresentAlarm.Key: [Change]] = [:]
    private var heldCount = 0
    private let minimum: Severity?

    /// Changes that wait for the whole document of their alarm at most.
    static let mostHeld = 10_000

    /// Whether changes wait for the whole document of their alarm: nothing behind them is done with.
    package var holdsChanges: Bool { heldCount > 0 }

    /// - Parameter minimum: the least urgent alarms that are wanted.
    package init(minimum: Severity?) { self.minimum = minimum }

    /// Whether there are more alarms than are kept.
    package var isFull: Bool { alarms.count >= Self.most }

    /// Whether any alarm lasts that the route wants.
    package var hasWanted: Bool { alarms.values.contains(where: isWanted) }

    /// The alarms that last and that the route wants, the worst first, then the oldest.
    package var wanted: [PresentAlarm] {
        alarms.values.filter(isWanted).map { ($0, $0.effectiveSeverity, $0.since?.milliseconds ?? 0) }.sorted {
            ($0.1.journalPriority, $0.2, $0.0.key.account, $0.0.key.id) < ($1.1.journalPriority, $1.2, $1.0.key.account, $1.0.key.id)
        }.map(\.0)
    }

    /// A muted alarm is wanted by nobody, whatever the least severity is.
    private func isWanted(_ alarm: PresentAlarm) -> Bool { !alarm.isMuted && (minimum.map { alarm.severity >= $0 } ?? true) }

    /// Takes over an alarm that was told before: what lasted when the program began.
    package mutating func know(_ resource: Resource) { keep(PresentAlarm(resource)) }

    /// Forgets everything, so that the next snapshot tells all of it.
    package mutating func forget() {
        alarms = [:]
        snapshot = nil
        isDoubted = false
        (held, heldCount) = ([:], 0)
    }

    /// Of what is known, nobody may have been told: the next snapshot tells all that it has, and what it has not as ended.
    package mutating func distrust() { isDoubted = true }

    /// A snapshot begins.
    package mutating func beginSnapshot() {
        snapshot = [:]
        (held, heldCount) = ([:], 0)
    }

    /// A thing of the snapshot.
    package mutating func take(_ resource: Resource) {
        let alarm = PresentAlarm(resource)
        if snapshot?.count ?? 0 < Self.most || snapshot?[alarm.key] != nil { snapshot?[alarm.key] = alarm }
    }

    /// The snapshot is complete: what differs from what was known.
    package mutating func endSnapshot(at time: Timestamp) -> [AlarmStep] {
        guard let snapshot else { return [] }
        defer {
            alarms = snapshot
            self.snapshot = nil
            isDoubted = false
        }
        var steps: [AlarmStep] = []
        for (key, alarm) in snapshot {
            let known = isDoubted ? nil : alarms[key]
            if known?.document == alarm.document { continue }
            if let step = step(from: known, to: alarm, at: time) { steps.append(step) }
        }
        for (key, alarm) in alarms where snapshot[key] == nil && isWanted(alarm) {
            steps.append(AlarmStep(turn: .ended, alarm: alarm, was: alarm.effectiveSeverity, time: time))
        }
        return steps
    }

    /// Takes a change of an alarm; what it gives is empty where the route does not want to hear of it.
    ///
    /// Both what it was and what it is are taken from the change: what is known may be newer, where changes are told again.
    /// - Parameter holdsPartial: whether a change of an alarm of which nothing is known waits for the change that has its whole document: where changes are
    ///   told again, the alarm may be over and in no list, and of its changes only the last has more than the members that differ.
    package mutating func apply(_ change: Change, holdsPartial: Bool = false) -> [AlarmStep] {
        let key = PresentAlarm.Key(account: change.account, id: change.id)
        let (before, after) = (change.before ?? [:], change.after ?? [:])
        func alarm(_ document: JSONObject) -> PresentAlarm {
            PresentAlarm(key, change.phoneNumberID, document, changedAt: change.observedAt)
        }
        let known = alarms[key]?.document
        switch change.operation.known {
        case .removed:
            let last = alarm(known?.moved(from: [:], to: before) ?? before)
            let steps = settle(key, last.document)
            alarms[key] = nil
            guard isWanted(last) else { return steps }
            return steps + [AlarmStep(turn: .ended, alarm: last, was: last.effectiveSeverity, time: change.observedAt)]
        case .added, .baseline:
            let new = alarm(after)
            let steps = settle(key, after)
            keep(new)
            return isWanted(new) ? steps + [AlarmStep(turn: .began, alarm: new, time: change.observedAt)] : steps
        case _ where holdsPartial && known == nil && heldCount < Self.mostHeld:
            held[key, default: []].append(change)
            heldCount += 1
            return []
        default:
            let old = alarm((known ?? [:]).moved(from: after, to: before))
            let new = alarm((known ?? [:]).moved(from: before, to: after))
            keep(new)
            return step(from: old, to: new, at: change.observedAt).map { [$0] } ?? []
        }
    }

    /// The changes that still wait, by what they say themselves: no whole document will come.
    package mutating func release() -> [AlarmStep] {
        let changes = held.values.flatMap(\.self).sorted { $0.sequence < $1.sequence }
        (held, heldCount) = ([:], 0)
        return changes.flatMap { apply($0) }
    }

    /// The steps of the changes that waited for an alarm's whole document, which is taken back through them.
    private mutating func settle(_ key: PresentAlarm.Key, _ whole: JSONObject) -> [AlarmStep] {
        guard let changes = held.removeValue(forKey: key) else { return [] }
        heldCount -= changes.count
        var document = whole
        var steps: [AlarmStep] = []
        for change in changes.reversed() {
            let new = PresentAlarm(key, change.phoneNumberID, document, changedAt: change.observedAt)
            document = document.moved(from: change.after ?? [:], to: change.before ?? [:])
            let old = PresentAlarm(key, change.phoneNumberID, document)
            if let step = step(from: old, to: new, at: change.observedAt) { steps.append(step) }
        }
        return steps.reversed()
    }

    private mutating func keep(_ alarm: PresentAlarm) {
        guard alarms.count < Self.most || alarms[alarm.key] != nil else { return }
        alarms[alarm.key] = alarm
    }

    private func step(from old: PresentAlarm?, to new: PresentAlarm, at time: Timestamp) -> AlarmStep? {
        let turn: AlarmStep.Turn
        let was = old.map(\.effectiveSeverity)
        switch (old.map(isWanted) ?? false, isWanted(new)) {
        case (false, false): return nil
        case (false, true): turn = .began
        case (true, true): turn = .changed
        case (true, false): turn = new.isMuted ? .muted : .eased
        }
        return AlarmStep(turn: turn, alarm: new, was: turn == .began ? nil : was, time: time)
    }
}
