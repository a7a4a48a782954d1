import WabaWatchClient
import WabaWatchInterface
import WhatsAppBusiness

// What is sent and when, and what becomes of it.

extension RouteState {
    /// Begins a delivery where one is due.
    mutating func flush(_ moment: Moment) -> [Action] {
        switch route.destination.form {
        case .message: flushMessage(moment)
        case .events: flushEvents(moment)
        case .alerts: flushAlerts(moment)
        }
    }

    private func isGroupDue(_ moment: Moment) -> Bool { groupDue.map { $0 <= moment.running } ?? false }

    private mutating func begin(_ content: Parcel.Content, cursor: Cursor?) -> [Action] {
        let parcel = Parcel(content, cursor: cursor)
        phase = .delivering(parcel)
        return [.deliver(parcel)]
    }

    /// What was gathered has come to nothing.
    private mutating func nothing() -> [Action] { isInSnapshot ? [] : position.map { stopsWithNothing($0) } ?? [] }

    // MARK: Messages

    private mutating func flushMessage(_ moment: Moment) -> [Action] {
        var actions: [Action] = []
        if let told = remindedAt, told > moment.wall {
            // The wall's clock was set back: the interval begins anew, or it would be over only when the clock has caught up.
            remindedAt = moment.wall
            actions.append(.storeReminder(moment.wall))
        }
        if groupDue == nil, !isInSnapshot, route.repeats != nil, (remindedAt != nil) != tracker.hasWanted {
            // It was told before anybody wanted reminders; or nothing lasts, be it that it was muted, and what comes next has an interval of its own.
            remindedAt = tracker.hasWanted ? moment.wall : nil
            actions.append(.storeReminder(remindedAt))
        }
        let isReminderDue = reminderDeadline(moment).map { $0 <= moment.running } ?? false
        guard isGroupDue(moment) || isReminderDue else { return actions }
        if isReminderDue {
            digest.remind(of: tracker.wanted)
            isReminding = true
        }
        groupDue = nil
        let message = digest.message
        digest = Digest(tellsEnd: route.tellsEnd)
        guard let message else { return actions + nothing() }
        return actions + begin(.message(message), cursor: isInSnapshot || tracker.holdsChanges ? nil : position)
    }

    /// When people are told again of what lasts.
    func reminderDeadline(_ moment: Moment) -> Duration? {
        guard let repeats = route.repeats, let remindedAt, route.destination.form == .message, !isInSnapshot, tracker.hasWanted else {
            return nil
        }
        // Never later than a whole interval from now, whatever the wall's clock shows.
        let passed = Duration.milliseconds(max(0, moment.wall.milliseconds - remindedAt.milliseconds))
        return moment.running + max(.zero, repeats - passed)
    }

    private mutating func messageDelivered(_ moment: Moment) -> [Action] {
        let before = remindedAt
        if !tracker.hasWanted {
            remindedAt = nil
        } else if isReminding || remindedAt == nil {
            remindedAt = moment.wall
        }
        isReminding = false
        return route.repeats != nil && before != remindedAt ? [.storeReminder(remindedAt)] : []
    }

    // MARK: Events

    private mutating func flushEvents(_ moment: Moment) -> [Action] {
        guard !events.isEmpty else {
            groupDue = nil
            return []
        }
        guard isGroupDue(moment) || events.count >= Self.mostEvents || eventBytes >= Self.mostEventBytes else { return [] }
        var (count, bytes) = (0, 0)
        for event in events.prefix(Self.mostEvents) where count == 0 || bytes < Self.mostEventBytes {
            count += 1
            bytes += event.bytes.count
        }
        let batch = Array(events.prefix(count))
        events.removeFirst(count)
        eventBytes -= bytes
        // What is left over is due at once.
        groupDue = events.isEmpty ? nil : moment.running
        let isAll = events.isEmpty && !isInSnapshot
        return begin(.events(batch), cursor: isAll ? position : batch.last?.cursor)
    }

    // MARK: Alerts

    /// When alerts are sent: what is new with its group, and what lasts each minute.
    func alertsDeadline(_ moment: Moment) -> Duration? {
        guard route.destination.form == .alerts, !isInSnapshot else { return nil }
        if areAlertsDue, groupDue == nil || endedAlerts.count >= Self.mostEndedAlerts { return moment.running }
        guard let alertsSentAt, tracker.hasWanted else { return nil }
        return alertsSentAt + Self.alertInterval
    }

    private mutating func flushAlerts(_ moment: Moment) -> [Action] {
        let isDue = isGroupDue(moment) || (alertsDeadline(moment).map { $0 <= moment.running } ?? false)
        guard isDue, !isInSnapshot else { return [] }
        let alerts = tracker.wanted.map { AlarmAlert($0) } + endedAlerts.values
        groupDue = nil
        areAlertsDue = false
        endedAlerts = [:]
        alertsSentAt = moment.running
        guard !alerts.isEmpty else { return nothing() }
        return begin(.alerts(alerts), cursor: tracker.holdsChanges ? nil : position)
    }
}

