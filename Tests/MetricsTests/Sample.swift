import StrictJSON
import WabaWatchInterface
import WhatsAppBusiness

@testable import Metrics

/// What a daemon of two accounts tells.
enum Sample {
    static let figures = DaemonFigures(
        perNumber: true, listen: nil, subscribers: 2, ledgerBytes: 4096,
        changes: [.init(["business_profile", "changed"], 3), .init(["phone_number", "baseline"], 1)],
        webhooks: [.init(["recorded"], 5), .init(["bad_signature"], 0)],
        accounts: [
            AccountFigures(
                account: "acme", callsLastHour: 92, callsPerHour: 100, requests: [.init(["success"], 91), .init(["transient"], 1)],
                lastSuccess: [
                    .init("account", at: Timestamp(milliseconds: 1_795_233_600_123)),
                    .init("phone_number", at: Timestamp(milliseconds: 1_795_233_601_000)),
                ]), AccountFigures(account: "b", callsLastHour: 0, callsPerHour: 50, requests: [.init(["success"], 0)], lastSuccess: []),
        ])

    static func number(
        _ id: String, account: String = "acme", status: String? = "CONNECTED", rating: String? = "GREEN", limit: String? = "TIER_10K",
        display: String = "+1 555-093-4873", name: String? = "Acme"
    ) -> Resource {
        var document: JSONObject = ["id": .string(id), "display_phone_number": .string(display), "throughput": ["level": "STANDARD"]]
        document["status"] = status.map(JSONValue.string)
        document["quality_rating"] = rating.map(JSONValue.string)
        document["verified_name"] = name.map(JSONValue.string)
        document["whatsapp_business_manager_messaging_limit"] = limit.map(JSONValue.string)
        return Resource(
            ResourceID(account: account, kind: .phoneNumber, id: id, phoneNumberID: id), confirmedAt: moment, changedAt: moment,
            document: document)
    }

    static func alarm(_ name: String, of number: String?, account: String = "acme", severity: String = "warning", muted: JSONObject? = nil)
        -> Resource
    {
        var document: JSONObject = ["name": .string(name), "severity": .string(severity), "summary": "something is wrong"]
        document["muted"] = muted.map(JSONValue.object)
        let id = ([name] + [number].compactMap(\.self)).joined(separator: "/")
        return Resource(
            ResourceID(account: account, kind: .alarm, id: id, phoneNumberID: number), confirmedAt: moment, changedAt: moment,
            document: document)
    }

    static func change(
        _ thing: Resource, _ operation: ChangeOperation, _ fields: [String] = [], before: JSONObject? = nil, after: JSONObject? = nil
    ) -> Change {
        Change(
            thing.resourceID, cursor: Cursor("a:1"), sequence: 1, observedAt: moment, operation: operation, origin: .poll,
            severity: .notice, fields: fields.compactMap { JSONPointer(parsing: $0) }, before: before, after: after, summary: "a change")
    }

    static let moment = Timestamp(milliseconds: 1_795_233_600_000)

    static func state(_ things: Resource...) -> MetricsState {
        var state = MetricsState()
        for thing in things { state.take(thing) }
        return state
    }

    static func text(_ state: MetricsState, _ figures: DaemonFigures = figures, as format: MetricsFormat = .openMetrics) -> String {
        String(decoding: MetricsText(figures, state, as: format).whole, as: UTF8.self)
    }

    /// The lines of one family in a text, comments left out.
    static func lines(_ family: MetricsFamily, _ state: MetricsState, _ figures: DaemonFigures = figures) -> [String] {
        text(state, figures).split(separator: "\n").map(String.init).filter { $0.prefix { $0 != "{" && $0 != " " } == family.rawValue }
    }
}

/// A state that an expectation may change.
final class Followed {
    private(set) var state: MetricsState

    init(_ things: Resource...) {
        state = MetricsState()
        for thing in things { state.take(thing) }
    }

    func take(_ change: Change) -> Bool { state.take(change) }
    var alarmCounts: [(key: MetricsState.AlarmClass, value: Int)] { state.alarmCounts }
    var numberCount: Int { state.numberCount }
}
