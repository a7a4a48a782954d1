import StrictJSON
import TestTools
import WhatsAppBusiness

// Odd values, and the same values in other forms.
extension Documents {
    /// A value of another type than that one.
    static func anotherType(_ value: JSONValue, _ number: UInt64) -> JSONValue {
        let options: [JSONValue] =
            switch value {
            case .object: ["STANDARD", ["odd"], 7, true]
            case .array: ["odd", .object(["odd": "1"]), 7]
            case .string: [["odd"], .object(["odd": "1"]), true]
            case .bool: ["yes", ["odd"], .object(["odd": "1"])]
            default: [["odd"]]
            }
        return options[Int(number % UInt64(options.count))]
    }

    /// Whether a member's value is of another type than its values are.
    static func isOdd(_ member: String, _ value: JSONValue?) -> Bool {
        guard let value, !value.isNull, member != "whatsapp_business_api_data" else { return false }
        return value.typeName != self.value(member, 0).typeName
    }

    /// A text with something in it that texts seldom hold.
    static func oddText(_ text: String, _ number: UInt64) -> JSONValue {
        let marks = [
            "\u{0}", "\u{1}\u{1B}[31m", "\u{9B}\u{85}", "\u{202E}\u{2066}", "\u{61C}\u{200E}", "<\u{200D}", "\u{FEFF}", "\u{2028}",
            "\u{FFFD}", "\u{10FFFF}",
        ]
        return .string(marks[Int(number % UInt64(marks.count))] + text)
    }

    /// Members that are one word of a set, whatever the case.
    static let enums: Set<String> = [
        "status", "business_verification_status", "account_review_status", "quality_rating", "score", "level", "category", "ownership_type",
        "call_icon_visibility", "vertical", "can_send_message", "entity_type", "whatsapp_business_manager_messaging_limit",
    ]

    /// The same thing in another form, as Meta may write it.
    static func rewrite(_ document: inout JSONObject, _ kind: Kind, asked: Set<String>, _ dice: inout SeededGenerator) {
        let picture = document["profile_picture_url"]
        document = JSONObject(document.map { ($0.name, form($0.name, $0.value, &dice)) })
        if let text = picture?.string, dice.chance(0.5) {
            document["profile_picture_url"] = .string(text.replacing("pps.example", with: "media-gru1-\(dice.number(1...9)).example"))
        }
        for member in members(kind) where document[member]?.isNothing ?? true {
            guard asked.isEmpty || asked.contains(member), dice.chance(0.3) else { continue }
            document[member] = dice.pick([JSONValue?.none, .some(.null), .some([]), .some([:])])
        }
    }

    private static func form(_ name: String, _ value: JSONValue, _ dice: inout SeededGenerator) -> JSONValue {
        switch value {
        case .string(let text):
            if name == "id" || name == "timezone_id", dice.chance(0.4), let number = UInt64(text), String(number) == text {
                return .integer(number)
            }
            if name == "last_onboarded_time", let seconds = WireForm.seconds(text) {
                return dice.pick([value, .string(text.replacing("+0000", with: "Z")), .integer(seconds), .string(String(seconds))])
            }
            guard enums.contains(name), !text.isEmpty else { return value }
            return dice.pick([value, .string(text.lowercased()), .string(text.prefix(1).uppercased() + text.dropFirst().lowercased())])
        case .object(var object):
            // A template's and an account's `name` hold no case of their own; what is inside does.
            for member in object { object[member.name] = form(member.name, member.value, &dice) }
            if name == "health_status" { object["note"] = nil }
            return .object(object)
        case .array(let elements):
            guard name == "entities" else { return value }
            return .array(
                dice.shuffle(elements).map { element in
                    guard var entity = element.object else { return element }
                    for member in entity { entity[member.name] = form(member.name, member.value, &dice) }
                    if dice.chance(0.5) { entity["additional_info"] = [.string("words \(dice.number(1...9))")] }
                    return .object(entity)
                })
        default: return value
        }
    }
}

extension JSONValue {
    /// Whether it says nothing.
    var isNothing: Bool {
        switch self {
        case .null: true
        case .array(let elements): elements.isEmpty
        case .object(let object): object.allSatisfy { $0.value.isNothing }
        default: false
        }
    }
}
