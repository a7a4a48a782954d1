public import WhatsAppBusiness

/// The alarms of one account, or of all together (account `*`): which conditions have become alarms, and what is told of them. A pure decision.
///
/// An alarm is told at most three times within an hour, unless it worsens beyond what was told, or is muted or unmuted; what is held back for that is told
/// when there is room, as it is then.
public struct AlarmBook: Sendable, Equatable {
    /// What may happen.
    public enum Event: Sendable {
        /// What is wrong was found out anew; also when nothing but the time has changed.
        case assessed(AlarmAssessment)
        /// The account's token, its applications or a callback changed: numbers may show for some minutes that they are on no platform.
        case reauthorised
        /// A phone number left the account: its alarms end at once. The ledger, which drops what is the number's, has told so.
        case left(number: String)
        /// These mutes hold, and no others.
        case mutes([AlarmMute], by: String?)
        /// The configuration says something else.
        case settings(AlarmSettings)
    }

    /// The account's name.
    public let account: String
    private var states: [AlarmID: AlarmState] = [:]
    private var assessment: AlarmAssessment?
    private var assessed: Duration = .zero
    private var settings: AlarmSettings
    private var mutes: [AlarmMute]
    private var reauthorised: Duration?

    /// How long after a reauthorisation `number_down` settles longer, and how long it settles then.
    public static let reauthorisation = Duration.seconds(600)

    /// Alarms that go on where the process before this one left them: nothing is told again.
    /// - Parameters:
    ///   - mutes: those of all accounts.
    ///   - stored: the alarms that there are.
    ///   - told: what was told within the last hour, and before that of what comes and goes; oldest first.
    ///   - now: the monotonic clock.
    public init(
        account: String, settings: AlarmSettings = AlarmSettings(), mutes: [AlarmMute] = [], stored: [StoredAlarm] = [],
        told: [ToldAlarm] = [], now: Duration, wall: Timestamp
    ) {
        self.account = account
        self.settings = settings
        self.mutes = mutes
        for alarm in stored {
            guard let document = AlarmDocument(alarm.document) else { continue }
            states[alarm.id] = AlarmState(
                alarm.id, of: account, document, changedAt: alarm.changedAt, mutes: mutes.filter { $0.matches(alarm.id, of: account) })
        }
        let news = Dictionary(grouping: told, by: \.id)
        for id in Set(states.keys).union(news.keys) {
            // What a clock that was set says to be in the future was told just now.
            let times = (news[id] ?? []).map { (operation: $0.operation, at: now - max(.zero, $0.at.duration(to: wall)), flaps: $0.flaps) }
            states[id, default: AlarmState(id, of: account)].remember(times, now: now)
        }
    }

    /// What is wrong now, settled or not, muted or not; nothing before the first assessment.
    public var conditions: [AlarmCondition] { assessment?.conditions.filter { settings.allows($0.id.name) } ?? [] }

    /// The ids of the alarms that there are.
    public var alarms: Set<AlarmID> { Set(states.filter { $0.value.document != nil }.keys) }

    /// Takes what happened.
    /// - Parameters:
    ///   - now: the monotonic clock, which never goes back.
    ///   - wall: the wall clock, for what people are told, and for the ends of mutes.
    /// - Returns: what is told, the most urgent first.
    public mutating func on(_ event: Event, now: Duration, wall: Timestamp) -> [AlarmUpdate] {
        var actor: String?
        var updates: [AlarmUpdate] = []
        switch event {
        case .assessed(let assessment):
            self.assessment = assessment
            assessed = now
        case .reauthorised: reauthorised = now
        case .left(let number):
            assessment?.forget(number: number)
            for id in states.keys where id.phoneNumberID == number {
                let world = surroundings(id, now, wall, nil)
                if let update = states[id]?.leave(in: world) { updates.append(update) }
            }
        case .mutes(let mutes, let by):
            self.mutes = mutes
            actor = by
        case .settings(let settings): self.settings = settings
        }
        let conditions = Dictionary(self.conditions.map { ($0.id, $0) }) { first, _ in first }
        for id in Set(states.keys).union(conditions.keys) {
            var state = states[id] ?? AlarmState(id, of: account)
            let update = state.on(reading(id, conditions[id]), in: surroundings(id, now, wall, actor))
            states[id] = state.isForgotten(now) ? nil : state
            if let update { updates.append(update) }
        }
        return updates.sorted { ($1.severity, $0.id) < ($0.severity, $1.id) }
    }

    /// When it is to be assessed again though nothing changes; `nil` for never.
    public func next(now: Duration, wall: Timestamp) -> Duration? {
        var times = states.values.compactMap { $0.next(in: surroundings($0.id, now, wall, nil)) }
        times += mutes.filter { $0.until > wall }.map { now + wall.duration(to: $0.until) }
        if let holdsFor = assessment?.holdsFor { times.append(assessed + holdsFor) }
        return times.min()
    }

    private func reading(_ id: AlarmID, _ condition: AlarmCondition?) -> AlarmState.Reading {
        if let condition { return .holds(condition) }
        guard let assessment, !assessment.undecided.contains(id.name) || !settings.allows(id.name) else { return .unknown }
        return .absent
    }

    private func surroundings(_ id: AlarmID, _ now: Duration, _ wall: Timestamp, _ actor: String?) -> AlarmState.Surroundings {
        let settle = settings.settle(id.name) ?? .zero
        // One that began before ten minutes had passed, or was still settling then, is given as long.
        let patient = id.name == .numberDown ? reauthorised.map { $0 + Self.reauthorisation } : nil
        return AlarmState.Surroundings(
            now: now, wall: wall, begin: { since in patient.map { since < $0 } ?? false ? max(settle, Self.reauthorisation) : settle },
            end: settle,
            mutes: mutes.filter { $0.until > wall && $0.matches(id, of: account) }, actor: actor)
    }
}

extension Timestamp {
    /// How long it is from this moment to another.
    func duration(to other: Timestamp) -> Duration { .milliseconds(other.milliseconds - milliseconds) }
}

/// Names that are no account's.
enum ResourceName {
    /// The account of what concerns all of them.
    static let allAccounts = "*"
}
