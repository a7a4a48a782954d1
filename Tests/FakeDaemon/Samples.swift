public import StrictJSON
public import WabaWatchInterface
public import WhatsAppBusiness

/// A business of three numbers, of which one has fallen and one is gone.
public enum Sample {
    /// Saturday, 2026-11-21 04:00:00 UTC.
    public static let moment = Timestamp(milliseconds: 1_795_233_600_000)

    static func ago(_ seconds: Int) -> Timestamp { moment.advanced(by: .seconds(-seconds)) }

    /// A phone number of the account acme.
    public static func number(_ id: String, _ display: String, _ name: String, status: String, rating: String, limit: String, changed: Int)
        -> Resource
    {
        Resource(
            ResourceID(account: "acme", kind: .phoneNumber, id: id, phoneNumberID: id), confirmedAt: ago(20), changedAt: ago(changed),
            document: [
                "id": .string(id), "display_phone_number": .string(display), "verified_name": .string(name), "status": .string(status),
                "quality_rating": .string(rating), "whatsapp_business_manager_messaging_limit": .string("TIER_" + limit),
                "throughput": ["level": "STANDARD"],
            ])
    }

    /// Everything that is watched.
    public static let resources: [Resource] = [
        Resource(
            ResourceID(account: "acme", kind: .account, id: "102290129340398"), confirmedAt: ago(60), changedAt: ago(400_000),
            document: [
                "id": "102290129340398", "name": "Acme Hardware", "status": "ACTIVE",
                "health_status": ["can_send_message": "LIMITED"],
            ]),
        number("107878721936019", "+1 555-093-4873", "Acme Support", status: "CONNECTED", rating: "YELLOW", limit: "10K", changed: 7500),
        number("106540352242922", "+1 555-078-3881", "Acme", status: "CONNECTED", rating: "GREEN", limit: "UNLIMITED", changed: 900_000),
        number(
            "105954558954427", "+49 1511 2345678", "Acme Überland 配送", status: "DISCONNECTED", rating: "GREEN", limit: "1K", changed: 95),
        Resource(
            ResourceID(account: "acme", kind: .blockedUser, id: "16505551234", phoneNumberID: "107878721936019"), confirmedAt: ago(60),
            changedAt: ago(60), document: ["wa_id": "16505551234"]),
    ]

    /// The daemon's status.
    public static let status = Status(
        version: "0.1.0", startedAt: ago(7380), cursor: Cursor("fake.0"), oldestCursor: Cursor("fake.0"), subscribers: 2,
        watches: [
            WatchStatus(
                account: "acme", kind: .phoneNumber, state: OpenEnum(.current), since: ago(7300), everyMilliseconds: 60_000,
                lastSuccessAt: ago(20),
                nextAt: ago(-40)),
            WatchStatus(
                account: "acme", kind: .account, state: OpenEnum(.current), since: ago(7300), everyMilliseconds: 300_000,
                lastSuccessAt: ago(60),
                nextAt: ago(-240)),
            WatchStatus(
                account: "acme", kind: .blockedUser, phoneNumberID: "107878721936019", state: OpenEnum(.late),
                reason: "the request budget is used up", since: ago(1900), everyMilliseconds: 900_000, lastSuccessAt: ago(2800),
                nextAt: ago(-190),
                failures: 0),
        ],
        budgets: [Budget(account: "acme", callsLastHour: 92, callsPerHour: 100, usagePercent: 41)])

    /// An alarm of the account acme, or of all accounts.
    public static func alarm(
        _ id: String, _ severity: Severity, _ summary: String, number: String? = nil, account: String = "acme", thing: String? = nil,
        flaps: Int? = nil, muted: JSONObject? = nil, since: Int = 7500
    ) -> Resource {
        var document: JSONObject = [
            "name": .string(String(id.prefix { $0 != "/" })), "severity": .string(severity.rawValue), "summary": .string(summary),
            "since": .string(ago(since).description), "kind": "phone_number",
        ]
        document["id"] = (thing ?? number).map(JSONValue.string)
        document["flaps"] = flaps.map { .integer($0) }
        document["muted"] = muted.map(JSONValue.object)
        return Resource(
            ResourceID(account: account, kind: .alarm, id: id, phoneNumberID: number), confirmedAt: ago(20), changedAt: ago(since),
            document: document)
    }

    /// What is wrong with what is watched: the rating is known of, and muted until the evening.
    public static let alarms: [Resource] = [
        alarm(
            "quality/107878721936019", .warning, "acme: quality rating of +1 555-093-4873 (107878721936019) is YELLOW",
            number: "107878721936019", flaps: 3,
            muted: [
                "until": .string(ago(-50_000).description), "by": "alice (1000)",
                "reason": "known, ticket 4711: the spring campaign went to people who had not asked for it",
            ]),
        alarm("budget", .warning, "acme: polls are late, for the request budget is used up", since: 1900),
        alarm(
            "number_down/105954558954427", .critical, "acme: +49 1511 2345678 (105954558954427) is DISCONNECTED and sends nothing",
            number: "105954558954427", since: 95),
        alarm("blind", .critical, "Meta cannot be reached: no route to host", account: "*", thing: "connection", since: 61),
    ]

    /// How the numbers came, each when it changed last.
    public static var arrivals: [Change] {
        resources.filter { $0.kind == .phoneNumber }.map { number in
            Change(
                number.resourceID, cursor: Cursor("fake.0"), sequence: 1, observedAt: number.changedAt, operation: .added, origin: .poll,
                severity: .info, fields: [], before: nil, after: number.document, summary: "acme: a phone number was added")
        }
    }

    /// What a webhook reported of the account acme: `{"field": …, "value": …}`.
    public static func reported(_ report: JSONObject, _ sequence: Int, _ cursor: Cursor) -> Change {
        Change(
            ResourceID(account: "acme", kind: .account, id: "102290129340398"), cursor: cursor, sequence: sequence, observedAt: moment,
            operation: .reported, origin: .webhook, severity: .critical, fields: [], before: nil, after: report,
            summary: "acme: a webhook reported something")
    }

    /// A rating that falls.
    public static func fall(_ sequence: Int, _ cursor: Cursor) -> Change {
        Change(
            ResourceID(account: "acme", kind: .phoneNumber, id: "107878721936019", phoneNumberID: "107878721936019"), cursor: cursor,
            sequence: sequence, observedAt: ago(7500 - sequence), operation: .changed, origin: .poll, severity: .warning,
            fields: [JSONPointer(["quality_rating"])], before: ["quality_rating": "GREEN"], after: ["quality_rating": "YELLOW"],
            summary: "acme: quality rating of +1 555-093-4873 (107878721936019) fell from GREEN to YELLOW")
    }
}
