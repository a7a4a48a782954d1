import StrictJSON
import WhatsAppBusiness

/// An alarm as it was told last: what stands in the snapshot.
struct AlarmDocument: Sendable, Equatable {
    var name: AlarmName
    var severity: Severity
    /// One sentence, with the account in front.
    var summary: String
    /// Since when the condition has held.
    var since: Timestamp
    /// The thing that is wrong: its kind's name and its id.
    var kind: String
    var thing: String
    /// How often it came back, where it did within an hour of its end.
    var flaps: Int?
    var muted: Muted?
    var templates: [String]?

    /// That somebody muted it.
    struct Muted: Sendable, Equatable {
        var until: Timestamp
        var reason: String?
        var by: String
        /// How urgent the alarm was then: past that the mute does not hold.
        var severity: Severity

        init(_ mute: AlarmMute, at severity: Severity) {
            (until, reason, by) = (mute.until, mute.reason, mute.by)
            self.severity = severity
        }

        /// Whether it is by that mute.
        func isBy(_ mute: AlarmMute) -> Bool { until == mute.until && reason == mute.reason && by == mute.by }
    }
}

extension AlarmDocument {
    var json: JSONObject {
        var json: JSONObject = [
            "name": .string(name.rawValue), "severity": .string(severity.rawValue), "summary": .string(summary),
            "since": .string(since.description), "kind": .string(kind), "id": .string(thing),
        ]
        json["flaps"] = flaps.map { .integer($0) }
        json["muted"] = muted.map { muted in
            var json: JSONObject = ["until": .string(muted.until.description)]
            json["reason"] = muted.reason.map(JSONValue.string)
            json["by"] = .string(muted.by)
            json["severity"] = .string(muted.severity.rawValue)
            return .object(json)
        }
        json["templates"] = templates.map { .array($0.map(JSONValue.string)) }
        return json
    }

    /// `nil` for what is no alarm of this release.
    init?(_ json: JSONObject) {
        func text(_ name: String) -> String? { json[name]?.string }
        guard let name = text("name").flatMap(AlarmName.init(rawValue:)), let severity = text("severity").flatMap(Severity.init(rawValue:)),
            let summary = text("summary"), let since = text("since").flatMap(Timestamp.init(parsing:)), let kind = text("kind"),
            let thing = text("id")
        else { return nil }
        (self.name, self.severity, self.summary, self.since, self.kind, self.thing) = (name, severity, summary, since, kind, thing)
        flaps = json["flaps"]?.integer.flatMap { Int(exactly: $0) }
        muted = json["muted"]?.object.flatMap(Muted.init)
        templates = json["templates"]?.array?.compactMap(\.string)
    }
}

extension AlarmDocument.Muted {
    fileprivate init?(_ json: JSONObject) {
        guard let until = json["until"]?.string.flatMap(Timestamp.init(parsing:)), let by = json["by"]?.string else { return nil }
        self.until = until
        self.by = by
        reason = json["reason"]?.string
        severity = json["severity"]?.string.flatMap(Severity.init(rawValue:)) ?? .critical
    }
}
