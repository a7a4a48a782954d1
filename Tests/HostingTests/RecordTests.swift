import Hosting
import StrictJSON
import Testing

/// What stands in the buckets was written by others: of another release, or by hand.
@Suite struct RecordTests {
    @Test(
        arguments: [
            ["run": 1], [:], ["run": "a.1", "host": 7], ["run": "a.1", "host": .null], ["run": "a.1", "host": "a", "epoch": -1],
            ["run": "a.1", "host": "a", "epoch": 0], ["run": "a.1", "host": "a", "epoch": "7"],
        ] as [JSONObject])
    func leaseThatCannotBeRead_isNobodysNever(json: JSONObject) {
        #expect(throws: MemberError.self) { try LeaseRecord(json: json) }
    }

    @Test func records_comeBackAsTheyWereWritten() throws {
        for lease in [LeaseRecord(host: "a", run: "a.1", epoch: nil), LeaseRecord(host: nil, run: "a.1", epoch: 7)] {
            #expect(try LeaseRecord(json: lease.json) == lease)
        }
        let pending = LogHead.Pending(subject: "s", id: "acme.7.3", body: "{}", last: 2)
        for head in [
            LogHead(epoch: 7, sequence: 3, host: "a"), LogHead(epoch: 7, sequence: 3, host: "a", cursor: "l:e:3", pending: pending),
        ] { #expect(try LogHead(json: head.json) == head) }
    }

    /// A message that is read as none would be skipped, and a cursor that is read as none would be another baseline.
    @Test(
        arguments: [
            ("pending", "text"), ("pending", .null), ("pending", [:]), ("cursor", 7), ("epoch", -1), ("sequence", "3"), ("host", 1),
        ] as [(String, JSONValue)])
    func headThatCannotBeRead_isAnError(member: String, value: JSONValue) {
        var json = LogHead(epoch: 7, sequence: 3, host: "a", cursor: "l:e:3").json
        json[member] = value
        #expect(throws: MemberError.self) { try LogHead(json: json) }
    }
}
