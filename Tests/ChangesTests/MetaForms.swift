import Foundation
import StrictJSON
import TestTools
import WhatsAppBusiness

/// The forms that Meta may give one thing in, and real edits of it. It knows its members from Meta's pages, and asks the product nothing.
struct MetaForms {
    var random: SeededGenerator
    let kind: Kind

    /// Documents as Meta gave them: those of the reference payloads, and one that has all members.
    static func documents(_ kind: Kind) -> [JSONObject] {
        let folders: [Kind: [String]] = [
            .account: ["waba", "owned_wabas", "shared_wabas"], .phoneNumber: ["phone_number", "phone_numbers", "health_status"],
            .phoneNumberSettings: ["phone_settings"], .businessProfile: ["business_profile"], .commerceSettings: ["commerce_settings"],
            .qrCode: ["message_qrdls"], .messageTemplate: ["message_templates"], .subscribedApp: ["subscribed_apps", "webhook_overrides"],
        ]
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fixtures/payloads/api")
        let paths = folders[kind, default: []].flatMap { folder in
            ((try? FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path)) ?? []).sorted()
                .map { root.appending(path: folder).appending(path: $0) }
        }
        let recorded = paths.flatMap { path -> [JSONObject] in
            guard let data = try? Data(contentsOf: path), let answer = try? JSONValue(parsing: data).object else { return [] }
            return answer["data"]?.array?.compactMap(\.object) ?? [answer]
        }
        return recorded + [(try? JSONValue(parsing: whole[kind] ?? "{}").object) ?? [:]]
    }

    private static let whole: [Kind: String] = [
        .account: #"""
        {"id":"102290129340398","name":"Lucky Shrub","timezone_id":"138","message_template_namespace":"9d1f930f_bea0","status":"ACTIVE",
         "business_verification_status":"not_verified","account_review_status":"APPROVED","is_enabled_for_insights":true,
         "ownership_type":"SELF","marketing_messages_lite_api_status":"ONBOARDED","currency":"USD","country":"US","creation_time":1704067200,
         "owner_business_info":{"id":"2729063490586005","name":"Lucky","status":"APPROVED","type":"SELF"},
         "health_status":{"can_send_message":"LIMITED","entities":[
          {"entity_type":"WABA","id":"102290129340398","can_send_message":"LIMITED","additional_info":["Verify."]},
          {"entity_type":"BUSINESS","id":"2729063490586005","can_send_message":"BLOCKED","errors":[{"error_code":141006,"error_description":"No."},
           {"error_code":141010,"possible_solution":"Do."}]}]},"a_member_of_tomorrow":{"inner":{"text":"Acme","count":3}}}
        """#,
        .phoneNumber: #"""
        {"id":"107878721936019","verified_name":"Acme","display_phone_number":"+1 555-093-4873","status":"CONNECTED","quality_rating":"GREEN",
         "quality_score":{"score":"GREEN","date":1767225600},"throughput":{"level":"STANDARD"},"is_pin_enabled":true,"country_code":"US",
         "webhook_configuration":{"application":"https://a.example/H","whatsapp_business_account":"https://b.example/H"},
         "conversational_automation":{"id":"47328947638","enable_welcome_message":true,"prompts":["Ask","Tell"],
          "commands":[{"command_name":"start","command_description":"Start"}]},"country_dial_code":"1","certificate":"one",
         "last_onboarded_time":"2023-08-31T19:05:53+0000","whatsapp_business_manager_messaging_limit":"TIER_2K","search_visibility":"VISIBLE",
         "health_status":{"can_send_message":"AVAILABLE","entities":[
          {"entity_type":"PHONE_NUMBER","id":"107878721936019","can_send_message":"AVAILABLE"},
          {"entity_type":"APP","id":"67084711213","can_send_message":"LIMITED","additional_info":["Wait."]}]}}
        """#,
        .phoneNumberSettings: #"""
        {"calling":{"status":"ENABLED","call_icon_visibility":"DEFAULT","call_icons":{"restrict_to_user_countries":["US","BR"]},
          "call_hours":{"status":"ENABLED","timezone_id":"America/Manaus","weekly_operating_hours":[
           {"day_of_week":"MONDAY","open_time":"0400","close_time":"1020"}],"holiday_schedule":[{"date":"2026-01-01","start_time":"0000"}]},
          "sip":{"status":"DISABLED","servers":[{"hostname":"sip.example.com","port":5061}]},"ip_addresses":{"DEFAULT":["192.0.2.1"]}},
         "storage_configuration":{"status":"IN_COUNTRY_STORAGE_ENABLED","data_localization_region":"BR","retention_minutes":60},
         "user_identity_change":{"enable_identity_key_check":true},"payload_encryption":{"status":"ENABLED","cloud_encryption_key":"Key"}}
        """#,
        .businessProfile: #"""
        {"about":"7","address":"123, Main Street","description":"Buy","email":"a@example.org","vertical":"EDU",
         "websites":["https://a.example/","https://b.example/"],
         "profile_picture_url":"https://pps.whatsapp.net/v/t61.24694-24/56_n.jpg?ccb=11-4&oh=01&oe=02"}
        """#,
        .commerceSettings: #"{"id":"727705352028726","is_cart_enabled":true,"is_catalog_visible":false}"#,
        .qrCode: #"{"code":"12345678901234","prefilled_message":"Cyber Monday","deep_link_url":"https://wa.me/message/12345678901234"}"#,
        .messageTemplate: #"""
        {"id":"1689556908129832","name":"order_confirmation","language":"en_US","status":"APPROVED","category":"UTILITY",
         "quality_score":{"score":"GREEN","reasons":["STALE"],"date":1767225600},"rejected_reason":"NONE"}
        """#,
        .subscribedApp: #"""
        {"whatsapp_business_api_data":{"id":"67084711213","name":"Lucky Shrub","link":"https://www.facebook.com/games/?app_id=67084711213"},
         "override_callback_uri":"https://a.example/H"}
        """#,
    ]

    // MARK: The same in another form

    private static let enums: Set<String> = [
        "status", "business_verification_status", "account_review_status", "ownership_type", "marketing_messages_lite_api_status",
        "marketing_messages_onboarding_status", "type", "currency", "country", "quality_rating", "score", "level", "country_code",
        "whatsapp_business_manager_messaging_limit", "search_visibility", "name_status", "new_name_status", "code_verification_status",
        "account_mode", "platform_type", "eligibility_for_api_business_global_search", "call_icon_visibility", "restrict_to_user_countries",
        "day_of_week", "data_localization_region", "vertical", "category", "language", "reasons", "rejected_reason", "can_send_message",
        "entity_type", "callback_permission_status", "primary_business_location", "messaging_limit_tier", "parameter_format",
        "srtp_key_exchange_protocol",
    ]
    private static let ids: Set<String> = [
        "id", "timezone_id", "country_dial_code", "code", "error_code", "port", "retention_minutes", "count",
    ]
    private static let times: Set<String> = ["last_onboarded_time", "creation_time"]
    private static let written: Set<String> = [
        "verified_name", "name", "about", "address", "description", "email", "prefilled_message", "deep_link_url", "override_callback_uri",
        "link",
        "application", "whatsapp_business_account", "username", "cloud_encryption_key",
    ]
    private static let unseen: Set<String> = [
        "certificate", "new_certificate", "date", "ip_addresses", "additional_info", "error_description", "possible_solution",
    ]

    /// A document that says the same.
    mutating func same(_ document: JSONObject) -> JSONObject {
        var document = same(.object(document), named: "", below: "").object ?? [:]
        for name in ["certificate", "later_\(below(9))"] where document[name] == nil && chance(2) { document[name] = nothing() }
        return document
    }

    private mutating func same(_ value: JSONValue, named name: String, below parent: String) -> JSONValue {
        switch value {
        case .object(let object):
            var changed: JSONObject = [:]
            for member in object {
                if member.value.isNothing, chance(2) { continue }
                if Self.unseen.contains(member.name), parent != "holiday_schedule", name != "holiday_schedule" {
                    if chance(2) { continue }
                    changed[member.name] = chance(2) ? member.value : .array([.string("words \(below(99))")])
                    continue
                }
                changed[member.name] = same(member.value, named: member.name, below: name)
            }
            return .object(changed)
        case .array(let elements):
            if elements.isEmpty { return nothing() }
            let changed = elements.map { same($0, named: name, below: parent) }
            return .array(name == "entities" || name == "errors" ? changed.shuffled(using: &random) : changed)
        case .null: return nothing()
        case .string(let text): return sameText(text, name)
        case .number(let number):
            if Self.times.contains(name), let seconds = Int64(number.text), chance(2) { return time(seconds) }
            if Self.ids.contains(name), chance(2) { return .string(number.text) }
            return chance(3) ? (try? JSONValue(parsing: "\(number.text).0")) ?? value : value
        case .bool: return value
        }
    }

    private mutating func sameText(_ text: String, _ name: String) -> JSONValue {
        if Self.enums.contains(name) { return .string([text, text.lowercased(), text.uppercased(), text.capitalized][below(4)]) }
        if Self.ids.contains(name), chance(2), let number = try? JSONValue(parsing: text), number.integer != nil { return number }
        if Self.times.contains(name), let seconds = Self.seconds(text), chance(2) { return time(seconds) }
        if name == "profile_picture_url", let path = text.ranges(of: "/v/").first.map({ text[$0.lowerBound...].prefix { $0 != "?" } }) {
            return .string("https://\(["pps.whatsapp.net", "media-gru1-2.cdn.whatsapp.net"][below(2)])\(path)?oh=\(below(99))")
        }
        return .string(text)
    }

    private mutating func nothing() -> JSONValue { [.null, .object([:]), .array([]), .object(["a": .object(["b": .null])])][below(4)] }

    static func seconds(_ text: String) -> Int64? {
        (try? Date.ISO8601FormatStyle().parse(text.replacing("+0000", with: "Z"))).map { Int64($0.timeIntervalSince1970) }
    }

    private mutating func time(_ seconds: Int64) -> JSONValue {
        func text(_ shift: Int64) -> String { String(Date(timeIntervalSince1970: Double(seconds + shift)).formatted(.iso8601).dropLast()) }
        return [
            .integer(seconds), .string("\(seconds)"), .string(text(0) + "Z"), .string(text(0) + "+0000"), .string(text(0) + ".000+00:00"),
            .string(text(-10_800) + "-0300"), .string(text(19_800) + "+05:30"),
        ][below(7)]
    }

    // MARK: Real edits

    /// Edits one value, and says where it stands; an array is edited as a whole.
    mutating func edit(_ document: inout JSONObject) -> JSONPointer? {
        var places: [[String]] = []
        func collect(_ object: JSONObject, _ place: [String]) {
            for member in object where !Self.unseen.contains(member.name) && !member.value.isNothing && member.value != "https://URL" {
                if let inner = member.value.object { collect(inner, place + [member.name]) } else { places.append(place + [member.name]) }
            }
        }
        collect(document, [])
        guard !places.isEmpty else { return nil }
        let place = places[below(places.count)]
        let pointer = JSONPointer(place)
        guard let value = document[pointer] else { return nil }
        document.put(edited(value, place[place.count - 1]), at: place[...])
        return pointer
    }

    private mutating func edited(_ value: JSONValue, _ name: String) -> JSONValue? {
        if chance(6) { return nil }
        switch value {
        case .bool(let value): return .bool(!value)
        case .number(let number): return (try? JSONValue(parsing: "\(number.text)1")) ?? .null
        case .array(let elements) where name == "entities":
            return .array(elements.enumerated().map { $0.offset == 0 ? health($0.element) : $0.element })
        case .array(let elements): return .array(chance(2) ? elements + ["one more"] : Array(elements.dropLast()) + ["another"])
        case .string(let text):
            if Self.times.contains(name), let seconds = Self.seconds(text) { return time(seconds + 1 + Int64(below(99))) }
            if name.hasSuffix("_url"), text.contains("/v/") { return .string(text.replacing("/v/", with: "/v/another")) }
            if Self.enums.contains(name) || Self.ids.contains(name) { return .string(text + "1") }
            // Of what people write, letters count.
            let other = text == text.uppercased() ? text.lowercased() : text.uppercased()
            return .string(other == text || !Self.written.contains(name) || chance(2) ? text + "!" : other)
        default: return nil
        }
    }

    private mutating func health(_ entity: JSONValue) -> JSONValue {
        var object = entity.object ?? [:]
        if chance(2) {
            object["errors"] = .array((object["errors"]?.array ?? []) + [["error_code": 141_099, "error_description": "new"]])
        } else {
            object["can_send_message"] = object["can_send_message"]?.string?.uppercased() == "BLOCKED" ? "LIMITED" : "BLOCKED"
        }
        return .object(object)
    }

    mutating func below(_ bound: Int) -> Int { random.below(bound) }
    mutating func chance(_ count: Int) -> Bool { below(count) == 0 }
}

extension JSONObject {
    subscript(pointer: JSONPointer) -> JSONValue? {
        pointer.names.reduce(Optional(.object(self))) { $0?[$1] }
    }

    /// Puts a value where one stands.
    mutating func put(_ value: JSONValue?, at place: ArraySlice<String>) {
        guard let name = place.first else { return }
        guard place.count > 1, var inner = self[name]?.object else { return self[name] = value }
        inner.put(value, at: place.dropFirst())
        self[name] = .object(inner)
    }
}
