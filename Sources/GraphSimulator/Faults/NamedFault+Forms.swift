import FoundationEssentials
import StrictJSON

extension NamedFault {
    /// The same things, written in another way.
    static let forms: [NamedFault] = [
        altering("idsAsNumbers", "Ids come as JSON numbers.") { _ throws(SimulatedError) in
            { altered in
                altered.members { name, value in
                    guard name == "id" || name.hasSuffix("_id"), name != "wa_id", let number = number(value) else { return value }
                    return number
                }
            }
        },
        altering("textsAsNumbers", "A text of digits comes as a JSON number.", [formField("timezone_id")]) { given throws(SimulatedError) in
            let field = try given.text("field") ?? "timezone_id"
            return { altered in altered.members { name, value in name == field ? number(value) ?? value : value } }
        },
        altering("numbersAsTexts", "JSON numbers and truth values come as texts.", [Parameter("field", "the member; every one")]) {
            given throws(SimulatedError) in
            let field = try given.text("field")
            return { altered in
                altered.members { name, value in
                    guard field == nil || name == field else { return value }
                    switch value {
                    case .number(let number): return .string(number.text)
                    case .bool(let value) where field != nil: return .string(value ? "true" : "false")
                    default: return value
                    }
                }
            }
        },
        altering(
            "nothings", "What has no value is written so: every field that was asked for and is nothing.",
            [Parameter("form", "null, absent, object or array; null")]
        ) { given throws(SimulatedError) in
            let form = try given.choice("form", ["null", "absent", "object", "array"])
            let nothing: JSONValue? = ["null": .null, "object": [:], "array": []][form]
            return { altered in
                let selection = altered.request.selection
                let root = altered.call.edge
                altered.things { thing, edge in
                    let named = edge == root ? selection : selection?.fields.first { $0.name == edge?.rawValue }?.inner
                    let asked = Set(named?.fields.map(\.name) ?? Array(thing.names))
                    for name in asked.union(thing.names) where thing[member: name]?.isNothing ?? true { thing[name] = nothing }
                }
            }
        },
        altering(
            "times", "Times come in another form.",
            [Parameter("form", "z (…Z), colon (+00:00), unix (a number) or text (a number as text); z")]
        ) { given throws(SimulatedError) in
            let form = try given.choice("form", ["z", "colon", "unix", "text"])
            return { altered in altered.members { _, value in time(value, form) ?? value } }
        },
        altering(
            "enumCase", "Enums come in another case.",
            [Parameter("case", "lower, upper or capital (Edu); lower"), Parameter("field", "the member; all that are known to be enums")]
        ) { given throws(SimulatedError) in
            let form = try given.choice("case", ["lower", "upper", "capital"])
            let field = try given.text("field")
            return { altered in
                altered.members { name, value in
                    guard field.map({ $0 == name }) ?? enums.contains(name), let text = value.string else { return value }
                    switch form {
                    case "upper": return .string(text.uppercased())
                    case "capital": return .string(text.prefix(1).uppercased() + text.dropFirst().lowercased())
                    default: return .string(text.lowercased())
                    }
                }
            }
        },
        altering(
            "pictureHost", "Pictures come from another host with another signature.",
            [Parameter("host", "the host; media-gru1-2.cdn.whatsapp.net")]
        ) { given throws(SimulatedError) in
            let host = try given.text("host") ?? "media-gru1-2.cdn.whatsapp.net"
            return { altered in
                altered.members { name, value in
                    guard name == "profile_picture_url", let text = value.string else { return value }
                    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
                    let path = parts.dropFirst(3).joined(separator: "/").prefix { $0 != "?" }
                    return .string("https://\(host)/\(path)?ccb=9-9&oh=01_\(host.utf8.count)&oe=7000ABCD")
                }
            }
        },
        altering("healthOrder", "The entities of a health status come in another order, and so do their errors.") {
            _ throws(SimulatedError) in
            { altered in
                altered.members { name, value in
                    guard ["entities", "errors", "additional_info"].contains(name), let elements = value.array else { return value }
                    return .array(elements.reversed())
                }
            }
        },
        altering(
            "healthWords", "The words of a health status are other ones; what it says is the same.",
            [Parameter("words", "the words; rephrased")]
        ) { given throws(SimulatedError) in
            let words = JSONValue.string(try given.text("words") ?? "This was rephrased.")
            return { altered in
                altered.members { name, value in
                    switch name {
                    case "error_description", "possible_solution": words
                    case "additional_info": .array(value.array.map { $0.map { _ in words } } ?? [words])
                    default: value
                    }
                }
            }
        },
        altering(
            "userIds", "Blocked users are known by these ids; a user id is US. and the WhatsApp id.",
            [Parameter("show", "both, wa_id or user_id; both"), Parameter("item", "the wa_id of the one; every user")]
        ) { given throws(SimulatedError) in
            let show = try given.choice("show", ["both", "wa_id", "user_id"])
            let item = try given.text("item")
            return { altered in
                altered.things { thing, edge in
                    guard edge == .blockedUsers, let id = thing[member: "wa_id"]?.string, item == nil || id == item else { return }
                    if show != "wa_id" { thing["user_id"] = .string("US.\(id)") }
                    if show == "user_id" { thing["wa_id"] = .none }
                }
            }
        },
    ]

    private static func formField(_ standard: String) -> Parameter { Parameter("field", "the member; \(standard)") }

    /// Members that are one word of a set.
    private static let enums: Set<String> = [
        "status", "quality_rating", "score", "vertical", "name_status", "new_name_status", "code_verification_status", "account_mode",
        "search_visibility", "platform_type", "level", "can_send_message", "entity_type", "account_review_status",
        "business_verification_status", "ownership_type", "category", "call_icon_visibility", "callback_permission_status",
        "srtp_key_exchange_protocol", "rejected_reason", "whatsapp_business_manager_messaging_limit",
        "eligibility_for_api_business_global_search", "marketing_messages_lite_api_status", "marketing_messages_onboarding_status",
    ]

    private static func number(_ value: JSONValue) -> JSONValue? {
        guard let text = value.string, let number = UInt64(text), String(number) == text else { return nil }
        return .integer(number)
    }

    /// A time of the form `2023-08-31T19:05:53+0000` in another.
    private static func time(_ value: JSONValue, _ form: String) -> JSONValue? {
        guard let text = value.string, text.utf8.count == 24, text.hasSuffix("+0000"), text.utf8.dropFirst(10).first == UInt8(ascii: "T")
        else { return nil }
        let plain = String(text.dropLast(5))
        switch form {
        case "colon": return .string(plain + "+00:00")
        case "unix", "text":
            guard let date = try? Date(plain + "Z", strategy: .iso8601) else { return nil }
            let seconds = Int64(date.timeIntervalSince1970)
            return form == "unix" ? .integer(seconds) : .string(String(seconds))
        default: return .string(plain + "Z")
        }
    }
}

extension JSONValue {
    /// Whether it says nothing.
    fileprivate var isNothing: Bool {
        switch self {
        case .null: true
        case .array(let elements): elements.isEmpty
        case .object(let object): object.isEmpty
        default: false
        }
    }
}
