import StrictJSON
import WhatsAppBusiness

/// What may be set of a thing, kind by kind, with Meta's limits (https://developers.facebook.com/docs/whatsapp, the pages of each kind).
enum DocumentRules {
    /// The rule for a whole document; `nil` for a kind that cannot be updated.
    static func rule(of kind: Kind) -> MemberRule? {
        switch kind {
        case .businessProfile:
            .object([
                "about": .text(1...139), "address": .text(0...256), "description": .text(0...512), "email": .text(0...128),
                "vertical": .text(1...64), "websites": .list(2, .text(1...256)), "profile_picture_handle": .text(1...2048),
            ])
        case .commerceSettings: .object(["is_cart_enabled": .flag, "is_catalog_visible": .flag])
        case .phoneNumberSettings:
            .object([
                "calling": .tree(CallingSettings.shape), "storage_configuration": .tree(StorageConfiguration.shape),
                "user_identity_change": .tree(UserIdentityChange.shape), "payload_encryption": .tree(PayloadEncryption.shape),
            ])
        case .phoneNumber:
            .object(["conversational_automation": automation, "two_step_pin": .digits(6), "webhook_configuration": override])
        case .account:
            .object([
                "disable_marketing_messages_on_cloud_api": .flag, "is_enabled_for_insights": .flag,
                "template_auto_archival_enabled": .flag, "degrees_of_freedom_spec": .tree(.anything),
            ])
        case .qrCode: .object(["prefilled_message": .text(1...140)], required: ["prefilled_message"])
        case .subscribedApp: override
        default: nil
        }
    }

    private static let automation = MemberRule.object([
        "prompts": .list(4, .text(1...80)),
        "commands": .list(
            30,
            .object(
                ["command_name": .text(1...32), "command_description": .text(1...256)],
                required: ["command_name", "command_description"])),
        "enable_welcome_message": .gone("Meta removed it on 27 March 2026"),
    ])

    private static let override = MemberRule.object(
        ["override_callback_uri": .address(200), "verify_token": .text(1...255)], required: ["override_callback_uri"])

    /// Opening hours of calls: at most two a day, written HHMM; at most twenty holidays.
    static func checkCallHours(_ document: JSONObject) throws(MemberError) {
        let place = "document.calling.call_hours"
        guard let hours = document["calling"]?["call_hours"] else { return }
        var days: [String: Int] = [:]
        for (index, entry) in (hours["weekly_operating_hours"]?.array ?? []).enumerated() {
            days[entry["day_of_week"]?.string ?? "", default: 0] += 1
            try checkTimes(entry, ["open_time", "close_time"], at: "\(place).weekly_operating_hours[\(index)]")
        }
        if days.values.contains(where: { $0 > 2 }) {
            throw MemberError("\(place).weekly_operating_hours", "has more than 2 entries of one day")
        }
        let holidays = hours["holiday_schedule"]?.array ?? []
        guard holidays.count <= 20 else {
            throw MemberError("\(place).holiday_schedule", "has \(holidays.count) elements, and at most 20 are allowed")
        }
        for (index, entry) in holidays.enumerated() {
            try checkTimes(entry, ["start_time", "end_time"], at: "\(place).holiday_schedule[\(index)]")
        }
    }

    private static func checkTimes(_ entry: JSONValue, _ names: [String], at place: String) throws(MemberError) {
        for name in names {
            guard let value = entry[name] else { continue }
            let digits = value.string.map { Array($0.utf8) } ?? []
            guard digits.count == 4, digits.allSatisfy({ 0x30...0x39 ~= $0 }), let time = value.string.flatMap({ Int($0) }),
                time / 100 < 24, time % 100 < 60
            else { throw MemberError("\(place).\(name)", "should be a time such as 0930") }
        }
    }
}
