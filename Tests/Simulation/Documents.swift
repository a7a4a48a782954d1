import StrictJSON
import TestTools
import WhatsAppBusiness

/// Draws documents and changes them. They are in the form in which they are compared.
enum Documents {
    /// A new thing of a kind.
    static func thing(_ kind: Kind, _ id: String, _ dice: inout SeededGenerator) -> JSONObject {
        var document: JSONObject = [:]
        switch kind {
        case .account: document["id"] = .string(id)
        case .phoneNumber: document = ["id": .string(id), "display_phone_number": .string("+1 555 \(id.suffix(3))")]
        case .messageTemplate: document = ["id": .string(id), "name": .string("order \(id)"), "language": "en_US"]
        case .subscribedApp: document["whatsapp_business_api_data"] = .object(["id": .string(id), "name": .string("App \(id)")])
        case .qrCode: document = ["code": .string(id), "deep_link_url": .string("https://wa.me/message/\(id)")]
        case .commerceSettings: if dice.chance(0.3) { return [:] }
        default:
            if kind.isList, let key = kind.row.edge?.keys.first { document[String(key.dropFirst())] = .string(id) }
        }
        for member in members(kind) where dice.chance(0.8) { document[member] = value(member, dice.next()) }
        return document
    }

    /// The members that change.
    static func members(_ kind: Kind) -> [String] {
        switch kind {
        case .account:
            [
                "name", "timezone_id", "status", "business_verification_status", "account_review_status", "health_status", "currency",
                "country",
                "ownership_type", "owner_business_info", "disable_marketing_messages_on_cloud_api",
            ]
        case .subscribedApp: ["override_callback_uri"]
        case .phoneNumber:
            [
                "verified_name", "status", "quality_rating", "quality_score", "throughput", "whatsapp_business_manager_messaging_limit",
                "health_status", "is_pin_enabled", "webhook_configuration", "conversational_automation", "last_onboarded_time",
            ]
        case .phoneNumberSettings: ["calling", "storage_configuration", "user_identity_change"]
        case .businessProfile: ["about", "address", "vertical", "description", "email", "profile_picture_url", "websites"]
        case .commerceSettings: ["id", "is_cart_enabled", "is_catalog_visible"]
        case .qrCode: ["prefilled_message"]
        case .messageTemplate: ["status", "category", "quality_score", "rejected_reason"]
        default:
            // Of a kind that nothing more is known of, what is asked for and does not tell its things apart.
            kind.row.edge.map { edge in edge.fields.filter { !edge.keys.contains("/\($0)") } } ?? []
        }
    }

    /// Members that change beside these, by what is decided apart: a seed draws nothing for them where it does not.
    static func moved(_ kind: Kind) -> [String] { kind == .phoneNumber ? ["name_status"] : [] }

    /// Changes one member, adds it or takes it out.
    static func change(_ document: inout JSONObject, _ kind: Kind, _ dice: inout SeededGenerator) {
        if kind.row.emptyIsAThing, dice.chance(0.2) { return document = document.isEmpty ? thing(kind, "", &dice) : [:] }
        let members = members(kind)
        guard !members.isEmpty else { return }
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
        case "business_verification_status", "account_review_status": return pick(["VERIFIED", "PENDING", "REJECTED"])
        case "quality_rating": return pick(["GREEN", "YELLOW", "RED", "UNKNOWN"])
        case "quality_score": return .object(["score": pick(["GREEN", "YELLOW", "RED"])])
        case "throughput": return .object(["level": pick(["STANDARD", "HIGH"])])
        case "whatsapp_business_manager_messaging_limit": return pick(["TIER_250", "TIER_2K", "TIER_10K", "TIER_UNLIMITED"])
        case "is_pin_enabled", "is_cart_enabled", "is_catalog_visible", "disable_marketing_messages_on_cloud_api":
            return pick([true, false])
        case "webhook_configuration": return .object(["application": .string("https://hook.example/\(number % 7)")])
        case "conversational_automation": return .object(["prompts": .array((0...(number % 3)).map { .string("ask \($0 + number % 5)") })])
        case "owner_business_info": return .object(["id": .string("\(number % 5)"), "name": .string("Owner \(number % 5)")])
        case "category": return pick(["UTILITY", "MARKETING", "AUTHENTICATION"])
        case "ownership_type": return pick(["SELF", "CLIENT_OWNED"])
        case "calling":
            return .object([
                "status": pick(["ENABLED", "DISABLED"]), "call_icon_visibility": (number >> 8) % 2 == 0 ? "DEFAULT" : "DISABLE_ALL",
            ])
        case "storage_configuration": return .object(["status": pick(["DEFAULT", "IN_COUNTRY_STORAGE_ENABLED"])])
        case "user_identity_change": return .object(["enable_identity_key_check": pick([true, false])])
        case "id": return .string("77\(number % 9)")
        case "timezone_id": return pick(["1", "57", "138"])
        case "last_onboarded_time": return .string("2023-08-31T19:05:5\(number % 10)+0000")
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
        case "profile_picture_url": return .string("/picture/\(number % 11)")
        // Two spellings of one letter, which are two values; escapes; what lies outside the basic plane.
        default:
            return .string(["é", "e\u{301}", "a/b", "\"q\"", "😀", "", "\u{7F}", "\u{FFFD}"][Int(number % 8)] + " \(member) \(number % 3)")
        }
    }

    /// The same thing as Meta may write it: what changes by itself changes.
    static func noisy(_ document: inout JSONObject, _ kind: Kind, _ dice: inout SeededGenerator) {
        if var health = document["health_status"]?.object, let entities = health["entities"]?.array, dice.chance(0.3) {
            health["entities"] = .array(
                dice.shuffle(entities).map { entity in
                    var entity = entity.object ?? [:]
                    entity["additional_info"] = [.string("Words \(dice.number(1...9)).")]
                    if dice.chance(0.3), let id = entity["id"]?.string.flatMap({ Int64($0) }) { entity["id"] = .integer(id) }
                    return .object(entity)
                })
            document["health_status"] = .object(health)
        }
        func small(_ value: JSONValue?, _ dice: inout SeededGenerator) -> JSONValue? {
            dice.chance(0.3) ? value?.string.map { .string($0.lowercased()) } ?? value : value
        }
        if let id = document["id"]?.string.flatMap({ Int64($0) }), dice.chance(0.1) { document["id"] = .integer(id) }
        for member in members(kind) where document[member] == nil && dice.chance(0.05) {
            document[member] = dice.pick([.null, [:], []] as [JSONValue])
        }
        switch kind {
        case .account:
            for member in ["status", "business_verification_status", "ownership_type"] { document[member] = small(document[member], &dice) }
        case .phoneNumber:
            for member in ["status", "quality_rating"] { document[member] = small(document[member], &dice) }
            if dice.chance(0.1) { document["certificate"] = .string("certificate \(dice.number(1...1_000_000))") }
        case .phoneNumberSettings:
            if var calling = document["calling"]?.object {
                calling["status"] = small(calling["status"], &dice)
                document["calling"] = .object(calling)
            }
        case .messageTemplate:
            document["status"] = small(document["status"], &dice)
            if var score = document["quality_score"]?.object {
                score["date"] = .integer(dice.number(1...3))
                document["quality_score"] = .object(score)
            }
        case .businessProfile:
            document["messaging_product"] = "whatsapp"
            if let picture = document["profile_picture_url"]?.string {
                document["profile_picture_url"] = .string("https://host-\(dice.number(1...3)).example\(picture)?oh=\(dice.number(1...3))")
            }
            document["vertical"] = small(document["vertical"], &dice)
        default: break
        }
    }
}
