import Alarms
import StrictJSON
import WhatsAppBusiness

/// What is compared of the things that messages pass: of each, by type and id, whether it lets them pass, and the codes of its errors. Order and words
/// change by themselves.
struct HealthEntities: Equatable {
    struct Key: Hashable, Comparable {
        var type: String
        var id: String

        static func < (left: Key, right: Key) -> Bool { (left.type, left.id) < (right.type, right.id) }
    }

    struct Entity: Hashable {
        var canSend: String?
        var canReceiveCalls: String?
        var codes: Set<String>

        /// How bad it is: 0 is well.
        var badness: Int { HealthEntities.badness(canSend) }
    }

    /// Meta names each once; should it name one twice, both count.
    private(set) var entities: [Key: Set<Entity>] = [:]

    init(_ elements: [JSONValue]) {
        for element in elements {
            let key = Key(
                type: Self.word(element["entity_type"]) ?? "", id: element.object == nil ? "\(element)" : Self.text(element["id"]) ?? "")
            let errors = element["errors"]?.array ?? []
            let entity = Entity(
                canSend: Self.word(element["can_send_message"]), canReceiveCalls: Self.word(element["can_receive_call_sip"]),
                codes: Set(errors.map { Self.text($0["error_code"] ?? $0) ?? "" }))
            entities[key, default: []].insert(entity)
        }
    }

    static func badness(_ state: String?) -> Int {
        switch StateScale.messaging.severity(of: state) {
        case .critical: 2
        case .warning: 1
        case .notice, .info: 0
        }
    }

    /// An enum's value in its one form.
    static func word(_ value: JSONValue?) -> String? { text(value)?.uppercased() }

    private static func text(_ value: JSONValue?) -> String? {
        guard let value, !value.isNothing else { return nil }
        return value.idText ?? value.description
    }
}

extension HealthEntities {
    /// The members of a health status that are compared, and so kept.
    private static let members: Set<String> = ["can_send_message", "entities"]
    private static let entityMembers: Set<String> = ["entity_type", "id", "can_send_message", "can_receive_call_sip", "errors"]

    /// A health status in the form in which it is compared and kept: without words, everything in one order.
    static func compared(_ health: JSONValue) -> JSONValue {
        guard var status = only(members, of: health) else { return health }
        if let elements = status["entities"]?.array {
            status["entities"] = sorted(elements.map(entity)) { [$0["entity_type"], $0["id"]].map { text($0) ?? "" } }
        }
        return .object(status)
    }

    private static func entity(_ element: JSONValue) -> JSONValue {
        guard var entity = only(entityMembers, of: element) else { return element }
        if let errors = entity["errors"]?.array {
            let codes = errors.map { error in only(["error_code"], of: error).map(JSONValue.object) ?? error }
            entity["errors"] = sorted(codes) { [text($0["error_code"] ?? $0) ?? ""] }
        }
        return .object(entity)
    }

    private static func only(_ names: Set<String>, of value: JSONValue) -> JSONObject? {
        value.object.map { object in JSONObject(object.filter { names.contains($0.name) }.map { ($0.name, $0.value) }) }
    }

    private static func sorted(_ elements: [JSONValue], by key: (JSONValue) -> [String]) -> JSONValue {
        .array(elements.map { (key: key($0), value: $0) }.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value))
    }
}
