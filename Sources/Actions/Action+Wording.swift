import GraphAPI
import StrictJSON
public import WhatsAppBusiness

extension Action {
    /// What is done, on which thing, in the words of the journal. No value is in it: some are secrets, and users are personal data.
    public var summary: String {
        let number = place.phoneNumberID.map { " of \($0)" } ?? ""
        switch deed {
        case .block(let users): return "block \(Self.count(users.count, "user")) at \(place.phoneNumberID ?? "")"
        case .unblock(let users): return "unblock \(Self.count(users.count, "user")) at \(place.phoneNumberID ?? "")"
        case .update(.qrCode, nil, _): return "create a QR code\(number)"
        case .update(let kind, let id, let document):
            let thing = [kind.rawValue, kind == .qrCode ? id : nil].compactMap(\.self).joined(separator: " ")
            return "set \(document.names.joined(separator: ", ")) of \(thing)\(number)"
        case .delete(let kind, let id, _): return "delete \(kind.rawValue) \(id)\(number)"
        case .send(let message): return "send template \(message.template) (\(message.language)) from \(place.phoneNumberID ?? "")"
        }
    }

    /// What it is done to: kind, and id where there is one.
    public var thing: (kind: Kind?, id: String?) {
        switch deed {
        case .block, .unblock: (.blockedUser, nil)
        case .update(let kind, let id, _): (kind, kind == .qrCode || kind == .subscribedApp ? id : place.phoneNumberID ?? place.wabaID)
        case .delete(let kind, let id, _): (kind, id)
        case .send: (nil, nil)
        }
    }

    private static func count(_ count: Int, _ name: String) -> String { count == 1 ? "1 \(name)" : "\(count) \(name)s" }
}

extension ActionOutcome {
    /// What came of it, in the words of the journal.
    public var summary: String {
        switch self {
        case .done(.users(let done, let failed)):
            failed.isEmpty ? "done" : done.isEmpty ? "failed for all \(failed.count)" : "done for \(done.count), failed for \(failed.count)"
        case .done(.success(true, let id)): id.map { "done (\($0))" } ?? "done"
        case .done(.success(false, _)): "Meta did not say that it worked"
        case .done(.sent(let sent)): "Meta took it as \(sent.id)\(sent.status.map { ", \($0)" } ?? "")"
        case .unsent(let obstacle): "not done: \(obstacle)"
        case .refused(let failure): "refused by Meta: \(failure)"
        case .uncertain(let reason): "it is open whether Meta did it: \(reason)"
        }
    }

    /// Whether all of it was done.
    public var isWhole: Bool {
        switch self {
        case .done(.users(_, let failed)): failed.isEmpty
        case .done(.success(let success, _)): success
        case .done(.sent): true
        case .unsent, .refused, .uncertain: false
        }
    }
}
