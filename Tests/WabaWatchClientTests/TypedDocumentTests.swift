import FakeDaemon
import StrictJSON
import Testing
import WabaWatchClient
import WabaWatchInterface
import WhatsAppBusiness

/// Typed views of documents in which something is of another type than expected.
@Suite struct TypedDocumentTests {
    /// Odd members, beside a rating and a flag that are as they should be.
    static let documents = [
        #"{"throughput":"STANDARD","quality_rating":"RED","is_pin_enabled":true}"#,
        #"{"status":7,"throughput":[1],"health_status":"x","quality_rating":"RED","is_pin_enabled":true}"#,
        #"{"id":1.5,"quality_score":[7],"status":{"a":1},"quality_rating":"RED","is_pin_enabled":true}"#,
        #"{"throughput":{"level":7},"quality_rating":"RED","is_pin_enabled":true}"#,
    ]

    private func check(_ number: BusinessPhoneNumber?) {
        #expect(number?.qualityRating?.known == .red)
        #expect(number?.isPINEnabled == true)
        #expect([number?.id, number?.status?.rawText, number?.throughput?.rawText] == [nil, nil, nil])
        #expect([number?.healthStatus?.json, number?.qualityScore?.json] == [nil, nil])
    }

    @Test(arguments: documents) func resource_withOddMembers_hasTheOthers(text: String) throws {
        let json = try #require(try JSONValue(parsing: text).object)
        var resource = try #require(Sample.resources.first { $0.kind == .phoneNumber })
        resource.document = json
        check(resource.document(as: BusinessPhoneNumber.self))
        #expect(resource.document(as: BusinessPhoneNumber.self).json == json, "nothing is lost")
    }

    @Test(arguments: documents) func change_withOddMembers_hasTheOthers(text: String) throws {
        let json = try #require(try JSONValue(parsing: text).object)
        var change = Sample.fall(1, Cursor("c"))
        change.before = json
        change.after = nil
        check(change.before(as: BusinessPhoneNumber.self))
        #expect(change.after(as: BusinessPhoneNumber.self) == nil)
        change.before = nil
        change.after = json
        #expect(change.before(as: BusinessPhoneNumber.self) == nil)
        check(change.after(as: BusinessPhoneNumber.self))
    }

    /// Oddities inside of a part leave the part's other members, and its other elements.
    @Test func part_withOddMembers_hasTheOthers() throws {
        let entities = #"[7,{"id":"1","errors":[{"error_code":"x"}],"entity_type":false}]"#
        let text = #"{"health_status":{"can_send_message":"LIMITED","entities":\#(entities)}}"#
        var resource = try #require(Sample.resources.first { $0.kind == .phoneNumber })
        resource.document = try #require(try JSONValue(parsing: text).object)
        let health = try #require(resource.document(as: BusinessPhoneNumber.self).healthStatus)
        #expect(health.canSendMessage?.known == .limited)
        #expect(health.entities?.map(\.id) == ["1"])
        #expect(health.entities?.first?.entityType == nil)
        #expect(health.entities?.first?.errors?.map(\.errorCode) == [nil])
    }
}
