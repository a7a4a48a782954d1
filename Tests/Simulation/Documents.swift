import StrictJSON

/// Draws documents and changes them. They are in the form in which they are compared.
enum Documents {
    static func number(_ id: String, _ dice: inout Dice) -> JSONObject {
        var document: JSONObject = ["id": .string(id), "display_phone_number": .string("+1 555 \(id.suffix(3))")]
        for member in numberMembers where dice.chance(0.8) { document[member] = value(member, dice.next()) }
        return document
    }

    static func profile(_ dice: inout Dice) -> JSONObject {
        var document: JSONObject = ["messaging_product": "whatsapp"]
        for member in profileMembers where dice.chance(0.7) { document[member] = value(member, dice.next()) }
        return document
    }

    static let numberMembers = [
        "verified_name", "status", "quality_rating", "quality_score", "throughput", "whatsapp_business_manager_messaging_limit", "health_status",
        "is_pin_enabled", "webhook_configuration", "conversational_automation", "last_onboarded_time",
    ]
    static let profileMembers = ["about", "address", "vertical", "description", "email", "profile_picture_url", "websites"]

    /// Changes one member, adds it or takes it out.
    static func change(_ document: inout JSONObject, _ members: [String], _ dice: inout Dice) {
        let member = dice.pick(members)
        if document[member] != nil, dice.chance(0.15) { return document[member] = nil }
        let before = document[member]
        for _ in 0..<8 where document[member] == before { document[member] = value(member, dice.next()) }
    }

    /// A value of a member, by a number.
    static func value(_ member: String, _ number: UInt64) -> JSONValue {
        func pick(_ values: [JSONValue]) -> JSONValue { values[Int(number % UInt64(values.count))] }
        switch member {
        case "status": return pick(["CONNECTED", "BANNED", "FLAGGED", "RESTRICTED"])
        case "quality_rating": return pick(["GREEN", "YELLOW", "RED", "UNKNOWN"])
        case "quality_score": return .object(["score": pick(["GREEN", "YELLOW", "RED"])])
        case "throughput": return .object(["level": pick(["STANDARD", "HIGH"])])
        case "whatsapp_business_manager_messaging_limit": return pick(["TIER_250", "TIER_2K", "TIER_10K", "TIER_UNLIMITED"])
        case "is_pin_enabled": return pick([true, false])
        case "webhook_configuration": return .object(["application": .string("https://hook.example/\(number % 7)")])
        case "conversational_automation":
            return .object(["prompts": .array((0...(number % 3)).map { .string("ask \($0 + number % 5)") })])
        case "health_status":
            let states: [JSONValue] = ["AVAILABLE", "LIMITED", "BLOCKED"]
            let entities = ["APP", "BUSINESS", "PHONE_NUMBER", "WABA"].prefix(Int(number % 3) + 2).enumerated().map { index, type in
                JSONValue.object([
                    "entity_type": .string(type), "id": .string("\(900 + index)"),
                    "can_send_message": states[Int((number >> (8 * UInt64(index))) % 3)],
                ])
            }
            return .object(["can_send_message": pick(states), "entities": .array(entities)])
        case "vertical": return pick(["EDU", "RETAIL", "TRAVEL", "HOTEL"])
        case "websites": return .array((0...(number % 2)).map { .string("https://www.example/\($0 + number % 9)") })
        case "profile_picture_url": return .string("pps.example/picture/\(number % 11)")
        // Two spellings of one letter, which are two values; escapes; what lies outside the basic plane.
        default: return .string(["é", "e\u{301}", "a/b", "\"q\"", "😀", "", "\u{7F}"][Int(number % 7)] + " \(member) \(number % 13)")
        }
    }
}
