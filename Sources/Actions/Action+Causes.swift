public import Changes
import StrictJSON
import WhatsAppBusiness

extension Action {
    /// What may change by it, so that whoever sees that first knows whose doing it was.
    /// - Parameter actor: who acts, as a change says it: `alice (1000)`.
    public func causes(by actor: String) -> [ActionCause] {
        let number = place.phoneNumberID
        func cause(
            _ kind: Kind, ids: Set<String>? = nil, _ operations: Set<ChangeOperation>, members: Set<String> = [], shows: JSONObject = [:]
        ) -> ActionCause {
            let target = PollTarget(
                account: place.account, kind: kind, phoneNumberID: kind.row.scope == .phoneNumber ? number : nil)
            return ActionCause(actor: actor, target: target, ids: ids, operations: operations, members: members, shows: shows)
        }
        switch deed {
        case .block(let users): return [cause(.blockedUser, ids: Set(users.map(\.key)), [.added])]
        case .unblock(let users): return [cause(.blockedUser, ids: Set(users.map(\.key)), [.removed])]
        case .update(.qrCode, let id?, _): return [cause(.qrCode, ids: [id], [.changed], members: ["prefilled_message"])]
        // Nobody knows its code before Meta has answered.
        case .update(.qrCode, nil, let document): return [cause(.qrCode, [.added], shows: document)]
        case .update(.subscribedApp, _, _):
            return [
                cause(.subscribedApp, [.added, .changed], members: ["override_callback_uri"]),
                cause(.phoneNumber, [.changed], members: ["webhook_configuration"]),
            ]
        case .update(.phoneNumber, _, let document):
            let members = document.names.map { $0 == "two_step_pin" ? "is_pin_enabled" : $0 }
            return [cause(.phoneNumber, ids: number.map { [$0] }, [.changed], members: Set(members))]
        case .update(.businessProfile, _, let document):
            let members = document.names.map { $0 == "profile_picture_handle" ? "profile_picture_url" : $0 }
            return [cause(.businessProfile, [.changed], members: Set(members))]
        case .update(let kind, _, let document): return [cause(kind, [.changed], members: Set(document.names))]
        case .delete(let kind, let id, _): return [cause(kind, ids: [id], [.removed])]
        case .send: return []
        }
    }
}
