import StrictJSON
import WhatsAppBusiness

extension Simulation {
    static let success: JSONObject = ["success": true]

    /// Carries out a write and gives its answer. Nothing is changed when it throws, but for a block list, whose error tells what was.
    mutating func write(_ request: GraphRequest, _ call: Call, at now: Timestamp) throws(SimulatedError) -> JSONObject {
        switch (call.edge, request.method) {
        case (.blockedUsers, "POST"), (.blockedUsers, "DELETE"): return try writeBlockList(request, call)
        case (.qrCodes, "POST"): return try writeCode(request, call, at: now)
        case (.qrCode, "DELETE"): return try deleteCode(call)
        case (.profile, "POST"): return try writeProfile(request, call)
        case (.commerceSettings, "POST"): return try writeCommerceSettings(request, call)
        case (.settings, "POST"): return try writeSettings(request, call)
        case (.conversationalAutomation, "POST"): return try writeAutomation(request, call)
        case (.phoneNumber, "POST"): return try writeNumber(request, call)
        case (.account, "POST"): return try writeAccount(request, call)
        case (.subscribedApps, "POST"), (.subscribedApps, "DELETE"): return try writeSubscription(request, call)
        case (.messageTemplates, "POST"): return try createTemplate(request, call, at: now)
        case (.messageTemplates, "DELETE"): return try deleteTemplate(request, call)
        case (.template, "POST"): return try writeTemplate(request, call)
        case (.messages, "POST"), (.marketingMessages, "POST"): return try send(request)
        case (.register, "POST"): return try setStatus("CONNECTED", call)
        case (.deregister, "POST"): return try setStatus("DISCONNECTED", call)
        case (.requestCode, "POST"): return Self.success
        case (.verifyCode, "POST"):
            return try change(call) { number throws(SimulatedError) in
                number.document["code_verification_status"] = "VERIFIED"
                return Self.success
            }
        default: throw .noObject(call.id ?? "", method: request.method)
        }
    }

    /// Changes the number that a call is about.
    mutating func change<R>(_ call: Call, _ body: (inout PhoneNumber) throws(SimulatedError) -> R) throws(SimulatedError) -> R {
        guard let account = call.account, var value = platform.accounts[account] else { throw .noObject(call.id ?? "", method: "post") }
        let result = try body(&value.phoneNumbers[call.index])
        platform.accounts[account] = value
        return result
    }

    /// Changes the account that a call is about.
    mutating func changeAccount<R>(_ call: Call, _ body: (inout Account) throws(SimulatedError) -> R) throws(SimulatedError) -> R {
        guard let account = call.account, var value = platform.accounts[account] else { throw .noObject(call.id ?? "", method: "post") }
        let result = try body(&value)
        platform.accounts[account] = value
        return result
    }

    func requireProduct(_ request: GraphRequest) throws(SimulatedError) {
        guard request["messaging_product"] == "whatsapp" else { throw .parameter("The parameter messaging_product is required.") }
    }

    private mutating func setStatus(_ status: String, _ call: Call) throws(SimulatedError) -> JSONObject {
        try change(call) { number throws(SimulatedError) in
            number.document["status"] = .string(status)
            return Self.success
        }
    }

    private mutating func writeNumber(_ request: GraphRequest, _ call: Call) throws(SimulatedError) -> JSONObject {
        try change(call) { number throws(SimulatedError) in
            if let wanted = request.value("webhook_configuration")?.object {
                var configuration = number.document["webhook_configuration"]?.object ?? [:]
                let address = wanted["override_callback_uri"]?.string ?? ""
                guard address.isEmpty || (address.hasPrefix("https://") && address.utf8.count <= 200 && wanted["verify_token"] != nil)
                else {
                    throw .parameter("override_callback_uri must be an HTTPS address of at most 200 characters, with a verify_token")
                }
                configuration["phone_number"] = address.isEmpty ? .none : .string(address)
                number.document["webhook_configuration"] = .object(configuration)
            }
            if let pin = request["pin"] {
                guard pin.utf8.count == 6, pin.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) else {
                    throw .parameter("Param pin must be 6 digits long.")
                }
                number.document["is_pin_enabled"] = true
            }
            if let name = request["new_display_name"] {
                number.document["new_display_name"] = .string(name)
                number.document["new_name_status"] = "PENDING_REVIEW"
            }
            return Self.success
        }
    }

    private mutating func writeAccount(_ request: GraphRequest, _ call: Call) throws(SimulatedError) -> JSONObject {
        let writable = [
            "degrees_of_freedom_spec", "disable_marketing_messages_on_cloud_api", "is_enabled_for_insights",
            "template_auto_archival_enabled",
        ]
        return try changeAccount(call) { account throws(SimulatedError) in
            for name in writable {
                if let value = request.value(name) { account.document[name] = value }
            }
            return Self.success
        }
    }

    /// Without a body it subscribes and takes an override away; with one it sets it.
    private mutating func writeSubscription(_ request: GraphRequest, _ call: Call) throws(SimulatedError) -> JSONObject {
        let app = platform.app
        return try changeAccount(call) { account throws(SimulatedError) in
            let address = request.method == "POST" ? request["override_callback_uri"] : nil
            if let address {
                guard address.hasPrefix("https://"), address.utf8.count <= 200, request["verify_token"] != nil else {
                    throw .parameter("override_callback_uri must be an HTTPS address of at most 200 characters, with a verify_token")
                }
            }
            account.subscribedApps.removeAll { $0["whatsapp_business_api_data"]?["id"]?.string == app.id }
            // The numbers show where their webhooks go, by whose setting.
            for index in account.phoneNumbers.indices {
                var configuration = account.phoneNumbers[index].document["webhook_configuration"]?.object ?? [:]
                guard address != nil || configuration["whatsapp_business_account"] != nil else { continue }
                configuration["whatsapp_business_account"] = address.map(JSONValue.string)
                account.phoneNumbers[index].document["webhook_configuration"] = .object(configuration)
            }
            guard request.method == "POST" else { return Self.success }
            var subscription = Account.subscription(id: app.id, name: app.name)
            var answer = Self.success
            if let address {
                subscription["override_callback_uri"] = .string(address)
                answer["data"] = [.object(subscription)]
            }
            account.subscribedApps.append(subscription)
            return answer
        }
    }
}
