import StrictJSON
import WabaWatchClient
import WabaWatchInterface
import WhatsAppBusiness

// What comes from the daemon, and what is gathered of it.

extension RouteState {
    mutating func take(_ event: ChangeEvent, _ moment: Moment) -> [Action] {
        switch event {
        case .snapshotBegins:
            isInSnapshot = true
            tracker.beginSnapshot()
            return []
        case .resource(let resource):
            tracker.take(resource)
            return []
        case .ready(let cursor):
            position = cursor
            if isInSnapshot {
                isInSnapshot = false
                for step in tracker.endSnapshot(at: moment.wall) { gather(step, nil, moment) }
                if route.destination.form == .alerts { areAlertsDue = true }
            }
            var actions = stopsWithNothing(cursor)
            if isOutageTold { actions.append(.note(.connected)) }
            isOutageTold = false
            return actions + storeTarget()
        case .heartbeat(let cursor):
            // In the midst of a snapshot it is no place to go on from.
            guard !isInSnapshot else { return [] }
            position = cursor
            isCatchingUp = false
            for step in tracker.release() { gather(step, nil, moment) }
            return stopsWithNothing(cursor) + storeTarget()
        case .change(let change):
            position = change.cursor
            if route.subject == .alarms {
                // An event is the change itself, whole or not.
                let holds = isCatchingUp && route.destination.form != .events
                for step in tracker.apply(change, holdsPartial: holds) { gather(step, change, moment) }
            } else {
                gather(change, moment)
            }
            guard tracker.isFull, !isFullTold else { return [] }
            isFullTold = true
            return [.note(.tooManyAlarms)]
        case .disconnected(let error):
            isOutageTold = true
            return [.note(.disconnected(error.message))]
        case .unreadable(_, let error): return [.note(.unreadable(error.description))]
        case .historyLost:
            // Until the snapshot is whole there is no place to go on from.
            position = nil
            // What the list has may have begun behind the cursor, and be told to nobody yet.
            if isCatchingUp, route.destination.form != .alerts { tracker.distrust() }
            isCatchingUp = false
            notice("Changes may have been missed: the daemon does not have what came after the last message any more.", moment)
            return [.note(.historyLost), .restart(freshStart)]
        }
    }

    /// Where nothing waits, the place itself is all that is to be kept.
    mutating func stopsWithNothing(_ cursor: Cursor) -> [Action] {
        guard digest.isEmpty, events.isEmpty, endedAlerts.isEmpty, !areAlertsDue, !tracker.holdsChanges, stored != cursor else { return [] }
        stored = cursor
        return [.store(cursor)]
    }

    /// What lasts is known as a whole. It is told where the route tells others than it did before it was begun, or of other alarms; what changed behind the
    /// cursor is told as ever.
    package mutating func knowsPresentAlarms(_ moment: Moment) {
        guard let storedTarget, storedTarget != target, route.destination.form != .alerts else { return }
        for alarm in tracker.wanted { gather(AlarmStep(turn: .began, alarm: alarm, time: moment.wall), nil, moment) }
    }

    private mutating func gather(_ step: AlarmStep, _ change: Change?, _ moment: Moment) {
        switch route.destination.form {
        case .message: digest.add(step)
        case .events:
            let isEnd = [.ended, .eased, .muted].contains(step.turn)
            guard !isEnd || route.tellsEnd else { return }
            if let change {
                add(RoutedEvent(change, asCloudEvent: sendsCloudEvents, host: host))
            } else if step.turn == .ended {
                add(RoutedEvent(endOf: step.alarm, at: step.time, asCloudEvent: sendsCloudEvents, host: host))
            } else {
                // Also where it is muted, or less urgent than the route wants: as it is now.
                add(RoutedEvent(step.alarm.resource(at: step.time), asCloudEvent: sendsCloudEvents, host: host))
            }
        case .alerts: alert(step)
        }
        gathered(moment)
    }

    private mutating func gather(_ change: Change, _ moment: Moment) {
        if route.destination.form == .events {
            add(RoutedEvent(change, asCloudEvent: sendsCloudEvents, host: host))
        } else {
            digest.add(change)
        }
        gathered(moment)
    }

    private mutating func add(_ event: RoutedEvent) {
        events.append(event)
        eventBytes += event.bytes.count
    }

    private mutating func alert(_ step: AlarmStep) {
        areAlertsDue = true
        let now = AlertKey(alarm: step.alarm.key, severity: step.alarm.effectiveSeverity)
        switch step.turn {
        case .began, .changed: endedAlerts[now] = nil
        case .ended, .eased, .muted: break
        }
        // With another severity it is another alert, and this one is over; so it is where the route does not want it any more.
        guard let was = step.was, was != now.severity || step.turn != .changed else { return }
        endedAlerts[AlertKey(alarm: now.alarm, severity: was)] = AlarmAlert(step.alarm, severity: was, endedAt: step.time)
    }

    /// Tells people of the telling itself.
    mutating func notice(_ text: String, _ moment: Moment) {
        guard route.destination.form == .message else { return }
        digest.add(notice: text)
        gathered(moment)
    }

    private mutating func gathered(_ moment: Moment) {
        guard !digest.isEmpty || !events.isEmpty || areAlertsDue else { return }
        if groupDue == nil { groupDue = moment.running + route.group }
    }

    private var sendsCloudEvents: Bool {
        switch route.destination {
        case .exec(_, .json): false
        default: true
        }
    }
}

extension PresentAlarm {
    /// The alarm as a thing of a snapshot.
    func resource(at time: Timestamp) -> Resource {
        Resource(
            ResourceID(account: key.account, kind: .alarm, id: key.id, phoneNumberID: phoneNumberID), confirmedAt: time,
            changedAt: changedAt ?? since ?? time, document: document)
    }
}
