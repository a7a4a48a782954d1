import WhatsAppBusiness

/// One alarm of an account: whether its condition has settled, whether it flaps, and what was told of it last. A pure decision.
struct AlarmState: Sendable, Equatable {
    /// What is known of the condition now.
    enum Reading {
        case holds(AlarmCondition)
        case absent
        /// Nothing: it stays as it is.
        case unknown
    }

    /// What the surroundings say of it now.
    struct Surroundings {
        var now: Duration
        var wall: Timestamp
        /// How long it settles before it begins, by the moment since when the condition holds, and before it ends.
        var begin: (Duration) -> Duration
        var end: Duration
        /// The mutes that match it and hold.
        var mutes: [AlarmMute]
        /// Who has just muted or unmuted.
        var actor: String?
    }

    let id: AlarmID
    let account: String
    /// As it was told last; `nil` while there is no alarm.
    private(set) var document: AlarmDocument?
    private var presence = AlarmPresence.absent
    private var flapping = AlarmFlapping()
    private var limit = TellingLimit()
    /// The condition as it was when it held last, and since when it has held.
    private var condition: AlarmCondition?
    private var since: Timestamp?
    /// What the alarm was about when it was told; `nil` where only its words are known.
    private var content: [String]?
    /// Mutes that it has broken by worsening: they are not for it any more.
    private var broken: Set<String> = []

    init(_ id: AlarmID, of account: String) {
        self.id = id
        self.account = account
    }

    /// An alarm that was there when the process before this one ended.
    init(_ id: AlarmID, of account: String, _ document: AlarmDocument, changedAt: Timestamp, mutes: [AlarmMute]) {
        self.init(id, of: account)
        self.document = document
        presence = .present
        since = document.since
        // A mute that was there when the alarm was told last, and is not in it, was broken.
        if document.muted == nil { broken = Set(mutes.filter { $0.since <= changedAt }.map(\.id)) }
    }

    /// Goes on from what was told before this process began, oldest first: it comes and goes as it did when that was told.
    mutating func remember(_ told: [(operation: ChangeOperation, at: Duration, flaps: Bool)], now: Duration) {
        for (operation, at, flaps) in told {
            if at > now - TellingLimit.span { limit.add(at) }
            switch operation {
            case .added: flapping.began(at)
            case .removed:
                flapping.ended(at)
                flapping.calm(at, isGone: true)
            default: if flaps { flapping.wasTold() }
            }
        }
        if let document { flapping.goOn(count: document.flaps ?? 0, now: now) }
        flapping.told()
    }

    /// Takes what is known now, and says what is told of that.
    mutating func on(_ reading: Reading, in world: Surroundings) -> AlarmUpdate? {
        limit.forget(world.now)
        take(reading, world)
        flapping.calm(world.now, isGone: false)
        broken.formIntersection(world.mutes.map(\.id))
        guard let document else { return presence.counts ? begin(world) : nil }
        if presence == .absent, flapping.isFlapping ? flapping.isQuiet(world.now) : limit.allows(.oneLeft) { return end(document, world) }
        return change(document, world)
    }

    /// What it is of is not there any more: it ends at once, however often it was told.
    mutating func leave(in world: Surroundings) -> AlarmUpdate? {
        limit.forget(world.now)
        if presence.counts { flapping.ended(world.now) }
        (presence, condition, since) = (.absent, nil, nil)
        return document.map { end($0, world) }
    }

    private mutating func take(_ reading: Reading, _ world: Surroundings) {
        let holds: Bool
        var begin = world.begin
        switch reading {
        case .unknown: return
        case .absent: holds = false
        case .holds(let condition):
            holds = true
            // An alarm that waits for its end and comes back worse has worsened, which never waits.
            if let document, condition.severity > document.severity { begin = { _ in .zero } }
            self.condition = condition
            if presence == .absent { since = world.wall }
            flapping.hold(world.now)
        }
        switch presence.on(holds, now: world.now, begin: begin, end: world.end) {
        case .began: flapping.began(world.now)
        case .ended: flapping.ended(world.now)
        case nil: break
        }
    }

    // MARK: What is told

    private mutating func begin(_ world: Surroundings) -> AlarmUpdate? {
        guard let condition else { return nil }
        var document = AlarmDocument(
            name: id.name, severity: condition.severity, summary: sentence(condition.text), since: since ?? world.wall,
            kind: condition.kind.rawValue, thing: condition.thing, flaps: flapping.count > 0 ? flapping.count : nil,
            templates: condition.templates)
        document.muted = mute(world).map { AlarmDocument.Muted($0, at: condition.severity) }
        content = condition.content
        if flapping.isFlapping { flapping.told() }
        limit.add(world.now)
        return tell(document, .added, document.severity, document.summary)
    }

