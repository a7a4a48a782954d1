import StrictJSON
import WhatsAppBusiness

/// What Meta reports of numbers and templates.
extension ReportedChange {
    static func numberChanges(_ old: Account, _ new: Account, _ seconds: Int64) -> [Value] {
        let numbers = Dictionary(old.phoneNumbers.map { ($0.id, $0) }) { first, _ in first }
        return new.phoneNumbers.flatMap { number -> [Value] in
            guard let before = numbers[number.id] else { return [] }
            let digits = (number.document[member: "display_phone_number"]?.string ?? "").filter { ("0"..."9").contains($0) }
            var values: [Value] = []
            func report(_ field: String, _ members: JSONObject) {
                var value: JSONObject = ["display_phone_number": .string(digits)]
                for member in members { value[member.name] = member.value }
                values.append((field, value))
            }
            if let decision = nameDecision(before.document, number.document) {
                let name = number.document[member: "new_display_name"] ?? number.document[member: "verified_name"] ?? ""
                report(
                    "phone_number_name_update",
                    [
                        "decision": .string(decision), "requested_verified_name": name,
                        "rejection_reason": decision == "REJECTED" ? "UNKNOWN" : .null,
                    ])
            }
            let level = number.document[member: "throughput"]?["level"]?.string
            if level == "HIGH", before.document[member: "throughput"]?["level"]?.string != "HIGH" {
                report("phone_number_quality_update", ["event": "THROUGHPUT_UPGRADE", "current_limit": "TIER_UNLIMITED"])
            }
            if number.document[member: "is_pin_enabled"] != before.document[member: "is_pin_enabled"] {
                report("security", ["event": "PIN_CHANGED"])
            }
            if number.neighbours[.username] != before.neighbours[.username] {
                // The name is missing when it was deleted.
                report("business_username_updates", number.neighbours[.username] ?? ["status": "deleted"])
            }
            if let calling = number.settings[member: "calling"], calling != before.settings[member: "calling"] {
                values.append(("account_settings_update", settings(number.id, calling, seconds)))
            }
            return values
        }
    }

    /// What the review of a name came to, if it moved.
    private static func nameDecision(_ old: JSONObject, _ new: JSONObject) -> String? {
        switch change("new_name_status", old, new) ?? change("name_status", old, new) {
        case "APPROVED", "AVAILABLE_WITHOUT_REVIEW": "APPROVED"
        case "DECLINED", "REJECTED": "REJECTED"
        case "PENDING_REVIEW", "PENDING": "PENDING"
        case "DEFERRED": "DEFERRED"
        // A new name without a word about its review is one that was approved.
        default: change("verified_name", old, new) == nil ? nil : "APPROVED"
        }
    }

    /// The calling part alone, without the passwords that it may hold.
    private static func settings(_ id: String, _ calling: JSONValue, _ seconds: Int64) -> JSONObject {
        var shown = calling.object ?? [:]
        shown["sip"] = .none
        return [
            "messaging_product": "whatsapp", "timestamp": .string("\(seconds)"), "type": "phone_number_settings",
            "phone_number_settings": ["phone_number_id": .string(id), "calling": .object(shown)],
        ]
    }

    static func templateChanges(_ old: Account, _ new: Account) -> [Value] {
        func byID(_ templates: [JSONObject]) -> [String: JSONObject] {
            Dictionary(templates.map { ($0[member: "id"]?.string ?? "", $0) }) { first, _ in first }
        }
        let (before, after) = (byID(old.messageTemplates), byID(new.messageTemplates))
        let gone = old.messageTemplates.filter { after[$0[member: "id"]?.string ?? ""] == nil }.map { template -> Value in
            status("DELETED", template)
        }
        return gone
            + new.messageTemplates.flatMap { template -> [Value] in
                guard let earlier = before[template[member: "id"]?.string ?? ""] else {
                    return [status(template[member: "status"]?.string ?? "PENDING", template)]
                }
                return differences(earlier, template)
            }
    }

    private static func differences(_ old: JSONObject, _ new: JSONObject) -> [Value] {
        var values: [Value] = []
        if let event = change("status", old, new) { values.append(status(event, new)) }
        if let score = Self.score(new), score != Self.score(old) {
            values.append(
                about(
                    "message_template_quality_update", new,
                    ["previous_quality_score": .string(Self.score(old) ?? "UNKNOWN"), "new_quality_score": .string(score)]))
        }
        if let category = change("category", old, new) {
            values.append(
                about(
                    "template_category_update", new,
                    ["previous_category": old[member: "category"] ?? .null, "new_category": .string(category)]))
        }
        if new[member: "components"] != old[member: "components"] {
            let body = new[member: "components"]?.array?.first { $0["type"]?.string == "BODY" }?["text"]
            values.append(about("message_template_components_update", new, ["message_template_element": body ?? ""]))
        }
        return values
    }

    private static func score(_ template: JSONObject) -> String? { template[member: "quality_score"]?["score"]?.string }

    private static func status(_ event: String, _ template: JSONObject) -> Value {
        let reason = event == "REJECTED" ? template[member: "rejected_reason"] ?? "INVALID_FORMAT" : "NONE"
        var members: JSONObject = ["event": .string(event), "reason": reason]
        members["message_template_category"] = template[member: "category"]
        return about("message_template_status_update", template, members)
    }

    /// Ids of templates are numbers here, and texts everywhere else.
    private static func about(_ field: String, _ template: JSONObject, _ members: JSONObject) -> Value {
        var value = members
        let id = template[member: "id"]?.string ?? ""
        value["message_template_id"] = Int64(id).map { .integer($0) } ?? .string(id)
        value["message_template_name"] = template[member: "name"]
        value["message_template_language"] = template[member: "language"]
        return (field, value)
    }
}
