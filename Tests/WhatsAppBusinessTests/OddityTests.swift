import StrictJSON
import Testing
import WhatsAppBusiness

/// Members of another type than expected are found, each by its name, and refuse nothing.
@Suite struct OddityTests {
    private func oddities(_ text: String, _ type: any Document.Type = BusinessPhoneNumber.self, most: Int = 16) throws -> [String] {
        try type.shape.oddities(in: JSONValue(parsing: text), most: most).map {
            "\($0.path.joined(separator: "/")): \($0.found), not \($0.expected)"
        }
    }

    @Test(arguments: [
        (#"{"webhook_configuration":[]}"#, ["webhook_configuration: an array, not an object"]),
        (#"{"throughput":"STANDARD"}"#, ["throughput: a string, not an object"]),
        (#"{"is_pin_enabled":"true","status":7}"#, ["is_pin_enabled: a string, not a boolean", "status: a number, not a string"]),
        (
            #"{"health_status":{"entities":[{"errors":[{"error_code":"141006"},{"error_code":"141007"}]},{"errors":[{"error_code":"1"}]}]}}"#,
            ["health_status/entities/errors/error_code: a string, not a whole number of at most 64 bits"]
        ),
        (
            #"{"conversational_automation":{"prompts":["a",7,"b",null,true]}}"#,
            ["conversational_automation/prompts: a number, not a string", "conversational_automation/prompts: a boolean, not a string"]
        ),
        (#"{"id":1.5}"#, ["id: a number, not an id"]), (#"{"id":7,"future":[{}],"username":null,"quality_score":{}}"#, []),
        (#"[]"#, [": an array, not an object"]),
    ])
    func member_ofAnotherType_isNamed(text: String, expected: [String]) throws { #expect(try oddities(text) == expected) }

    @Test func oddities_areAsMany_asAreAskedFor() throws {
        #expect(try oddities(#"{"id":[],"status":1,"throughput":1,"username":2}"#, most: 2).count == 2)
    }

    /// What has no oddity has the shape, and the other way round.
    @Test(arguments: [#"{"about":1}"#, #"{"websites":{}}"#, #"{"websites":[1]}"#, #"{"about":"x","websites":["y"]}"#, #"{}"#])
    func shape_andOddities_agree(text: String) throws {
        let isRight = (try? BusinessProfile(JSONValue(parsing: text))) != nil
        #expect(try oddities(text, BusinessProfile.self).isEmpty == isRight)
    }
}
