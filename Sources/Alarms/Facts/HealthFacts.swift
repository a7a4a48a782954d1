public import StrictJSON
import WhatsAppBusiness

/// What a health status says of what is not well: the things that messages pass, each by type and id.
public struct HealthFacts: Sendable, Equatable {
    /// One of them that lets messages pass badly or not at all.
    public struct Entity: Sendable, Equatable {
        /// `PHONE_NUMBER`, `WABA`, `BUSINESS`, `APP` …, in capitals.
        public var type: String
        /// Meta's id of it.
        public var id: String
        /// `LIMITED` or `BLOCKED`.
        public var state: String
        /// The codes of its errors, sorted.
        public var codes: [String]
    }

    /// `LIMITED` or `BLOCKED`, where the status says so as a whole.
    public var state: String?
    /// Those that are not well.
    public var entities: [Entity] = []

    /// All is well.
    public init() {}

    /// What a document says of it; nothing where it has none.
    public init(_ document: JSONObject) {
        guard let health = document["health_status"] else { return }
        state = Self.trouble(health["can_send_message"])
        for element in health["entities"]?.array ?? [] {
            guard let state = Self.trouble(element["can_send_message"]) else { continue }
            let codes = (element["errors"]?.array ?? []).compactMap { ($0["error_code"] ?? $0).idText }
            entities.append(
                Entity(
                    type: element["entity_type"]?.string?.uppercased() ?? "", id: element["id"]?.idText ?? "", state: state,
                    codes: codes.sorted()))
        }
    }

    private static func trouble(_ value: JSONValue?) -> String? {
        guard let state = value?.string?.uppercased(), StateScale.messaging.severity(of: state) >= .warning else { return nil }
        return state
    }
}