// MARK: What becomes of it

extension RouteState {
    mutating func delivered(_ parcel: Parcel, _ moment: Moment) -> [Action] {
        let attempts = failures
        forgetFailures()
        return (attempts > 0 ? [.note(.recovered(attempts: attempts))] : []) + done(with: parcel, moment)
    }

    /// Goes on behind a parcel.
    private mutating func done(with parcel: Parcel, _ moment: Moment) -> [Action] {
        phase = .reading
        var actions = store(parcel.cursor) + storeTarget()
        if case .message = parcel.content { actions += messageDelivered(moment) }
        return actions + flush(moment)
    }

    private mutating func store(_ cursor: Cursor?) -> [Action] {
        guard let cursor, cursor != stored else { return [] }
        stored = cursor
        return [.store(cursor)]
    }

    /// Keeps the target, once nothing waits that it has still to be told.
    mutating func storeTarget() -> [Action] {
        guard storedTarget != target, takesEvents, position != nil, !isInSnapshot, digest.isEmpty, events.isEmpty else { return [] }
        storedTarget = target
        return [.storeTarget(target)]
    }

    mutating func failed(_ parcel: Parcel, _ failure: DeliveryFailure, _ done: Int, _ moment: Moment, _ random: Double) -> [Action] {
        var parcel = parcel
        var actions: [Action] = []
        if case .events(var batch) = parcel.content, done > 0 {
            precondition(done < batch.count, "of a delivery that failed not everything is there")
            actions += store(batch[done - 1].cursor)
            batch.removeFirst(done)
            parcel.content = .events(batch)
            forgetFailures()
        }
        failures += 1
        refusals = failure.isRefusal ? refusals + 1 : 0
        // Other failures in between take back no copy.
        uncertain += failure.isUncertain ? 1 : 0
        if refusals >= Self.mostRefusals || uncertain >= Self.mostUncertain { return actions + passOver(parcel, failure, moment) }
        let since = failingSince ?? moment.running
        failingSince = since
        if moment.running - since >= Self.longestFailure { return actions + giveUp(failure, moment) }
        if failureToldAt.map({ moment.running - $0 >= .seconds(3600) }) ?? true {
            failureToldAt = moment.running
            actions.append(.note(.failing(failure, attempts: failures)))
        }
        let doubled = Self.waits.first * (1 << min(failures - 1, 10))
        // Half of it is drawn, so that routes to one destination do not come together.
        let backoff = min(doubled, Self.waits.longest) * (0.5 + 0.5 * min(max(random, 0), 1))
        let asked = failure.retryAfter.map { min($0, Self.longestRetryAfter) } ?? .zero
        phase = .waiting(parcel, until: moment.running + max(backoff, asked))
        return actions
    }

    private mutating func forgetFailures() { (failures, refusals, uncertain, failingSince, failureToldAt) = (0, 0, 0, nil, nil) }

    /// The destination will not take it, or nobody can say whether it did: what comes behind is not held up by it.
    private mutating func passOver(_ parcel: Parcel, _ failure: DeliveryFailure, _ moment: Moment) -> [Action] {
        forgetFailures()
        switch parcel.content {
        case .events(var batch):
            let event = batch.removeFirst()
            let actions: [Action] = [.note(.refused(failure, what: [event.id]))] + store(event.cursor)
            guard !batch.isEmpty else { return actions + done(with: parcel, moment) }
            let rest = Parcel(.events(batch), cursor: parcel.cursor)
            phase = .delivering(rest)
            return actions + [.deliver(rest)]
        case .message(let message):
            let what = [message.subject]
            let note = failure.isUncertain ? RouteNote.uncertain(failure, what: what) : .refused(failure, what: what)
            return [.note(note)] + done(with: parcel, moment)
        case .alerts(let alerts):
            return [.note(.refused(failure, what: ["\(alerts.count) alerts"]))] + done(with: parcel, moment)
        }
    }

    /// After a day the present state is worth more than what was.
    private mutating func giveUp(_ failure: DeliveryFailure, _ moment: Moment) -> [Action] {
        phase = .reading
        position = nil
        isCatchingUp = false
        forgetFailures()
        (events, eventBytes, endedAlerts, areAlertsDue, groupDue) = ([], 0, [:], false, nil)
        digest = Digest(tellsEnd: route.tellsEnd)
        tracker.forget()
        (isReminding, remindedAt) = (false, nil)
        notice("Nothing could be delivered for a day, and what came in that time is not told.", moment)
        return [.note(.gaveUp(failure)), .restart(freshStart)]
    }
}
