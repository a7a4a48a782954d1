import Changes
import Foundation
import StrictJSON
import Systemd
import TestSupport
import Testing
import WhatsAppBusiness

@testable import Announcing
@testable import Ledger

@Suite(.inTurn) struct JournalEntryTests {
    private let number = ResourceID(account: "acme", kind: .phoneNumber, id: "107", phoneNumberID: "107")

    private func entry(_ change: DetectedChange, wabaID: String? = "102") -> [String: [String]] {
        let recorded = RecordedChange(sequence: 42, observedAt: Timestamp(milliseconds: 0), change: change)
        let entry = JournalEntry(recorded, cursor: LedgerCursor(ledger: "0123456789abcdef", sequence: 42), wabaID: wabaID)
        return Dictionary(entry.fields.map { ($0.name, [String(decoding: $0.value, as: UTF8.self)]) }, uniquingKeysWith: +)
    }

    private func change(_ fields: [String], before: JSONObject? = [:], after: JSONObject? = [:]) -> DetectedChange {
        DetectedChange(
            number, .changed, severity: .warning, fields: fields.compactMap { JSONPointer(parsing: $0) }, before: before, after: after,
            summary: "acme: something changed")
    }

    @Test func entry_ofAChange_hasEveryField() {
        let fields = entry(change(["/quality_rating", "/status"], before: ["status": "A"], after: ["status": "B"]))
        #expect(
            fields == [
                "MESSAGE": ["acme: something changed"], "MESSAGE_ID": ["3c7c1e55ca3e4001a9b7c655120c1e49"], "PRIORITY": ["4"],
                "SYSLOG_IDENTIFIER": ["wabawatchd"], "WABAWATCH_CURSOR": ["0123456789abcdef:42"], "WABAWATCH_SEQUENCE": ["42"],
                "WABAWATCH_ACCOUNT": ["acme"], "WABAWATCH_WABA_ID": ["102"], "WABAWATCH_KIND": ["phone_number"], "WABAWATCH_ID": ["107"],
                "WABAWATCH_PHONE_NUMBER_ID": ["107"], "WABAWATCH_OPERATION": ["changed"], "WABAWATCH_ORIGIN": ["poll"],
                "WABAWATCH_FIELD": ["/quality_rating", "/status"], "WABAWATCH_BEFORE": [#"{"status":"A"}"#],
                "WABAWATCH_AFTER": [#"{"status":"B"}"#], "WABAWATCH_FIELDS": ["/quality_rating /status"],
                "WABAWATCH_EVENT": [
                    #"{"account":"acme","after":{"status":"B"},"before":{"status":"A"},"cursor":"0123456789abcdef:42","#
                        + #""fields":["/quality_rating","/status"],"id":"107","kind":"phone_number","#
                        + #""observedAt":"1970-01-01T00:00:00.000Z","operation":"changed","origin":"poll","phoneNumberId":"107","#
                        + #""sequence":42,"severity":"warning","summary":"acme: something changed"}"#
                ],
            ])
    }

    /// Who splits the field at its spaces, and undoes the escapes, has the pointers again.
    @Test(arguments: [["/a b", "/c"], ["/a", "/b /c"], ["/a%20b", "/a b"], ["/a\nb", "/\t", "/\u{7F}"], ["/café ☕️", "/~1~0"]])
    func fields_inOne_canBeToldApart(fields: [String]) throws {
        let value = try #require(entry(change(fields))["WABAWATCH_FIELDS"]?.first)
        #expect(value.split(separator: " ").map { $0.removingPercentEncoding } == fields)
        #expect(value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F })
    }

    @Test func fields_inOne_areWhole_orLeftOutAndThatIsSaid() {
        let fields = (100..<200).map { "/\($0)" + String(repeating: "x", count: 96) }
        let entry = entry(change(fields))
        #expect(entry["WABAWATCH_FIELDS"] == [fields.prefix(81).joined(separator: " ")])
        #expect(entry["WABAWATCH_FIELD"] == fields && entry["WABAWATCH_TRUNCATED"] == ["1"])
    }

    /// `journalctl -o json` prints a longer value as null.
    @Test func event_isThere_upToItsLimit_andNeverCutOff() throws {
        func event(_ length: Int) -> String? {
            entry(change(["/about"], before: [:], after: ["about": .string(String(repeating: "x", count: length))]))["WABAWATCH_EVENT"]?
                .first
        }
        let short = try #require(event(1))
        let most = JournalEntry.longestEvent - short.utf8.count + 1
        #expect(event(most)?.utf8.count == 4_000)
        #expect(event(most + 1) == nil && event(100_000) == nil)
    }

    @Test func everyField_butThePointers_standsOnce() {
        let fields = entry(change(["/a", "/b"], before: ["a": 1], after: ["b": 1])).filter { $0.value.count > 1 }
        #expect(Set(fields.keys) == ["WABAWATCH_FIELD"])
    }

    @Test func entry_ofAnAction_saysWhoDidWhatAndWhatCameOfIt() {
        var record = ActionRecord(
            account: "acme", wabaID: "102", action: "qr_code", kind: .qrCode, id: "ABC", phoneNumberID: "107", actor: "alice (1000)",
            userID: 1000, deed: "delete qr_code ABC of 107", result: "done", isWhole: true)
        let fields = JournalEntry(record).fields.map { "\($0.name)=\(String(decoding: $0.value, as: UTF8.self))" }
        #expect(
            fields == [
                "MESSAGE=acme: alice (1000): delete qr_code ABC of 107: done", "MESSAGE_ID=8e4a1d5c7b2f4936b0d8f6e3a9c5712b", "PRIORITY=5",
                "SYSLOG_IDENTIFIER=wabawatchd", "WABAWATCH_ACCOUNT=acme", "WABAWATCH_WABA_ID=102", "WABAWATCH_KIND=qr_code",
                "WABAWATCH_ID=ABC", "WABAWATCH_PHONE_NUMBER_ID=107", "WABAWATCH_ORIGIN=command", "WABAWATCH_ACTOR_UID=1000",
                "WABAWATCH_ACTION=qr_code",
            ])
        record.isWhole = false
        #expect(record.priority == .warning)
    }

