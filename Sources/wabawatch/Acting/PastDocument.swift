import StrictJSON
import WabaWatchInterface
import WhatsAppBusiness

/// What a thing's document was, found by taking back what changed since. A pure decision.
struct PastDocument: Equatable {
    /// The document as it was; `nil` where the thing was not there.
    private(set) var document: JSONObject?

    /// The present document, or `nil` where the thing is gone.
    init(present: JSONObject?) { document = present }

    /// Takes back a change, the newest first.
    /// - Throws: where it is not known what was before it.
    mutating func takeBack(_ change: Change) throws {
        switch change.operation.known {
        case .added: document = nil
        case .removed: document = change.before
        case .changed:
            var object = document ?? JSONObject()
            for field in change.fields { object.put(change.before.flatMap { $0.find(field.names[...]) }, at: field.names[...]) }
            document = object
        case .baseline:
            throw Failure(
                "it is not known what \(change.id) was then: it was first looked at, or its members were, at \(change.observedAt)")
        case .reported, nil: break
        }
    }
}

extension JSONObject {
    /// The value at a place of names; `nil` where there is none.
    fileprivate func find(_ names: ArraySlice<String>) -> JSONValue? {
        guard let name = names.first, let value = self[name] else { return nil }
        return names.count == 1 ? value : value.object?.find(names.dropFirst())
    }

    /// Sets the value at a place, or takes it away; objects on the way are made, and stay.
    fileprivate mutating func put(_ value: JSONValue?, at names: ArraySlice<String>) {
        guard let name = names.first else { return }
        if names.count == 1 { return self[name] = value }
        var inner = self[name]?.object ?? JSONObject()
        inner.put(value, at: names.dropFirst())
        self[name] = inner.isEmpty && value == nil ? nil : .object(inner)
    }
}

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
