import FakeDaemon
import StrictJSON
import Testing
import WabaWatchClient
import WabaWatchInterface
import WhatsAppBusiness

@testable import Notifying

/// A route under a clock that a test moves, which is given events and says what it does.
struct Stage {
    var state: RouteState
    var running = Duration.seconds(1000)
    private(set) var sequence = 0

    init(_ route: NotifyRoute, cursor: Cursor? = Cursor("log.0"), remindedAt: Timestamp? = nil, target: String? = nil) {
        state = RouteState(route, host: "watch1", cursor: cursor, remindedAt: remindedAt, target: target)
    }

    /// A route to a program that is told of alarms in words, in groups of 30 seconds.
    static func route(
        _ destination: NotifyDestination = .exec(["/bin/true"], .text), group: Duration = .seconds(30), minimum: Severity? = .warning,
        repeats: Duration? = nil, tellsEnd: Bool = true
    ) -> NotifyRoute {
        var route = NotifyRoute(name: "on-call", destination: destination)
        route.match.minimumSeverity = minimum
        route.group = group
        route.repeats = repeats
        route.tellsEnd = tellsEnd
        return route
    }

    /// The wall shows the sample's moment when the clock has run for 1,000 seconds.
    var wall: Timestamp { Sample.moment.advanced(by: running - .seconds(1000)) }
    private var moment: RouteState.Moment { RouteState.Moment(running: running, wall: wall) }

    mutating func give(_ event: ChangeEvent) -> [RouteState.Action] { state.on(.event(event), at: moment) }

    /// Time passes, and what is due is done.
    mutating func pass(_ time: Duration) -> [RouteState.Action] {
        running += time
        return state.on(.timer, at: moment)
    }

    mutating func delivered() -> [RouteState.Action] { state.on(.ended(.delivered), at: moment) }

    mutating func failed(_ failure: DeliveryFailure = DeliveryFailure("it is down"), done: Int = 0) -> [RouteState.Action] {
        state.on(.ended(.failed(failure, done: done)), at: moment)
    }

    /// How long until something is due.
    var wait: Duration? { state.deadline(at: moment).map { $0 - running } }

    mutating func nextCursor() -> Cursor {
        sequence += 1
        return Cursor("log.\(sequence)")
    }

    // MARK: Alarms

    static func document(_ name: String, _ severity: Severity, number: String? = nil, summary: String? = nil) -> JSONObject {
        [
            "name": .string(name), "severity": .string(severity.rawValue),
            "summary": .string(summary ?? "acme: \(name) of \(number ?? "acme")"),
            "since": .string(Sample.moment.description), "kind": "phone_number", "id": .string(number ?? "102290129340398"),
        ]
    }

    static func resource(_ name: String, _ severity: Severity, number: String? = nil) -> Resource {
        Resource(
            ResourceID(account: "acme", kind: .alarm, id: number.map { "\(name)/\($0)" } ?? name, phoneNumberID: number),
            confirmedAt: Sample.moment, changedAt: Sample.moment, document: document(name, severity, number: number))
    }

    mutating func change(
        _ operation: ChangeOperation, _ name: String, number: String? = nil, severity: Severity, before: JSONObject? = nil,
        after: JSONObject? = nil, summary: String = "said"
    ) -> Change {
        Change(
            ResourceID(account: "acme", kind: .alarm, id: number.map { "\(name)/\($0)" } ?? name, phoneNumberID: number),
            cursor: nextCursor(), sequence: sequence, observedAt: wall, operation: operation, origin: .poll, severity: severity,
            before: before, after: after, summary: summary)
    }

    mutating func begin(_ name: String, _ severity: Severity, number: String? = nil) -> [RouteState.Action] {
        let change = change(.added, name, number: number, severity: severity, after: Self.document(name, severity, number: number))
        return give(.change(change))
    }

    mutating func end(_ name: String, _ severity: Severity, number: String? = nil) -> [RouteState.Action] {
        let change = change(.removed, name, number: number, severity: .info, before: Self.document(name, severity, number: number))
        return give(.change(change))
    }

    /// From one severity to another: only that member is told.
    mutating func turn(_ name: String, _ old: Severity, _ new: Severity, number: String? = nil) -> [RouteState.Action] {
        let change = change(
            .changed, name, number: number, severity: new, before: ["severity": .string(old.rawValue)],
            after: ["severity": .string(new.rawValue)])
        return give(.change(change))
    }

    static let muteDocument: JSONObject = ["until": "2026-11-23T04:00:00.000Z", "by": "alice (1000)"]

    mutating func mute(_ name: String, number: String? = nil) -> [RouteState.Action] {
        let change = change(.changed, name, number: number, severity: .info, before: [:], after: ["muted": .object(Self.muteDocument)])
        return give(.change(change))
    }

    mutating func unmute(_ name: String, number: String? = nil) -> [RouteState.Action] {
        let change = change(.changed, name, number: number, severity: .info, before: ["muted": .object(Self.muteDocument)], after: [:])
        return give(.change(change))
    }
}

extension [RouteState.Action] {
    /// The one delivery among them.
    var parcel: Parcel? {
        let parcels = compactMap { if case .deliver(let parcel) = $0 { parcel } else { nil } }
        return parcels.count == 1 ? parcels[0] : nil
    }
    var message: NotificationMessage? { if case .message(let message)? = parcel?.content { message } else { nil } }
    var alerts: [AlarmAlert]? { if case .alerts(let alerts)? = parcel?.content { alerts } else { nil } }
    var events: [RoutedEvent]? { if case .events(let events)? = parcel?.content { events } else { nil } }
    var stored: [String] { compactMap { if case .store(let cursor) = $0 { cursor.text } else { nil } } }
    var notes: [RouteNote] { compactMap { if case .note(let note) = $0 { note } else { nil } } }
}
