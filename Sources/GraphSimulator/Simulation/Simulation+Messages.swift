import StrictJSON
import WhatsAppBusiness

/// Messages.
extension Simulation {
    /// Takes a message; only one made of a template is told its status.
    mutating func send(_ request: GraphRequest) throws(SimulatedError) -> JSONObject {
        try requireProduct(request)
        if request["status"] == "read" { return Self.success }
        guard let recipient = request["to"] ?? request["recipient"], !recipient.isEmpty else {
            throw .parameter("The parameter to is required.")
        }
        var message: JSONObject = ["id": .string("wamid." + Self.letters(UInt64(number) &* 97, 56))]
        if request["type"] == "template" {
            message["message_status"] = .string(try status(ofSending: request.value("template") ?? .null))
        }
        let id = recipient.filter { $0.isASCII && $0.isNumber }
        return [
            "messaging_product": "whatsapp", "contacts": [["input": .string(recipient), "wa_id": .string(id)]],
            "messages": [.object(message)],
        ]
    }

    /// What becomes of a message made of a template: held while the template's quality is not known yet, refused where Meta has stopped it
    /// (https://developers.facebook.com/docs/whatsapp/message-templates/guidelines, template pacing and pausing).
    private func status(ofSending template: JSONValue) throws(SimulatedError) -> String {
        guard let name = template["name"]?.string else { throw .parameter("The parameter template.name is required.") }
        let language = template["language"]?["code"]?.string
        let known = platform.accounts.values.lazy.flatMap(\.messageTemplates).first { item in
            item["name"]?.string == name && (language == nil || item["language"]?.string == language)
        }
        func refused(_ code: Int, _ words: String, _ details: String, status: Int = 400) -> SimulatedError {
            SimulatedError(
                code, "(#\(code)) \(words)", status: status, data: ["messaging_product": "whatsapp", "details": .string(details)])
        }
        guard let known else {
            throw refused(
                132_001, "Template name does not exist in the translation", "template name (\(name)) does not exist", status: 404)
        }
        switch known["status"]?.string {
        case "PAUSED": throw refused(132_015, "Template is Paused", "Template is paused due to low quality")
        case "DISABLED": throw refused(132_016, "Template is Disabled", "Template has been paused too many times")
        default: break
        }
        return known["quality_score"]?["score"]?.string == "UNKNOWN" ? "held_for_quality_assessment" : "accepted"
    }
}
