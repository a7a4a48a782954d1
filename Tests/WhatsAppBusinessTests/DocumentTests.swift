import StrictJSON
import Testing
import WhatsAppBusiness

@Suite struct DocumentTests {
    @Test func phoneNumber_withUnknownMembersAndValues_keepsThem() throws {
        let json = try JSONValue(
            parsing: #"{"id":"1","quality_rating":"PURPLE","status":"CONNECTED","future":{"a":[1.0]},"username":null}"#)
        let number = try BusinessPhoneNumber(json)
        #expect(JSONValue.object(number.json) == json)
        #expect(number.qualityRating?.known == nil)
        #expect(number.qualityRating?.rawText == "PURPLE")
        #expect(number.status?.known == .connected)
    }

    @Test func member_ofWrongType_isNamed() throws {
        let json = try JSONValue(parsing: #"{"throughput":{"level":7}}"#)
        #expect { try BusinessPhoneNumber(json) } throws: {
            "\($0)" == "/throughput/level should be a string and is a number"
        }
    }

    @Test func enum_inAnyLetterCase_isKnown() {
        #expect(OpenEnum<QualityRating>("green").known == .green)
        #expect(OpenEnum<QualityRating>("green").rawText == "green")
    }

    @Test(arguments: ["2026-11-21T04:14:00.007Z", "1969-12-31T23:59:59.999Z", "1970-01-01T00:00:00.000Z"])
    func timestamp_comesOutAsItWent(text: String) {
        #expect(Timestamp(parsing: text)?.description == text)
    }

    @Test func timestamp_withOffsetOrWithoutFraction_isRead() {
        #expect(Timestamp(parsing: "2026-11-21T05:14:00+01:00")?.description == "2026-11-21T04:14:00.000Z")
        #expect(Timestamp(parsing: "yesterday") == nil)
    }
}
