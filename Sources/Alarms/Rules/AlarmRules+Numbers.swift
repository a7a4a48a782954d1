import WhatsAppBusiness

// What is wrong with phone numbers, and what their health says of what they have in common.

extension AlarmRules {
    static func numbers(_ facts: AccountFacts, _ now: Timestamp, _ assessment: inout AlarmAssessment) {
        guard let numbers = facts.numbers else {
            return assessment.doubt(
                .numberBanned, .numberDown, .numberLimited, .numberPending, .numberGone, .quality, .health, .nameDeclined, .unexpected)
        }
        for id in facts.namedNumbers where numbers[id] == nil {
            assessment.add(
                AlarmCondition(
                    AlarmID(.numberGone, phoneNumberID: id), .critical,
                    "phone number \(id) is named in the configuration and is not in the account", kind: .phoneNumber, thing: id))
        }
        // The account's own health tells of what numbers have in common, too.
        shared(facts.health, facts, &assessment)
        for (id, number) in numbers {
            shared(number.health, facts, &assessment)
            one(id, number, now, &assessment)
        }
    }

    /// What makes a number useless, of which everything else of it follows: the name, and the state that says so.
    static func breakdown(_ number: NumberFacts) -> (name: AlarmName, state: String)? {
        switch number.status {
        case .some(let status) where banned.contains(status): (.numberBanned, status)
        case .some(let status) where down.contains(status): (.numberDown, status)
        default: number.platform == "NOT_APPLICABLE" && number.times.wasOnCloudAPI ? (.numberDown, "on no platform any more") : nil
        }
    }

    private static let banned: Set<String> = ["BANNED", "DELETED", "RESTRICTED", "DISABLED", "SUSPENDED"]
    private static let down: Set<String> = ["DISCONNECTED", "OFFLINE", "MIGRATED"]
    private static let limited: Set<String> = ["FLAGGED", "RATE_LIMITED", "UNVERIFIED"]

    private static func one(_ id: String, _ number: NumberFacts, _ now: Timestamp, _ assessment: inout AlarmAssessment) {
        let words = Words.number(id, number)
        func add(_ name: AlarmName, _ severity: Severity, _ text: String, _ content: [String]) {
            assessment.add(
                AlarmCondition(AlarmID(name, phoneNumberID: id), severity, text, kind: .phoneNumber, thing: id, content: content))
        }
        if let name = number.nameStatus, ["DECLINED", "EXPIRED"].contains(name) {
            add(.nameDeclined, .warning, "the name of phone number \(words) is \(name)", [name])
        }
        for (what, state) in pending(number, now, &assessment) {
            add(.numberPending, .warning, "\(what)phone number \(words) has been \(state)", [state])
        }
        if let (name, state) = breakdown(number) { return add(name, .critical, "phone number \(words) is \(state)", [state]) }
        if let status = number.status, limited.contains(status) {
            add(.numberLimited, .warning, "phone number \(words) is \(status)", [status])
        }
        let own = number.health.entities.filter { isOwn($0, of: id) }
        if let rating = number.rating, StateScale.quality.severity(of: rating) >= .warning {
            let isSeconded = limited.contains(number.status ?? "") || !own.isEmpty
            add(.quality, rating == "RED" && isSeconded ? .critical : .warning, "the quality rating of \(words) is \(rating)", [rating])
        }
        // A status without a cause is the number's own.
        let states = own.isEmpty && number.health.entities.isEmpty ? number.health.state.map { [$0] } ?? [] : own.map(\.state)
        if let worst = states.max(by: { StateScale.messaging.severity(of: $0) < StateScale.messaging.severity(of: $1) }) {
            let codes = Set(own.flatMap(\.codes)).sorted()
            assessment.add(
                AlarmCondition(
                    AlarmID(.health, phoneNumberID: id), StateScale.messaging.severity(of: worst),
                    "messages of \(words) are \(worst)\(Self.words(codes))", kind: .phoneNumber, thing: id, content: codes))
        }
    }

    /// What has been pending for too long: of what, and what it is since when.
    private static func pending(
        _ number: NumberFacts, _ now: Timestamp, _ assessment: inout AlarmAssessment
    ) -> [(what: String, state: String)] {
        var found: [(what: String, state: String)] = []
        let isInReview = [number.nameStatus, number.newNameStatus].contains("PENDING_REVIEW")
        let waits: [(what: String, state: String, since: Timestamp?, longest: Duration)] = [
            ("", "PENDING", number.status == "PENDING" ? number.times.pendingSince : nil, .seconds(86_400)),
            ("the name of ", "under review", isInReview ? number.times.reviewSince : nil, .seconds(3 * 86_400)),
        ]
        for (what, state, since, longest) in waits {
            guard let since else { continue }
            let end = since.advanced(by: longest)
            if now >= end { found.append((what, "\(state) since \(since)")) } else { assessment.look(at: end, from: now) }
        }
        return found
    }

    /// Whether an entity of a number's health is the number itself. One without an id is.
    private static func isOwn(_ entity: HealthFacts.Entity, of id: String) -> Bool {
        entity.type == HealthEntityType.phoneNumber.rawValue && (entity.id == id || entity.id.isEmpty)
    }

    /// What several things may show of a business, an account or an app.
    private static func shared(_ health: HealthFacts, _ facts: AccountFacts, _ assessment: inout AlarmAssessment) {
        for entity in health.entities {
            switch HealthEntityType(rawValue: entity.type) {
            // A number tells of itself, and a template is no reason why an account or a number does not send.
            case .phoneNumber where facts.numbers?[entity.id] != nil || entity.id.isEmpty, .messageTemplate: continue
            // The account itself is restricted, which is told.
            case .waba where entity.id == facts.wabaID && facts.status.map({ $0 != "ACTIVE" }) ?? false: continue
            default: break
            }
            let what = nouns[entity.type] ?? entity.type
            assessment.add(
                AlarmCondition(
                    AlarmID(.health, part: entity.id.isEmpty ? entity.type : entity.id), StateScale.messaging.severity(of: entity.state),
                    "messages through \(Words.cut(what)) \(Words.cut(entity.id)) are \(entity.state)\(words(entity.codes))", kind: .account,
                    thing: entity.id.isEmpty ? facts.wabaID : entity.id, content: entity.codes))
        }
    }

    private static let nouns = ["WABA": "the account", "BUSINESS": "the business", "APP": "the app", "PHONE_NUMBER": "phone number"]

    private static func words(_ codes: [String]) -> String {
        codes.isEmpty ? "" : " (\(codes.prefix(3).map(Words.cut).joined(separator: ", ")))"
    }
}
