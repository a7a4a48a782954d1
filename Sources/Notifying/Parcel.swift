package import StrictJSON
import WabaWatchClient
package import WabaWatchInterface
package import WhatsAppBusiness

/// What one delivery brings.
package struct Parcel: Sendable, Equatable {
    /// What is in it.
    package enum Content: Sendable, Equatable {
        /// A message for people.
        case message(NotificationMessage)
        /// Events, in order.
        case events([RoutedEvent])
        /// Alarms that last, and those that are over.
        case alerts([AlarmAlert])
    }

    /// What is in it.
    package var content: Content
    /// Everything up to here that the route wants is in it or was delivered before; `nil` in the midst of a snapshot.
    package var cursor: Cursor?

    package init(_ content: Content, cursor: Cursor? = nil) {
        self.content = content
        self.cursor = cursor
    }
}

/// An event as it is sent, made once.
package struct RoutedEvent: Sendable, Equatable {
    /// What it is told apart by: the same event has the same, whenever it is sent.
    package var id: String
    /// JSON on one line, without its end.
    package var bytes: [UInt8]
    /// The place behind its change; `nil` for a thing of a snapshot.
    package var cursor: Cursor?

    package init(id: String, bytes: [UInt8], cursor: Cursor? = nil) {
        self.id = id
        self.bytes = bytes
        self.cursor = cursor
    }

    /// A change.
    /// - Parameter asCloudEvent: whether it has the envelope of CloudEvents.
    init(_ change: Change, asCloudEvent: Bool, host: String) {
        let event = CloudEvent(change, host: host)
        self.init(id: event.id, bytes: JSONValue.object(asCloudEvent ? event.json : change.json).bytes, cursor: change.cursor)
    }

    /// A thing of a snapshot.
    init(_ resource: Resource, asCloudEvent: Bool, host: String) {
        self.init(CloudEvent(resource, host: host), asCloudEvent: asCloudEvent)
    }

    /// The end of an alarm that no change told: a snapshot did not have it any more.
    init(endOf alarm: PresentAlarm, at time: Timestamp, asCloudEvent: Bool, host: String) {
        let event = CloudEvent(endOf: alarm.resource(at: time), observedAt: time, summary: "ended: \(alarm.summary)", host: host)
        self.init(event, asCloudEvent: asCloudEvent)
    }

    private init(_ event: CloudEvent, asCloudEvent: Bool) {
        self.init(id: event.id, bytes: JSONValue.object(asCloudEvent ? event.json : event.data).bytes)
    }
}

/// An alarm as an Alertmanager is told of it.
package struct AlarmAlert: Sendable, Equatable {
    /// The alarm.
    package var alarm: PresentAlarm
    /// What it counts as, or counted as before it ended.
    package var severity: Severity
    /// When it ended; `nil` while it lasts.
    package var endedAt: Timestamp?

    package init(_ alarm: PresentAlarm, severity: Severity? = nil, endedAt: Timestamp? = nil) {
        self.alarm = alarm
        self.severity = severity ?? alarm.effectiveSeverity
        self.endedAt = endedAt
    }

    /// Bytes of a label or an annotation that are sent.
    private static let mostBytes = 1024

    /// The alert as API v2 of Alertmanager has it (https://github.com/prometheus/alertmanager, api/v2/openapi.yaml).
    ///
    /// The labels are its identity there: nothing stands in them that changes while the alarm lasts but the severity, with which it is another alert.
    package func json(url: String? = nil) -> JSONObject {
        var labels: JSONObject = [
            "alertname": .string(Self.cut(alarm.name)), "account": .string(Self.cut(alarm.key.account)),
            "alarm": .string(Self.cut(alarm.key.id)),
            "severity": .string(severity.rawValue),
        ]
        // Empty labels count as absent.
        if let thing = alarm.thing, !thing.isEmpty { labels["id"] = .string(Self.cut(thing)) }
        if let number = alarm.phoneNumberID, !number.isEmpty { labels["phone_number"] = .string(Self.cut(number)) }
        var json: JSONObject = [
            "labels": .object(labels),
            "annotations": ["summary": .string(Self.cut(alarm.summary)), "description": .string(Self.cut(description))],
        ]
        json["startsAt"] = alarm.since.map { .string($0.description) }
        if let endedAt {
            // An end before the begin would be refused.
            json["endsAt"] = .string(max(endedAt, alarm.since ?? endedAt).description)
        }
        return json
    }

    private var description: String {
        let number = alarm.phoneNumberID.map { " of phone number \($0)" } ?? ""
        return
            "Alarm \(alarm.key.id)\(number) of \(alarm.key.account == ResourceID.allAccounts ? "all accounts" : "account \(alarm.key.account)")"
            + (alarm.isMuted ? ", muted" : "") + ". See wabawatch alarms."
    }

    private static func cut(_ text: String) -> String {
        guard text.utf8.count > mostBytes else { return text }
        return String(decoding: text.utf8.prefix(mostBytes - 3), as: UTF8.self) + "…"
    }
}

extension Parcel {
    /// What shows that a route works, and says of itself that it is a test.
    package static func test(_ route: NotifyRoute, host: String, time: Timestamp) -> Parcel {
        let message = NotificationMessage.test(route.name)
        switch route.destination.form {
        case .message: return Parcel(.message(message))
        case .events:
            let id = "test-\(time.milliseconds)"
            let data: JSONObject = ["summary": .string(message.lines.joined(separator: " ")), "route": .string(route.name)]
            let event: JSONObject = [
                "specversion": "1.0", "id": .string(id), "source": .string(CloudEvent.source(host: host)), "type": "io.wabawatch.test",
                "time": .string(time.description), "datacontenttype": "application/json", "data": .object(data),
            ]
            let isPlain = route.destination == .exec(route.destination.arguments, .json)
            return Parcel(.events([RoutedEvent(id: id, bytes: JSONValue.object(isPlain ? data : event).bytes)]))
        case .alerts:
            let alarm = PresentAlarm(
                PresentAlarm.Key(account: ResourceID.allAccounts, id: "wabawatch_test"), nil,
                [
                    "name": "wabawatch_test", "severity": "info", "summary": .string(message.lines.joined(separator: " ")),
                    "since": .string(time.description),
                ])
            // It ends by itself.
            return Parcel(.alerts([AlarmAlert(alarm, endedAt: time.advanced(by: .seconds(60)))]))
        }
    }
}
