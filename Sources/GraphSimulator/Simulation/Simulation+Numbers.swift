import StrictJSON
import WhatsAppBusiness

/// Writes to what hangs on a number, but for its block list.
extension Simulation {
    // MARK: QR codes

    /// Creates a code, or writes another message into the one that is named.
    mutating func writeCode(_ request: GraphRequest, _ call: Call, at now: Timestamp) throws(SimulatedError) -> JSONObject {
        guard let message = request["prefilled_message"], (1...140).contains(message.count) else {
            throw .parameter("Invalid prefilled_message length. Maximum 140 characters allowed")
        }
        let format = request["generate_qr_image"]
        guard format == nil || format == "PNG" || format == "SVG" else { throw .parameter("generate_qr_image must be PNG or SVG") }
        let seed = number
        let code = try change(call) { number throws(SimulatedError) -> JSONObject in
            if let code = request["code"] {
                guard let index = number.qrCodes.firstIndex(where: { $0["code"]?.string == code }) else {
                    throw .noObject(code, method: request.method)
                }
                number.qrCodes[index]["prefilled_message"] = .string(message)
                return number.qrCodes[index]
            }
            guard number.qrCodes.count < 2000 else { throw .parameter("A phone number can have at most 2000 QR codes") }
            let created = PhoneNumber.qrCode(
                PhoneNumber.letters(seed, number.qrCodes.count, 0xC0DE), message, created: now.milliseconds / 1000)
            number.qrCodes.insert(created, at: 0)
            return created
        }
        var answer = code
        answer["creation_time"] = .none
        if let format { answer["qr_image_url"] = .string(imageURL(of: code, format: format)) }
        return answer
    }

    mutating func deleteCode(_ call: Call) throws(SimulatedError) -> JSONObject {
        try change(call) { number throws(SimulatedError) in
            guard let index = number.qrCodes.firstIndex(where: { $0["code"]?.string == call.code }) else {
                throw .noObject(call.code ?? "", method: "delete")
            }
            number.qrCodes.remove(at: index)
            return Self.success
        }
    }

    // MARK: Profile and settings

    mutating func writeProfile(_ request: GraphRequest, _ call: Call) throws(SimulatedError) -> JSONObject {
        try requireProduct(request)
        let limits = ["about": 1...139, "address": 0...256, "description": 0...512, "email": 0...128, "vertical": 1...64]
        let seed = number
        return try change(call) { number throws(SimulatedError) in
            for (name, limit) in limits {
                guard let value = request[name] else { continue }
                guard limit.contains(value.count) else { throw .parameter("Param \(name) must be \(limit) characters long.") }
                // What is emptied is left out from then on.
                number.profile[name] = value.isEmpty ? .none : .string(value)
            }
            if let websites = request.value("websites")?.array {
                guard websites.count <= 2, websites.allSatisfy({ ($0.string?.count ?? 257) <= 256 }) else {
                    throw .parameter("Param websites must hold at most 2 addresses of at most 256 characters.")
                }
                number.profile["websites"] = websites.isEmpty ? .none : .array(websites)
            }
            if request["profile_picture_handle"] != nil {
                number.profile["profile_picture_url"] = .string(
                    "https://pps.whatsapp.net/v/t61.24694-24/\(number.id)_\(seed).jpg?ccb=11-4&oh=01_\(Self.letters(UInt64(seed), 12))")
            }
            return Self.success
        }
    }

    mutating func writeCommerceSettings(_ request: GraphRequest, _ call: Call) throws(SimulatedError) -> JSONObject {
        try change(call) { number throws(SimulatedError) in
            guard var settings = number.commerceSettings else { throw .parameter("No catalog is linked to this phone number") }
            for name in ["is_cart_enabled", "is_catalog_visible"] {
                guard let value = request[name]?.lowercased() else { continue }
                guard ["true", "false", "1", "0"].contains(value) else { throw .parameter("Param \(name) must be a boolean") }
                settings[name] = .bool(value == "true" || value == "1")
            }
            number.commerceSettings = settings
            return Self.success
        }
    }

    mutating func writeSettings(_ request: GraphRequest, _ call: Call) throws(SimulatedError) -> JSONObject {
        try change(call) { number throws(SimulatedError) in
            for member in request.body where !Self.secrets.contains(member.name) {
                guard NodeKind.settings.known.contains(member.name) else { throw .parameter("Unexpected key \(member.name)") }
                if let status = member.value["status"]?.string?.uppercased(), member.name != "storage_configuration" {
                    guard ["ENABLED", "DISABLED"].contains(status) else { throw .parameter("Param \(member.name).status is not valid") }
                }
                number.settings[member.name] = Self.merge(number.settings[member: member.name], member.value)
            }
            return Self.success
        }
    }

    /// Objects are merged member by member; everything else is replaced.
    private static func merge(_ old: JSONValue?, _ new: JSONValue) -> JSONValue {
        guard var merged = old?.object, let changes = new.object else { return new }
        for member in changes { merged[member.name] = merge(merged[member: member.name], member.value) }
        return .object(merged)
    }

    /// At most 4 prompts of 80 characters and 30 commands (Meta's guide to conversational components).
    mutating func writeAutomation(_ request: GraphRequest, _ call: Call) throws(SimulatedError) -> JSONObject {
        let prompts = request.value("prompts")?.array ?? []
        guard prompts.count <= 4, prompts.allSatisfy({ ($0.string?.count ?? 81) <= 80 }) else {
            throw .parameter("At most 4 prompts of at most 80 characters")
        }
        let commands = request.value("commands")?.array ?? []
        let fits = commands.allSatisfy { command in
            (1...32).contains(command["command_name"]?.string?.count ?? 0)
                && (1...256).contains(command["command_description"]?.string?.count ?? 0)
        }
        guard commands.count <= 30, fits else { throw .parameter("At most 30 commands of 32 characters with hints of 256") }
        return try change(call) { number throws(SimulatedError) in
            var automation = number.document["conversational_automation"]?.object ?? ["id": .string("4" + number.id)]
            for name in ["prompts", "commands", "enable_welcome_message"] {
                if let value = request.value(name) { automation[name] = value }
            }
            number.document["conversational_automation"] = .object(automation)
            return Self.success
        }
    }
}
