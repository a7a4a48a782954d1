import StrictJSON
import WabaWatchInterface
import WhatsAppBusiness

/// An alarm as the daemon lists it, read for people. What a later daemon says otherwise is left out, and the rest is shown.
struct AlarmEntry {
    /// The mute that is on it.
    struct Mute {
        var until: Timestamp?
        var reason: String?
        var by: String?
    }

    let resource: Resource
    /// One of the table of alarms: `quality`.
    let name: String
    let severity: Severity
    let summary: String
    let since: Timestamp?
    /// The id of the thing that it is of; of a watch, the watch's.
    let thing: String?
    /// How often it went and came back, where it did.
    let flaps: Int?
    let mute: Mute?

    /// - Parameter now: milliseconds since 1970; a mute that is over is none.
    init(_ resource: Resource, now: Int64) {
        let document = resource.document
        self.resource = resource
        name = document["name"]?.string ?? String(resource.id.prefix { $0 != "/" })
        severity = document["severity"]?.string.map { OpenEnum<Severity>(rawValue: $0).level } ?? .warning
        summary = document["summary"]?.string ?? resource.id
        since = document["since"]?.string.flatMap { Timestamp(parsing: $0) }
        thing = document["id"]?.string
        flaps = document["flaps"]?.integer.map { Int($0) }
        let muted = document["muted"]?.object.map { muted in
            Mute(until: muted["until"]?.string.flatMap { Timestamp(parsing: $0) }, reason: muted["reason"]?.string, by: muted["by"]?.string)
        }
        mute = muted.flatMap { $0.until.map { $0.milliseconds > now } ?? true ? $0 : nil }
    }

    /// Its id without the number, which stands in a column of its own.
    var title: String {
        guard let number = resource.phoneNumberID, resource.id.hasSuffix("/\(number)") else { return resource.id }
        return String(resource.id.dropLast(number.count + 1))
    }

    /// What it comes to: what is muted is known, and wakes nobody.
    var health: Health { mute == nil ? Health(severity) : .good }
}

extension AlarmEntry {
    /// The worst first, and what is muted behind all that is not.
    static func worstFirst(_ alarms: [AlarmEntry]) -> [AlarmEntry] {
        alarms.map { (alarm: $0, place: [$0.resource.account, $0.name, $0.resource.phoneNumberID ?? "", $0.resource.id]) }.sorted {
            let (left, right) = ($0.alarm, $1.alarm)
            if (left.mute == nil) != (right.mute == nil) { return left.mute == nil }
            return left.severity == right.severity ? $0.place.lexicographicallyPrecedes($1.place) : left.severity > right.severity
        }.map(\.alarm)
    }
}
