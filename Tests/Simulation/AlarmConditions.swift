import StrictJSON
import WhatsAppBusiness

/// What is wrong with an account by what is known of its things: the checker's own reading of the table of alarms (wabawatch(1)), which asks the
/// product nothing.
struct AlarmConditions {
    /// The ids of what is wrong, with how urgent each is.
    private(set) var wrong: [String: Severity] = [:]
    /// Names of which nothing can be said yet.
    private(set) var unknown: Set<String> = []

    /// How long a condition holds before it is an alarm, and is absent before it is none, of the names that are judged.
    static let settle: [String: Duration] = [
        "number_banned": .zero, "number_down": .seconds(120), "number_limited": .seconds(120), "number_gone": .zero,
        "quality": .seconds(300), "health": .seconds(120), "account_restricted": .zero, "name_declined": .zero, "template": .zero,
        "token_refused": .zero,
    ]
    /// Names that are decided by the list of numbers.
    private static let ofNumbers: Set<String> = [
        "number_banned", "number_down", "number_limited", "number_gone", "quality", "health", "name_declined",
    ]
    private static let useless: [String: String] = [
        "BANNED": "number_banned", "DELETED": "number_banned", "RESTRICTED": "number_banned", "DISABLED": "number_banned",
        "SUSPENDED": "number_banned", "DISCONNECTED": "number_down", "OFFLINE": "number_down", "MIGRATED": "number_down",
    ]
    private static let limited: Set<String> = ["FLAGGED", "RATE_LIMITED", "UNVERIFIED"]

    /// The name of an alarm, which its id begins with.
    static func name(of id: String) -> String { String(id.prefix { $0 != "/" }) }

    /// - Parameters:
    ///   - account: the account's own document, if there is one.
    ///   - numbers: the documents of its numbers; `nil` before the list was seen.
    ///   - named: the numbers that the configuration names.
    ///   - losses: how many templates were taken away.
    /// - Parameter isRefused: whether the token is refused; `nil` where no answer says so.
    init(account: JSONObject?, numbers: [String: JSONObject]?, named: Set<String>, losses: Int, isRefused: Bool?) {
        let (status, review) = (Self.word(account, "status"), Self.word(account, "account_review_status"))
        if status == nil, review == nil { unknown.insert("account_restricted") }
        if status.map({ $0 != "ACTIVE" }) ?? false || ["REJECTED", "RESTRICTED"].contains(review) { add("account_restricted", .critical) }
        if losses > 0 { add("template", .warning) }
        if isRefused == true { add("token_refused", .critical) }
        if isRefused == nil { unknown.insert("token_refused") }
        guard let numbers else {
            unknown.formUnion(Self.ofNumbers)
            return
        }
        for id in named where numbers[id] == nil { add("number_gone/\(id)", .critical) }
        for document in [account].compactMap(\.self) + numbers.values {
            for entity in Self.entities(document) {
                // A number tells of itself.
                if entity.type == "PHONE_NUMBER", entity.id.isEmpty || numbers[entity.id] != nil { continue }
                add("health/\(entity.id.isEmpty ? entity.type : entity.id)", entity.severity)
            }
        }
        for (id, document) in numbers { take(number: id, document) }
    }

    /// Whether a number is of no use, so that nothing else of it is told.
    static func isUseless(_ document: JSONObject) -> Bool { word(document, "status").map { useless[$0] != nil } ?? false }

    private mutating func take(number id: String, _ document: JSONObject) {
        let status = Self.word(document, "status") ?? ""
        if ["DECLINED", "EXPIRED"].contains(Self.word(document, "name_status")) { add("name_declined/\(id)", .warning) }
        // What is useless has that one alarm: all else follows from it.
        if let name = Self.useless[status] { return add("\(name)/\(id)", .critical) }
        if Self.limited.contains(status) { add("number_limited/\(id)", .warning) }
        let entities = Self.entities(document)
        let own = entities.filter { $0.type == "PHONE_NUMBER" && ($0.id.isEmpty || $0.id == id) }
        let rating = Self.word(document, "quality_rating") ?? Self.word(document["quality_score"]?.object, "score")
        if rating == "YELLOW" { add("quality/\(id)", .warning) }
        if rating == "RED" { add("quality/\(id)", Self.limited.contains(status) || !own.isEmpty ? .critical : .warning) }
        // What is wrong without anything that it is wrong with is the number's own.
        let alone = entities.isEmpty ? Self.severity(document["health_status"]?["can_send_message"]).map { [$0] } ?? [] : []
        if let worst = (own.map(\.severity) + alone).max() { add("health/\(id)", worst) }
    }

    private mutating func add(_ id: String, _ severity: Severity) { wrong[id] = max(wrong[id] ?? severity, severity) }

    private static func word(_ document: JSONObject?, _ member: String) -> String? { document?[member]?.string?.uppercased() }

    private static func severity(_ state: JSONValue?) -> Severity? {
        switch state?.string?.uppercased() {
        case "BLOCKED": .critical
        case "LIMITED": .warning
        default: nil
        }
    }

    private static func entities(_ document: JSONObject) -> [(type: String, id: String, severity: Severity)] {
        (document["health_status"]?["entities"]?.array ?? []).compactMap { entity in
            guard let severity = severity(entity["can_send_message"]) else { return nil }
            let id: String =
                switch entity["id"] {
                case .string(let text): text
                case .number(let number): number.text
                default: ""
                }
            let type = entity["entity_type"]?.string?.uppercased() ?? ""
            // A template is no reason why an account or a number does not send.
            return type == "MESSAGE_TEMPLATE" ? nil : (type, id, severity)
        }
    }
}

/// Which templates of an account were taken away, by what was told of them.
struct TemplateLosses {
    /// Their ids, and whether they were moved to a dearer category: those can be sent still.
    private(set) var losses: [String: Bool] = [:]

    mutating func take(_ id: String, from before: JSONObject?, to after: JSONObject?) {
        guard let after else { return losses[id] = nil }
        func word(_ document: JSONObject?, _ member: String) -> String? { document?[member]?.string?.uppercased() }
        let (was, status) = (word(before, "status"), word(after, "status"))
        if let status, status != was {
            if ["REJECTED", "PAUSED", "DISABLED", "ARCHIVED"].contains(status) {
                if was == "APPROVED" || losses[id] == false { losses[id] = false }
            } else if status == "APPROVED" {
                losses[id] = nil
            }
        }
        let (old, new) = (word(before, "category"), word(after, "category"))
        if old == "UTILITY", new == "MARKETING", losses[id] == nil {
            losses[id] = true
        } else if old == "MARKETING", new != nil, new != old, losses[id] == true {
            losses[id] = nil
        }
    }
}