    private mutating func end(_ document: AlarmDocument, _ world: Surroundings) -> AlarmUpdate {
        limit.add(world.now)
        flapping.calm(world.now, isGone: true)
        content = nil
        return tell(nil, .removed, .info, sentence("ended: \(text(of: document))"))
    }

    /// What is news of an alarm that goes on, in one change.
    private mutating func change(_ document: AlarmDocument, _ world: Surroundings) -> AlarmUpdate? {
        var next = document
        var (severity, summary): (Severity?, String?)
        if let condition, presence == .present, condition.severity > document.severity {
            show(condition, in: &next)
            (severity, summary) = (condition.severity, next.summary)
            if let muted = next.muted, condition.severity > muted.severity {
                broken.formUnion(world.mutes.map(\.id))
                next.muted = nil
            }
        } else if flapping.isUntold {
            if limit.allows(.last) {
                next.flaps = flapping.count
                severity = next.severity
                summary = sentence("comes and goes, \(flapping.count) times by now: \(text(of: next))")
            }
        } else if let condition, presence == .present, !flapping.isFlapping, limit.allows(.oneLeft) {
            let hasEased = condition.severity < document.severity
            let news = hasEased ? true : isNews(condition, document)
            if let news {
                show(condition, in: &next)
                severity = news ? condition.severity : .info
                summary = hasEased ? sentence("eased: \(condition.text)") : next.summary
            } else {
                content = condition.content
            }
        }
        if severity != nil {
            limit.add(world.now)
            if next.flaps != document.flaps { flapping.told() }
        }
        let mute = mute(world)
        guard mute.map({ next.muted?.isBy($0) ?? false }) ?? (next.muted == nil) else {
            // At the severity that it has now, whatever an earlier mute was for.
            next.muted = mute.map { AlarmDocument.Muted($0, at: next.severity) }
            let words = mute.map { "muted until \($0.until) by \($0.by)\($0.reason.map { " (\($0))" } ?? "")" } ?? "no longer muted"
            return tell(next, .changed, severity ?? .info, summary ?? sentence("\(words): \(text(of: next))"), by: world.actor)
        }
        guard let severity, let summary else { return nil }
        return tell(next, .changed, severity, summary)
    }

    /// Whether the alarm is about something else than what was told: `true` where something joined, `false` where something only went.
    private func isNews(_ condition: AlarmCondition, _ document: AlarmDocument) -> Bool? {
        guard let content else {
            // Only words are known of what the process before this one told.
            return condition.content.isEmpty || sentence(condition.text) == document.summary ? nil : true
        }
        return content == condition.content ? nil : !Set(condition.content).isSubset(of: content)
    }

    private mutating func show(_ condition: AlarmCondition, in document: inout AlarmDocument) {
        document.severity = condition.severity
        document.summary = sentence(condition.text)
        (document.kind, document.thing) = (condition.kind.rawValue, condition.thing)
        document.templates = condition.templates
        content = condition.content
    }

    private mutating func tell(
        _ document: AlarmDocument?, _ operation: ChangeOperation, _ severity: Severity, _ summary: String, by actor: String? = nil
    ) -> AlarmUpdate {
        defer { self.document = document }
        return AlarmUpdate(
            id: id, operation: operation, severity: document?.muted == nil ? severity : .info, before: self.document?.json,
            after: document?.json, summary: summary, actor: actor)
    }

    /// The mute that holds for it: the one that lasts longest.
    private func mute(_ world: Surroundings) -> AlarmMute? {
        world.mutes.filter { !broken.contains($0.id) }.max { ($0.until, $0.id) < ($1.until, $1.id) }
    }

    private func sentence(_ text: String) -> String { account == ResourceName.allAccounts ? text : "\(account): \(text)" }

    private func text(of document: AlarmDocument) -> String {
        let prefix = sentence("")
        return document.summary.hasPrefix(prefix) ? String(document.summary.dropFirst(prefix.count)) : document.summary
    }

    // MARK: When it is looked at again

    /// When something may be told though nothing changes.
    func next(in world: Surroundings) -> Duration? {
        var times: [Duration?] = [presence.next(begin: world.begin, end: world.end), flapping.calmAt]
        if document != nil {
            if presence == .absent { times.append(flapping.isFlapping ? flapping.quietAt : limit.next(.oneLeft)) }
            if flapping.isUntold { times.append(limit.next(.last)) }
            // What has eased, or is about something else, waits for room.
            if presence == .present, !flapping.isFlapping { times.append(limit.next(.oneLeft)) }
        }
        return times.compactMap(\.self).filter { $0 > world.now }.min()
    }

    /// Whether nothing of it is worth remembering.
    func isForgotten(_ now: Duration) -> Bool {
        document == nil && presence == .absent && limit.times.isEmpty && flapping.isForgotten(now)
    }
}
