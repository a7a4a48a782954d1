import StrictJSON
import WhatsAppBusiness

/// How a kind's document is set back: which of its members can be set at all, and what empties one.
enum Restoring {
    /// The members that can be set, by kind, with what empties each; `nil` for one that cannot be emptied.
    static func members(of kind: Kind) -> [String: JSONValue?]? {
        switch kind {
        case .businessProfile:
            ["about": nil, "address": "", "description": "", "email": "", "vertical": "UNDEFINED", "websites": []]
        case .commerceSettings: ["is_cart_enabled": nil, "is_catalog_visible": nil]
        case .phoneNumberSettings: ["calling": nil, "storage_configuration": nil, "user_identity_change": nil]
        case .phoneNumber: ["conversational_automation": ["prompts": [], "commands": []]]
        case .account: ["disable_marketing_messages_on_cloud_api": nil, "is_enabled_for_insights": nil]
        case .qrCode: ["prefilled_message": nil]
        default: nil
        }
    }

    /// The document that sets a thing back, and the members that differ and cannot be set.
    static func document(of kind: Kind, from present: JSONObject, to past: JSONObject) -> (document: JSONObject, left: [String]) {
        let known = members(of: kind) ?? [:]
        var (document, left) = (JSONObject(), [String]())
        for name in Set(present.names).union(past.names).sorted() {
            let (now, then) = (present[name], past[name])
            guard now != then, !((now?.isNothing ?? true) && (then?.isNothing ?? true)) else { continue }
            guard let empty = known[name] else {
                left.append(name)
                continue
            }
            if let then, !then.isNothing {
                document[name] = settable(then, of: name)
            } else if let empty {
                document[name] = empty
            } else {
                left.append(name)
            }
        }
        return (document, left)
    }

    /// What is written of a member: an automation's id and greeting are only read.
    private static func settable(_ value: JSONValue, of name: String) -> JSONValue {
        guard name == "conversational_automation", let automation = value.object else { return value }
        return ["prompts": automation["prompts"] ?? [], "commands": automation["commands"] ?? []]
    }
}
