import Changes
import StrictJSON
import WhatsAppBusiness

/// What is the same however Meta writes it: the checker's own word, which asks the product nothing.
enum WireForm {
    /// A document as it is compared, without what says nothing.
    static func plain(_ document: JSONObject, _ kind: Kind) -> JSONObject {
        // Of a blocked user only the ids matter, and one of them is enough.
        if kind.row.keepsOnlyKeys { return [:] }
        return JSONObject(document.compactMap { member in plain(member.name, member.value).map { (member.name, $0) } })
    }

    /// The id that a thing goes by, whichever of its ids was seen first.
    static func id(_ id: String, _ kind: Kind) -> String { kind.row.keepsOnlyKeys && id.hasPrefix("US.") ? String(id.dropFirst(3)) : id }

    private static func plain(_ name: String, _ value: JSONValue) -> JSONValue? {
        guard !value.isNothing else { return nil }
        switch value {
        case .number(let number):
            return .string(number.text)
        case .string(let text):
            if Documents.enums.contains(name) { return .string(text.lowercased()) }
            if name == "last_onboarded_time", let seconds = seconds(text) { return .string(String(seconds)) }
            if name == "profile_picture_url" { return .string(path(text)) }
            return value
        case .object(let object):
            if name == "health_status" { return health(object) }
            return .object(JSONObject(object.compactMap { member in plain(member.name, member.value).map { (member.name, $0) } }))
        case .array(let elements): return .array(elements.map { plain("", $0) ?? .null })
        default: return value
        }
    }

    /// By what can be sent and by error codes, whatever order and words.
    private static func health(_ object: JSONObject) -> JSONValue? {
        if object["can_send_message"] == nil, object["entities"] == nil { return nil }
        var entities: [String] = []
        for entity in object["entities"]?.array ?? [] {
            guard let entity = entity.object else { return .object(object) }
            let codes = (entity["errors"]?.array ?? []).compactMap { plain("error_code", $0["error_code"] ?? .null)?.string }.sorted()
            let parts = [
                entity["entity_type"]?.string?.lowercased(), plain("id", entity["id"] ?? .null)?.string,
                entity["can_send_message"]?.string?.lowercased(),
            ]
            entities.append((parts.map { $0 ?? "" } + codes).joined(separator: " "))
        }
        return .object([
            "can_send_message": plain("can_send_message", object["can_send_message"] ?? .null) ?? .null,
            "entities": .array(entities.sorted().map { .string($0) }),
        ])
    }

    private static func path(_ text: String) -> String {
        let rest = text.hasPrefix("https://") ? text.dropFirst(8) : text[...]
        return String(rest.drop { $0 != "/" }.prefix { $0 != "?" })
    }

    /// Unix seconds of `2023-08-31T19:05:53+0000`, of the same with `Z`, or of the seconds as a text.
    static func seconds(_ text: String) -> Int64? {
        if let seconds = Int64(text) { return seconds }
        let punctuation = text.filter { !($0.isASCII && $0.isNumber) }
        guard ["--T::+", "--T::Z"].contains(punctuation) else { return nil }
        let parts = text.split { !$0.isNumber }.compactMap { Int64($0) }
        guard parts.count >= 6, text.contains("T"), parts[0] > 1900 else { return nil }
        // Days since 1970 of a date (Hinnant's civil calendar).
        let year = parts[1] <= 2 ? parts[0] - 1 : parts[0]
        let era = year / 400
        let month = (parts[1] + 9) % 12
        let day =
            era * 146_097 + (year - era * 400) * 365 + (year - era * 400) / 4 - (year - era * 400) / 100 + (153 * month + 2) / 5 + parts[2]
            - 1 - 719_468
        return ((day * 24 + parts[3]) * 60 + parts[4]) * 60 + parts[5]
    }
}
