public import Alarms
import StrictJSON
import WhatsAppBusiness

/// What became of a mute. The alarms that it matches are told of it by whoever keeps them.
public enum MuteEvent: Sendable, Equatable {
    /// It is in force since it was kept.
    case added(AlarmMute)
    /// Somebody ended it: the user's name and number.
    case removed(AlarmMute, actor: String)
}

extension MuteEvent {
    /// Who did it.
    public var actor: String {
        switch self {
        case .added(let mute): mute.by
        case .removed(_, let actor): actor
        }
    }
}

// How a mute is kept.

extension AlarmMute {
    /// As it stands in a column, without its id.
    var document: JSONObject {
        var document: JSONObject = [
            "since": .integer(Int(since.milliseconds)), "until": .integer(Int(until.milliseconds)), "by": .string(by),
        ]
        func texts(_ texts: Set<String>?) -> JSONValue? { texts.map { .array($0.sorted().map(JSONValue.string)) } }
        document["accounts"] = texts(accounts)
        document["ids"] = texts(ids)
        document["phone_number_ids"] = texts(phoneNumberIDs)
        document["names"] = texts(names)
        document["reason"] = reason.map(JSONValue.string)
        return document
    }

    /// `nil` for what is no mute, or has a member that only a later release reads: it may narrow what this one would mute.
    init?(id: String, _ document: JSONObject) {
        let known: Set = ["since", "until", "by", "accounts", "ids", "phone_number_ids", "names", "reason"]
        guard document.names.allSatisfy(known.contains), let since = document["since"]?.integer, let until = document["until"]?.integer,
            let by = document["by"]?.string
        else { return nil }
        func texts(_ name: String) -> Set<String>? { document[name]?.array.map { Set($0.compactMap(\.string)) } }
        self.init(
            id: id, accounts: texts("accounts"), ids: texts("ids"), phoneNumberIDs: texts("phone_number_ids"), names: texts("names"),
            since: Timestamp(milliseconds: since), until: Timestamp(milliseconds: until), reason: document["reason"]?.string, by: by)
    }
}