    /// Who caused it is told by number, as journald's own fields are.
    @Test(arguments: [("alice (1000)", "1000"), ("1000", "1000"), ("odd (name) (0)", "0"), ("alice", nil), ("alice (x)", nil)])
    func entry_ofACommand_saysWho(actor: String, uid: String?) {
        var change = change(["/status"])
        change.actor = actor
        #expect(entry(change)["WABAWATCH_ACTOR_UID"] == uid.map { [$0] })
    }

    @Test(arguments: Kind.allCases) func whatWasFoundAtFirst_isAClassOfItsOwn(kind: Kind) {
        let thing = ResourceID(account: "acme", kind: kind, id: "1")
        #expect(MessageID(of: DetectedChange(thing, .baseline, severity: .info, summary: "")) == .baseline)
        #expect(MessageID(of: DetectedChange(thing, .added, severity: .info, summary: "")) == MessageID(kind))
        #expect(MessageID(of: DetectedChange(thing, .reported, severity: .info, summary: "")) == .reported)
    }

    @Test func alarm_isAClassOfItsOwn_asUrgentAsItIs() {
        let alarm = ResourceID(account: "*", kind: .alarm, id: "blind")
        let fields = entry(DetectedChange(alarm, .added, severity: .critical, after: ["name": "blind"], summary: "blind"), wabaID: nil)
        #expect(fields["MESSAGE_ID"] == ["5f3d8d3f9a7b4a4e8f2d1c6b7e9a0d13"] && fields["PRIORITY"] == ["2"])
        #expect(fields["WABAWATCH_ACCOUNT"] == ["*"] && fields["WABAWATCH_KIND"] == ["alarm"] && fields["WABAWATCH_ID"] == ["blind"])
    }

    @Test(arguments: [
        (["/quality_rating"], MessageID.qualityRating), (["/quality_score/score", "/status"], .qualityRating),
        (["/status"], .phoneNumberStatus),
        (["/throughput/level"], .messagingLimit), (["/whatsapp_business_manager_messaging_limit"], .messagingLimit),
        (["/webhook_configuration/application"], MessageID(.subscribedApp)),
        (["/conversational_automation/prompts"], MessageID(.phoneNumberSettings)),
        (["/verified_name"], MessageID(.phoneNumber)), ([], MessageID(.phoneNumber)),
    ])
    func class_ofANumbersChange_followsTheWorstMember(fields: [String], id: MessageID) {
        #expect(MessageID(of: change(fields)) == id)
    }

    @Test func documents_thatAreTooLong_areCutBetweenCharacters_andThatIsSaid() {
        let long = JSONObject([("about", .string(String(repeating: "é", count: 40_000)))])
        let fields = entry(change(["/about"], before: ["about": "x"], after: long))
        #expect(fields["WABAWATCH_TRUNCATED"] == ["1"])
        let kept = fields["WABAWATCH_AFTER"]?.first ?? ""
        #expect(kept.utf8.count <= JournalEntry.longestDocument)
        #expect(kept.utf8.count > JournalEntry.longestDocument - 4)
        #expect(!kept.contains("\u{FFFD}"))
        #expect(fields["WABAWATCH_BEFORE"] == [#"{"about":"x"}"#])
    }

    /// journald takes what fits into a datagram without a file in memory, which the unit's sandbox refuses.
    @Test func entry_ofTheWorstChange_fitsIntoADatagram() {
        let long = JSONObject([("about", .string(String(repeating: "é", count: 400_000)))])
        let pointers = (0..<2_000).map { "/\($0)" + String(repeating: "x", count: 5_000) }
        var worst = change(pointers, before: long, after: long)
        worst.summary = String(repeating: "é", count: 100_000)
        let recorded = RecordedChange(sequence: .max, observedAt: Timestamp(milliseconds: 0), change: worst)
        let entry = JournalEntry(recorded, cursor: LedgerCursor(ledger: "0123456789abcdef", sequence: .max), wabaID: "102")
        // The protocol takes a line of the name, eight bytes of length and a line break for each field.
        let size = entry.fields.reduce(0) { $0 + $1.name.utf8.count + $1.value.count + 10 }
        #expect(size < 212_992 - 32)
        #expect(entry.fields.filter { $0.name == "WABAWATCH_FIELD" }.count == JournalEntry.mostFields)
        #expect(entry.fields.contains { $0.name == "WABAWATCH_TRUNCATED" })
    }
}
