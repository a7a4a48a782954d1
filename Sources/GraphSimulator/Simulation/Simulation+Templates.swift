import StrictJSON
import WhatsAppBusiness

/// Writes to message templates.
extension Simulation {
    mutating func createTemplate(_ request: GraphRequest, _ call: Call, at now: Timestamp) throws(SimulatedError) -> JSONObject {
        guard let name = request["name"], let language = request["language"], let category = request["category"],
            let components = request.value("components")?.array
        else { throw .parameter("The parameters name, language, category and components are required.") }
        let id = "12998\(10_000_000_000 + number)"
        return try changeAccount(call) { account throws(SimulatedError) in
            guard !account.messageTemplates.contains(where: { $0["name"]?.string == name && $0["language"]?.string == language }) else {
                throw SimulatedError(
                    100, subcode: 2_388_024, "Invalid parameter", isTransient: false,
                    user: ("Content in This Language Already Exists", "There is already content for this template in this language."))
            }
            let template: JSONObject = [
                "id": .string(id), "name": .string(name), "language": .string(language), "category": .string(category),
                "status": "PENDING", "components": .array(components), "creation_time": .integer(now.milliseconds / 1000),
            ]
            account.messageTemplates.insert(template, at: 0)
            return ["id": .string(id), "status": "PENDING", "category": .string(category)]
        }
    }

    /// By `name` (every language), or by `hsm_id` and `name` (that one).
    mutating func deleteTemplate(_ request: GraphRequest, _ call: Call) throws(SimulatedError) -> JSONObject {
        guard let name = request["name"] else { throw .parameter("The parameter name is required.") }
        let id = request["hsm_id"]
        return try changeAccount(call) { account throws(SimulatedError) in
            let count = account.messageTemplates.count
            account.messageTemplates.removeAll { $0["name"]?.string == name && (id == nil || $0["id"]?.string == id) }
            guard account.messageTemplates.count < count else {
                throw SimulatedError(
                    100, subcode: 2_593_002, "Invalid parameter", isTransient: false,
                    user: ("Message Template Not Found", "The message template \(name) wasn't found for this account."))
            }
            return Self.success
        }
    }

    mutating func writeTemplate(_ request: GraphRequest, _ call: Call) throws(SimulatedError) -> JSONObject {
        try changeAccount(call) { account throws(SimulatedError) in
            for name in ["category", "components", "message_send_ttl_seconds"] {
                if let value = request.value(name) { account.messageTemplates[call.index][name] = value }
            }
            account.messageTemplates[call.index]["status"] = "PENDING"
            return Self.success
        }
    }
}
