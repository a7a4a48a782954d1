public import GraphAPI
import StrictJSON
import WhatsAppBusiness

extension Edge {
    fileprivate static func written(_ path: String) -> Edge {
        Edge(path, kind: nil, path: path, fields: [], form: .node, item: SuccessResult.self)
    }
}

extension Action {
    /// Whether it is counted as a message, in Meta's other budget.
    public var sends: Bool { if case .send = deed { true } else { false } }

    /// The requests that it is made of, in order: one, but for more than a thousand users.
    public var requests: [GraphRequest] {
        let number = place.phoneNumberID ?? ""
        switch deed {
        case .block(let users), .unblock(let users):
            var method = GraphRequest.Method.delete
            if case .block = deed { method = .post }
            return stride(from: 0, to: users.count, by: Self.usersPerRequest).map { start in
                let part = users[start..<min(start + Self.usersPerRequest, users.count)]
                return request(
                    method, .written("block_users"), number,
                    ["messaging_product": "whatsapp", "block_users": .array(part.map { ["user": .string($0.key)] })])
            }
        case .update(let kind, let id, let document): return [update(kind, id, document)]
        case .delete(.qrCode, let id, _): return [request(.delete, .written("message_qrdls/\(id)"), number)]
        case .delete(.messageTemplate, let id, let name):
            return [
                request(.delete, .written("message_templates"), place.wabaID, parameters: [("hsm_id", id), ("name", name ?? "")])
            ]
        case .delete: return [request(.delete, .written("subscribed_apps"), place.wabaID)]
        case .send(let message):
            var template: JSONObject = ["name": .string(message.template), "language": ["code": .string(message.language)]]
            if !message.components.isEmpty { template["components"] = .array(message.components.map { .object($0) }) }
            return [
                request(
                    .post, .written("messages"), number,
                    [
                        "messaging_product": "whatsapp", "recipient_type": "individual", "to": .string(message.to.key), "type": "template",
                        "template": .object(template),
                    ])
            ]
        }
    }

    private func update(_ kind: Kind, _ id: String?, _ document: JSONObject) -> GraphRequest {
        let number = place.phoneNumberID ?? ""
        switch kind {
        case .businessProfile:
            var body = document
            body["messaging_product"] = "whatsapp"
            return request(.post, .written("whatsapp_business_profile"), number, body)
        case .commerceSettings:
            // Meta documents these as parameters of the address.
            return request(
                .post, .written("whatsapp_commerce_settings"), number,
                parameters: document.map { ($0.name, $0.value.bool == true ? "true" : "false") })
        case .phoneNumberSettings: return request(.post, .written("settings"), number, document)
        case .qrCode:
            var body = document
            body["code"] = id.map(JSONValue.string)
            return request(.post, .written("message_qrdls"), number, body)
        case .phoneNumber:
            if let automation = document["conversational_automation"]?.object {
                return request(.post, .written("conversational_automation"), number, automation)
            }
            if let pin = document["two_step_pin"] { return request(.post, .written(""), number, ["pin": pin]) }
            return request(.post, .written(""), number, document)
        case .subscribedApp:
            // Without a body the app is subscribed and its override cleared.
            let isCleared = document["override_callback_uri"]?.string?.isEmpty != false
            return request(.post, .written("subscribed_apps"), place.wabaID, isCleared ? nil : document)
        default: return request(.post, .written(""), place.wabaID, document)
        }
    }

    private func request(
        _ method: GraphRequest.Method, _ edge: Edge, _ id: String, _ body: JSONObject? = nil,
        parameters: [(name: String, value: String)] = []
    ) -> GraphRequest {
        var request = GraphRequest(edge, id: id, parameters: parameters, account: place.wabaID)
        request.method = method
        request.body = body
        return request
    }
}
