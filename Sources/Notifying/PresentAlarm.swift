package import StrictJSON
import WabaWatchClient
package import WabaWatchInterface
package import WhatsAppBusiness

/// An alarm as it was told last.
package struct PresentAlarm: Sendable, Equatable {
    /// What an alarm is told apart by.
    package struct Key: Hashable, Sendable {
        /// The account's name.
        package var account: String
        /// `NAME` or `NAME/ID`.
        package var id: String
    }

    /// What it is told apart by.
    package var key: Key
    /// The number that it is of.
    package var phoneNumberID: String?
    /// Its document, whole as far as that is known.
    package var document: JSONObject
    /// When it changed last, where that is known.
    var changedAt: Timestamp?

    package init(_ resource: Resource) {
        self.init(
            Key(account: resource.account, id: resource.id), resource.phoneNumberID, resource.document, changedAt: resource.changedAt)
    }

    init(_ key: Key, _ phoneNumberID: String?, _ document: JSONObject, changedAt: Timestamp? = nil) {
        self.key = key
        self.phoneNumberID = phoneNumberID
        self.document = document
        self.changedAt = changedAt
    }

    private var alarm: Alarm { Alarm(checked: document) }

    /// What is wrong: `quality`, `number_banned` …
    package var name: String { alarm.name ?? key.id.split(separator: "/").first.map(String.init) ?? key.id }
    /// One sentence, with the account in front.
    package var summary: String { alarm.summary ?? key.id }
    /// Since when the condition has held.
    package var since: Timestamp? { alarm.since }
    /// The thing's id, where that is known.
    package var thing: String? { alarm.id }
    /// Whether somebody muted it.
    package var isMuted: Bool { alarm.muted != nil }
    /// How urgent it is, muted or not.
    package var severity: Severity { alarm.severity?.level ?? .warning }
    /// What it counts as: a muted one is told as info.
    package var effectiveSeverity: Severity { isMuted ? .info : severity }
}

extension JSONObject {
    /// This with the members of a difference taken over: what `old` has and `new` has not is taken out. Objects member by member, as changes have it.
    func moved(from old: JSONObject, to new: JSONObject) -> JSONObject {
        var result = self
        for name in Set(old.names).union(new.names) {
            if case .object(let before)? = old[name], case .object(let after)? = new[name], case .object(let present)? = self[name] {
                result[name] = .object(present.moved(from: before, to: after))
            } else {
                result[name] = new[name]
            }
        }
        return result
    }
}
