package import WabaWatchClient
package import WabaWatchInterface
package import WhatsAppBusiness

/// Decides what one route tells and when: gathers what comes, delivers one thing after the other, tries again, and gives up after a day.
///
/// What waits is not kept: while a delivery is under way or waits for another attempt nothing is taken from the daemon, whose log keeps it.
package struct RouteState: Sendable {
    /// Something that happened.
    package enum Input: Sendable {
        case event(ChangeEvent)
        /// What was asked for last has ended.
        case ended(DeliveryOutcome)
        /// Time has passed: perhaps something is due.
        case timer
    }

    /// What is to be done now.
    package enum Action: Sendable, Equatable {
        case deliver(Parcel)
        /// Everything up to here is done with.
        case store(Cursor)
        /// When the last reminder was sent; `nil` where nothing lasts.
        case storeReminder(Timestamp?)
        /// The route's target, which has been told all that lasts.
        case storeTarget(String)
        /// Read anew, from there.
        case restart(ChangeStart)
        /// To be told in the log.
        case note(RouteNote)
    }

    /// The two clocks: one that nobody sets, for waiting; and the wall's, which is only told.
    package struct Moment: Sendable {
        package var running: Duration
        package var wall: Timestamp

        package init(running: Duration, wall: Timestamp) {
            self.running = running
            self.wall = wall
        }
    }

    /// What an alert is told apart by.
    struct AlertKey: Hashable, Sendable {
        var alarm: PresentAlarm.Key
        var severity: Severity
    }

    enum Phase: Sendable {
        case reading
        case delivering(Parcel)
        /// Until then, after a failure.
        case waiting(Parcel, until: Duration)
    }

    /// Events of one delivery, and bytes of all of them.
    package static let mostEvents = 100
    static let mostEventBytes = 1 << 20
    /// Alerts that ended and wait for the end of their group.
    static let mostEndedAlerts = 10_000
    /// Attempts after which what is refused is passed over.
    static let mostRefusals = 5
    /// Attempts of which nobody knows whether they arrived, after which what they bring is passed over.
    static let mostUncertain = 5
    /// How long a destination may fail.
    package static let longestFailure = Duration.seconds(86_400)
    /// How often alerts are sent while they last.
    static let alertInterval = Duration.seconds(60)
    /// The first wait after a failure, and the longest.
    static let waits = (first: Duration.seconds(5), longest: Duration.seconds(300))
    /// No destination is left alone for longer than this at its own request.
    static let longestRetryAfter = Duration.seconds(3600)

    let route: NotifyRoute
    let host: String
    let target: String
    var phase = Phase.reading
    var tracker: AlarmTracker
    /// Behind everything that was taken.
    var position: Cursor?
    var stored: Cursor?
    var storedTarget: String?
    var isInSnapshot = false
    /// Whether changes may still come that are older than the list by which the alarms are known. The first heartbeat ends it: the daemon sends none before
    /// it has caught up.
    var isCatchingUp = false
    // What is gathered, and when it is due.
    var digest: Digest
    var events: [RoutedEvent] = []
    var eventBytes = 0
    var endedAlerts: [AlertKey: AlarmAlert] = [:]
    var areAlertsDue = false
    var groupDue: Duration?
    var alertsSentAt: Duration?
    /// When people were told last of what lasts.
    var remindedAt: Timestamp?
    var isReminding = false
    // Failures.
    var failures = 0
    var refusals = 0
    var uncertain = 0
    var failingSince: Duration?
    var failureToldAt: Duration?
    var isOutageTold = false
    var isFullTold = false

    /// A route.
    /// - Parameters:
    ///   - host: this machine's name.
    ///   - cursor: what was stored last.
    ///   - remindedAt: the reminder that was stored last.
    ///   - target: the target that was stored last.
    package init(_ route: NotifyRoute, host: String, cursor: Cursor?, remindedAt: Timestamp? = nil, target: String? = nil) {
        self.route = route
        self.host = host
        self.target = route.target
        position = cursor
        stored = cursor
        storedTarget = target
        self.remindedAt = remindedAt
        tracker = AlarmTracker(minimum: route.match.minimumSeverity)
        digest = Digest(tellsEnd: route.tellsEnd)
        isCatchingUp = needsPresentAlarms
    }

    /// Where to begin to read.
    package var start: ChangeStart { stored.map { .after($0) } ?? freshStart }

    /// Where to begin where nothing is known: with what is wrong now, or with what changes from now on.
    var freshStart: ChangeStart { route.subject == .alarms ? .snapshot : .now }

    /// Whether what lasts has to be known first: it was told before, and will not be told again by its changes.
    package var needsPresentAlarms: Bool { route.subject == .alarms && stored != nil }

    /// Takes over what lasts, without telling it; alerts are sent of it.
    package mutating func know(_ resource: Resource) {
        tracker.know(resource)
        areAlertsDue = route.destination.form == .alerts
    }

    /// Whether an event may be handed over now.
    package var takesEvents: Bool { if case .reading = phase { true } else { false } }

    /// When `timer` is wanted at the latest.
    package func deadline(at moment: Moment) -> Duration? {
        switch phase {
        case .delivering: nil
        case .waiting(_, let until): until
        // Half a snapshot is not sent as alerts, which all last: nothing is due until it is whole.
        case .reading where isInSnapshot && route.destination.form == .alerts: nil
        case .reading: [groupDue, alertsDeadline(moment), reminderDeadline(moment)].compactMap(\.self).min()
        }
    }

    /// - Parameter random: a number from 0 to 1 that the wait after a failure is drawn from.
    package mutating func on(_ input: Input, at moment: Moment, random: Double = 1) -> [Action] {
        switch input {
        case .event(let event):
            precondition(takesEvents, "a route takes no event while it delivers")
            let actions = take(event, moment)
            // What is due is delivered when the reading has begun anew: nothing behind a restart is done.
            let isRestart = actions.contains { if case .restart = $0 { true } else { false } }
            return takesEvents && !isRestart ? actions + flush(moment) : actions
        case .timer:
            if case .waiting(let parcel, let until) = phase {
                guard moment.running >= until else { return [] }
                phase = .delivering(parcel)
                return [.deliver(parcel)]
            }
            return takesEvents ? flush(moment) : []
        case .ended(let outcome):
            guard case .delivering(let parcel) = phase else { preconditionFailure("a delivery ends that was not begun") }
            switch outcome {
            case .delivered: return delivered(parcel, moment)
            case .failed(let failure, let done): return failed(parcel, failure, done, moment, random)
            }
        }
    }
}
