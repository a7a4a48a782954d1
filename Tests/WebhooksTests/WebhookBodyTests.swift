import Changes
import Foundation
import StrictJSON
import Testing
import WhatsAppBusiness

@testable import Webhooks

/// What a webhook's body says, whatever of it is missing, of another type or unknown.
@Suite struct WebhookBodyTests {
    static let subject = ReportSubject(
        account: "acme", wabaID: "102290129340398", phoneNumberID: "106540352242922", displayNumber: "+1 555-078-3881")

    /// What is recorded of every webhook that there is a recording of, in words. `WABAWATCH_RECORD=1` writes it anew.
    @Test func everyRecordedWebhook_saysWhatStandsInTheGoldenFile() throws {
        var lines: [String] = []
        for webhook in RecordedWebhook.all {
            let body = try WebhookBody(parsing: webhook.bytes)
            lines.append("\(webhook): \(body.reports.count) reported, \(body.ignored) ignored, unknown \(body.unknownFields)")
            for report in body.reports {
                let isOfNumber = report.names.digits != nil || report.names.phoneNumberID != nil
                var subject = Self.subject
                if !isOfNumber { (subject.phoneNumberID, subject.displayNumber) = (nil, nil) }
                let change = report.change(about: subject)
                let hint = report.hint(about: subject)
                lines.append("  \(change.severity) \(change.resource.kind) \(change.resource.id): \(change.summary)")
                let names = "\(report.names.accountIDs) \(report.names.digits ?? "-") \(report.names.templateID ?? "-")"
                lines.append("  names \(names), polls \(hint.kinds.map(\.rawValue))")
                #expect(change.operation == .reported && change.origin == .webhook && change.fields.isEmpty && change.before == nil)
                #expect(change.after?["field"] == .string(report.field.rawValue))
            }
        }
        let text = lines.map { $0 + "\n" }.joined()
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/recorded.txt")
        if ProcessInfo.processInfo.environment["WABAWATCH_RECORD"] == "1" {
            try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            return try text.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(try text == String(contentsOf: file, encoding: .utf8))
    }

    @Test func everyManagementField_isRecorded_asItCame() throws {
        #expect(Set(RecordedWebhook.all.flatMap { try! WebhookBody(parsing: $0.bytes).reports }.map(\.field)) == Set(WebhookField.allCases))
        for webhook in RecordedWebhook.all {
            let changes = (webhook.body["entry"]?.array ?? []).flatMap { $0["changes"]?.array ?? [] }
            let managed = changes.filter { $0["field"]?.string.flatMap { WebhookField(rawValue: $0) } != nil }
            #expect(try WebhookBody(parsing: webhook.bytes).reports.map(\.value) == managed.compactMap { $0["value"] }, "\(webhook)")
        }
    }

    @Test func allInOneBody_isWhatEachSaysByItself_inOrder() throws {
        let alone = try RecordedWebhook.all.map { try WebhookBody(parsing: $0.bytes) }
        let together = try WebhookBody(parsing: RecordedWebhook.batch.bytes)
        #expect(together.reports == alone.flatMap(\.reports))
        #expect(together.ignored == alone.map(\.ignored).reduce(0, +))
    }

    /// Each member at every depth in turn is left out, of another type, or joined by one that nobody knows: what it stands in is still recorded, and nothing
    /// else changes.
    @Test func oneMemberWrong_costsNothingElse() throws {
        let other = try WebhookBody(parsing: Self.violation.bytes).reports
        for webhook in RecordedWebhook.all {
            let entries = webhook.body["entry"]?.array ?? []
            for (place, variant) in entries.enumerated().flatMap({ index, entry in entry.variants.map { (index, $0) } }) {
                var changed = entries
                changed[place] = variant
                let body: JSONValue = [
                    "object": "whatsapp_business_account", "entry": .array(changed + (Self.violation["entry"]?.array ?? [])),
                ]
                let read = try WebhookBody(parsing: body.bytes)
                #expect(Array(read.reports.suffix(1)) == other)
                for report in read.reports {
                    let change = report.change(about: Self.subject)
                    #expect(change.summary.utf8.count < 2000 && !change.summary.contains("\n"))
                    #expect(change.after?["value"] == report.value)
                }
            }
        }
    }

    private static let violation: JSONValue = [
        "object": "whatsapp_business_account",
        "entry": [["id": "7", "time": 1, "changes": [["field": "account_update", "value": ["event": "ACCOUNT_VIOLATION"]]]]],
    ]

    @Test func messages_andWhatIsNoManagementField_areLeftUnread_andUnknownNamesTold() throws {
        let body = try WebhookBody(
            parsing: #"""
                {"object":"whatsapp_business_account","entry":[7,null,{"id":"1"},{"id":"1","changes":7},{"id":"1","changes":[
                  {"field":"messages","value":{"from":"49151"}},{"field":"MESSAGES"},{"field":"brand_new","value":1},{"field":"brand_new"},
                  {"value":1},{"field":7},7,null,{"field":"ACCOUNT_REVIEW_UPDATE","value":{"decision":"APPROVED"}}]}]}
                """#.utf8.map { $0 })
        #expect(body.reports.map(\.field) == [.accountReviewUpdate] && body.ignored == 8 && body.unknownFields == ["brand_new"])
        let many = JSONValue.array((0..<100).map { ["field": .string("new_\($0)_" + String(repeating: "é", count: 100))] })
        let told = try WebhookBody(parsing: JSONValue.object(["entry": [["changes": many]]]).bytes)
        #expect(told.unknownFields.count == WebhookBody.mostUnknownFields && told.ignored == 100)
        #expect(told.unknownFields.allSatisfy { $0.utf8.count <= WebhookBody.longestFieldName + 3 })
    }

    @Test func anotherProductsWebhook_isIgnored() throws {
        let page: JSONValue = ["object": "page", "entry": [["id": "7", "changes": [["field": "security", "value": [:]]]]]]
        let body = try WebhookBody(parsing: page.bytes)
        #expect(body.reports.isEmpty && body.ignored == 1 && body.unknownFields.isEmpty)
    }

    @Test func bodyOverItsBounds_isRefusedWithAReason() throws {
        func error(_ text: String) -> WebhookBodyError? {
            do throws(WebhookBodyError) {
                _ = try WebhookBody(parsing: Array(text.utf8))
                return nil
            } catch { return error }
        }
        #expect(error("") != nil && error("{") != nil && error("[]") == .noObject(found: "an array") && error("{}") == nil)
        func changes(_ count: Int) -> String {
            #"{"entry":[{"changes":["# + repeatElement("{}", count: count).joined(separator: ",") + "]}]}"
        }
        #expect(error(changes(WebhookBody.mostChanges)) == nil)
        #expect(error(changes(WebhookBody.mostChanges + 1)) == .tooManyChanges(WebhookBody.mostChanges))
        let deep = String(repeating: "[", count: 33) + String(repeating: "]", count: 33)
        #expect(error(#"{"entry":\#(deep)}"#) != nil)
        #expect(error("{}" + String(repeating: " ", count: 3 << 20)) != nil)
    }

    /// Repeats are the same, whatever order members stand in; anything else is another.
    @Test func digest_isOfEntryTimeFieldAndValue() throws {
        func digest(_ id: String = "\"1\"", _ time: String = "2", _ field: String = "security", _ value: String = #"{"a":1,"b":2}"#) throws
            -> WebhookDigest
        {
            let text = #"{"entry":[{"id":\#(id),"time":\#(time),"changes":[{"field":"\#(field)","value":\#(value)}]}]}"#
            return try #require(WebhookBody(parsing: Array(text.utf8)).reports.first).digest
        }
        let one = try digest()
        #expect(one.bytes.count == 32)
        #expect(try digest("\"1\"", "2", "security", #"{ "b": 2, "a": 1 }"#) == one)
        #expect(try digest("\"2\"") != one && digest("\"1\"", "3") != one)
        #expect(try digest("\"1\"", "2", "account_alerts") != one && digest("\"1\"", "2", "security", #"{"a":1,"b":3}"#) != one)
        // What is kept of two secrets is the same; what they are told apart by is not.
        #expect(
            try digest("\"1\"", "2", "security", #"{"a_token":"x"}"#) != digest("\"1\"", "2", "security", #"{"a_token":"y"}"#))
    }

    @Test func memberThatHoldsASecret_isNotKept() throws {
        let value = #"{"calling":{"sip":{"servers":[{"hostname":"h","sip_user_password":"hunter2"}]}},"verify_token":"hunter2"}"#
        let text = #"{"entry":[{"id":"1","changes":[{"field":"account_settings_update","value":\#(value)}]}]}"#
        let report = try #require(WebhookBody(parsing: Array(text.utf8)).reports.first)
        #expect(!report.value.description.contains("hunter2") && report.value.description.contains("\"hostname\":\"h\""))
    }

    @Test func names_areTheEntrysTheAccountsAndTheNumbers() throws {
        func names(_ value: String, _ id: String = "\"0\"") throws -> ReportNames {
            let text = #"{"entry":[{"id":\#(id),"changes":[{"field":"account_update","value":\#(value)}]}]}"#
            return try #require(WebhookBody(parsing: Array(text.utf8)).reports.first).names
        }
        let ofPartner = try names(#"{"waba_info":{"waba_id":980198427658004}}"#, "2949482758682047")
        #expect(ofPartner.accountIDs == ["2949482758682047", "980198427658004"])
        #expect(try names(#"{"phone_number":"+1 (555) 078-3881"}"#).digits == "15550783881")
        #expect(try names(#"{"phone_number":"PN","display_phone_number":15550783881}"#).digits == "15550783881")
        #expect(try names(#"{"phone_number":"\#(String(repeating: "1", count: 21))"}"#).digits == nil)
        #expect(try names(#"{"waba_info":[],"phone_number":{}}"#, "null") == names("7", "[]"))
        #expect(try names(#"{"entity_type":"PHONE_NUMBER","entity_id":"5"}"#).phoneNumberID == "5")
        #expect(try names(#"{"entity_type":"BUSINESS","entity_id":"5"}"#).phoneNumberID == nil)
        #expect(try names("{}", "\"\(String(repeating: "1", count: 65))\"").accountIDs.isEmpty)
    }
}

extension JSONValue {
    /// This value with one member, at any depth, missing, of another type or joined by an unknown one.
    fileprivate var variants: [JSONValue] {
        switch self {
        case .object(let object):
            var variants: [JSONValue] = []
            for member in object {
                for other: JSONValue? in [nil, .null, 7, "x\ny", true, [[7]], ["a": ["b": 7]]] {
                    var changed = object
                    changed[member.name] = other
                    variants.append(.object(changed))
                }
                for other in member.value.variants {
                    var changed = object
                    changed[member.name] = other
                    variants.append(.object(changed))
                }
            }
            var joined = object
            joined["of_a_later_version"] = ["a": [1]]
            return variants + [.object(joined)]
        case .array(let elements):
            return elements.indices.flatMap { index in
                (elements[index].variants + [7, .null]).map { other in
                    var changed = elements
                    changed[index] = other
                    return .array(changed)
                }
            }
        default: return []
        }
    }
}
