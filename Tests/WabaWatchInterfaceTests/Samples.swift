import StrictJSON
import WabaWatchInterface
import WhatsAppBusiness

enum Sample {
    static let number = ResourceID(account: "acme", kind: .phoneNumber, id: "107878721936019", phoneNumberID: "107878721936019")
    static let account = ResourceID(account: "acme", kind: .account, id: "102290129340398")
    static let moment = Timestamp(milliseconds: 1_795_233_601_250)

    static func change(
        _ id: ResourceID = number, operation: ChangeOperation = .changed, severity: Severity = .warning,
        fields: [[String]] = [["quality_rating"]]
    ) -> Change {
        Change(
            id, cursor: Cursor("c.7"), sequence: 7, observedAt: moment, operation: operation, origin: .poll, severity: severity,
            fields: fields.map { JSONPointer($0) }, before: ["quality_rating": "GREEN"], after: ["quality_rating": "YELLOW"],
            summary: "acme: quality rating of +1 555-093-4873 (107878721936019) fell from GREEN to YELLOW")
    }

    /// A change with every member.
    static var commandedChange: Change {
        var change = change()
        (change.transaction, change.actor, change.origin) = (6, "alice \"é\" (1000)", OpenEnum(.command))
        return change
    }

    static let resource = Resource(
        number, confirmedAt: moment, changedAt: moment, document: ["id": "107878721936019", "future": [1, .null]])
}
