import Changes
import StrictJSON
import Testing
import WhatsAppBusiness

/// "What is the same is no change", member by member. What goes through a whole comparison is in `SameDocumentTests`.
@Suite struct SamenessTests {
    /// One member in two forms.
    struct Pair: Sendable, CustomTestStringConvertible {
        var kind: Kind
        var pointer: String
        var left: String
        var right: String
        var testDescription: String { "\(kind) \(pointer): \(left) \(right)" }

        init(_ kind: Kind, _ pointer: String, _ left: String, _ right: String) {
            (self.kind, self.pointer, self.left, self.right) = (kind, pointer, left, right)
        }

        func isSame() throws -> Bool {
            func value(_ text: String) throws -> JSONValue? { text.isEmpty ? nil : try JSONValue(parsing: text) }
            let pointer = try #require(JSONPointer(parsing: pointer))
            let sameness = Rules.of(kind).sameness
            let forth = sameness.isSame(try value(left), try value(right), at: pointer)
            #expect(sameness.isSame(try value(right), try value(left), at: pointer) == forth, "the order of the two does not matter")
            return forth
        }
    }

    static let same = [
        // Nothings, everywhere; the empty text here stands for a member that is missing.
        Pair(.phoneNumber, "/webhook_configuration", "", "{}"), Pair(.account, "/owner_business_info", "null", "{}"),
        Pair(.businessProfile, "/websites", "[]", ""), Pair(.phoneNumberSettings, "/calling", #"{"sip":{"servers":[]}}"#, "null"),
        Pair(.phoneNumber, "/conversational_automation", #"{"prompts":[],"commands":null}"#, "{}"),
        Pair(.phoneNumber, "/something_of_tomorrow", #"{"a":{"b":{"c":null}}}"#, ""), Pair(.messageTemplate, "/quality_score", "[]", "{}"),
        // Ids, codes and counts, as long as they may be.
        Pair(.account, "/id", #""102290129340398""#, "102290129340398"), Pair(.account, "/timezone_id", "138", #""138""#),
        Pair(.account, "/owner_business_info/id", #""27290634905860051""#, "27290634905860051"),
        Pair(.account, "/primary_funding_id", #""123456789012345678901234567890""#, "123456789012345678901234567890"),
        Pair(.phoneNumber, "/country_dial_code", "49", #""49""#), Pair(.qrCode, "/code", #""12345678901234""#, "12345678901234"),
        Pair(.phoneNumberSettings, "/storage_configuration/retention_minutes", "60", #""60""#),
        Pair(.phoneNumberSettings, "/calling/sip/servers", #"[{"port":5061}]"#, #"[{"port":"5061"}]"#),
        Pair(.commerceSettings, "/id", "7.27705352028726e14", #""727705352028726""#), Pair(.account, "/creation_count", "1.0", "1"),
        // Enums, known or not, at any depth.
        Pair(.businessProfile, "/vertical", #""EDU""#, #""Edu""#),
        Pair(.businessProfile, "/vertical", #""SPACE_MINING""#, #""space_mining""#),
        Pair(.phoneNumber, "/quality_rating", #""GREEN""#, #""Green""#), Pair(.phoneNumber, "/quality_score/score", #""red""#, #""RED""#),
        Pair(.phoneNumber, "/throughput/level", #""High""#, #""HIGH""#), Pair(.phoneNumber, "/status", #""connected""#, #""CONNECTED""#),
        Pair(.phoneNumber, "/whatsapp_business_manager_messaging_limit", #""tier_2k""#, #""TIER_2K""#),
        Pair(.phoneNumber, "/eligibility_for_api_business_global_search", #""Non_Eligible""#, #""NON_ELIGIBLE""#),
        Pair(.account, "/business_verification_status", #""verified""#, #""VERIFIED""#), Pair(.account, "/currency", #""usd""#, #""USD""#),
        Pair(.phoneNumberSettings, "/calling/voicemail/status", #""enabled""#, #""ENABLED""#),
        Pair(.phoneNumberSettings, "/calling/call_icons/restrict_to_user_countries", #"["us","br"]"#, #"["US","BR"]"#),
        Pair(
            .phoneNumberSettings, "/calling/call_hours/weekly_operating_hours", #"[{"day_of_week":"Monday"}]"#,
            #"[{"day_of_week":"MONDAY"}]"#),
        Pair(.messageTemplate, "/rejected_reason", #""none""#, #""NONE""#),
        Pair(.messageTemplate, "/category", #""Utility""#, #""UTILITY""#),
        Pair(.messageTemplate, "/language", #""en_us""#, #""en_US""#),
        // Times.
        Pair(.phoneNumber, "/last_onboarded_time", #""2023-08-31T19:05:53+0000""#, #""2023-08-31T19:05:53Z""#),
        Pair(.phoneNumber, "/last_onboarded_time", #""2023-08-31T19:05:53+00:00""#, #""2023-08-31t19:05:53z""#),
        Pair(.phoneNumber, "/last_onboarded_time", #""2023-08-31T21:05:53+0200""#, #""2023-08-31T13:35:53-05:30""#),
        Pair(.phoneNumber, "/last_onboarded_time", #""2023-08-31T19:05:53.000Z""#, "1693508753"),
        Pair(.phoneNumber, "/last_onboarded_time", #""2023-08-31T19:05:53.250+0000""#, "1693508753250"),
        Pair(.phoneNumber, "/last_onboarded_time", #""1693508753""#, #""2023-08-31 19:05:53""#),
        Pair(.phoneNumber, "/last_onboarded_time", #""2024-03-01T00:30:00+0100""#, #""2024-02-29T23:30:00Z""#),
        Pair(.account, "/creation_time", "1704067200", #""2024-01-01T00:00:00Z""#),
        Pair(.account, "/reviewed", #""2024-01-01T00:00:00+0000""#, #""2024-01-01T00:00:00Z""#),
        // Addresses that are signed anew.
        Pair(
            .businessProfile, "/profile_picture_url", #""https://pps.whatsapp.net/v/t61/1_n.jpg?oh=1""#,
            #""https://media-gru1-2.cdn.whatsapp.net/v/t61/1_n.jpg?oh=2&oe=3""#),
        Pair(.businessProfile, "/profile_picture_url", #""pps.whatsapp.net/v/t61/1_n.jpg""#, #""/v/t61/1_n.jpg""#),
        // What changes by itself.
        Pair(.messageTemplate, "/quality_score", #"{"score":"GREEN","date":1}"#, #"{"score":"GREEN","date":2}"#),
        Pair(.phoneNumber, "/quality_score", #"{"score":"GREEN","date":1}"#, #"{"score":"GREEN"}"#),
        Pair(.phoneNumber, "/certificate", #""one""#, ""),
        // Health.
        Pair(
            .phoneNumber, "/health_status",
            #"{"can_send_message":"BLOCKED","entities":[{"entity_type":"APP","id":"1","can_send_message":"AVAILABLE"},{"entity_type":"WABA","id":"2","can_send_message":"BLOCKED","errors":[{"error_code":141010,"error_description":"a"},{"error_code":141006}]}]}"#,
            #"{"can_send_message":"Blocked","more":"words","entities":[{"entity_type":"waba","id":2,"can_send_message":"BLOCKED","errors":[{"error_code":"141006","possible_solution":"b"},{"error_code":141010}]},{"entity_type":"APP","id":"1","can_send_message":"available","additional_info":["c"],"errors":[]}]}"#
        ),
    ]

    static let different = [
        // What people write.
        Pair(.phoneNumber, "/verified_name", #""Acme""#, #""ACME""#), Pair(.account, "/name", #""Lucky""#, #""lucky""#),
        Pair(.businessProfile, "/about", #""Hi""#, #""hi""#), Pair(.businessProfile, "/about", #""7""#, #""007""#),
        Pair(.businessProfile, "/email", #""A@example.org""#, #""a@example.org""#), Pair(.businessProfile, "/about", #""""#, ""),
        Pair(.businessProfile, "/websites", #"["https://a.example/X"]"#, #"["https://a.example/x"]"#),
        Pair(.businessProfile, "/about", "\"\u{E9}\"", "\"e\u{301}\""), Pair(.qrCode, "/prefilled_message", #""Hello""#, #""HELLO""#),
        Pair(.qrCode, "/code", #""4O4YGZEG3RIVE1""#, #""4o4YGZEG3RIVE1""#), Pair(.messageTemplate, "/name", #""order""#, #""Order""#),
        Pair(.phoneNumber, "/webhook_configuration/application", #""https://a.example/H""#, #""https://a.example/h""#),
        Pair(.phoneNumber, "/webhook_configuration/status", #""A""#, #""a""#), Pair(.phoneNumber, "/username", #""acme""#, #""Acme""#),
        Pair(.phoneNumber, "/conversational_automation/prompts", #"["Ask","Tell"]"#, #"["Tell","Ask"]"#),
        Pair(.phoneNumber, "/conversational_automation/commands", #"[{"command_name":"start"}]"#, #"[{"command_name":"Start"}]"#),
        Pair(.subscribedApp, "/override_callback_uri", #""https://a.example/H""#, #""https://a.example/h""#),
        Pair(.businessProfile, "/description", #""2024-01-01T00:00:00Z""#, #""2024-01-01T00:00:00+0000""#),
        Pair(.account, "/something_of_tomorrow", #""Acme""#, #""ACME""#),
        // Numbers that are not the same, be they ever so long, and text that only looks like one.
        Pair(.account, "/id", "9007199254740993", "9007199254740992"), Pair(.account, "/id", #""007""#, "7"),
        Pair(.account, "/id", "123456789012345678901234567890", #""123456789012345678901234567891""#),
        Pair(.phoneNumber, "/country_dial_code", #"" 49""#, "49"), Pair(.account, "/timezone_id", "138", #""138.0""#),
        Pair(.account, "/timezone_id", "1e400000000000000000000", "1e400000000000000000001"),
        // Types that say something else.
        Pair(.phoneNumber, "/is_pin_enabled", "true", #""true""#), Pair(.phoneNumber, "/is_pin_enabled", "false", ""),
        Pair(.phoneNumber, "/throughput", #"{"level":"STANDARD"}"#, #""STANDARD""#),
        Pair(.account, "/owner_business_info", #"{"id":"1"}"#, "{}"),
        Pair(.phoneNumberSettings, "/calling", #"{"sip":{"servers":[{}]}}"#, #"{"sip":{"servers":[]}}"#),
        // Enums and times that are others.
        Pair(.phoneNumber, "/quality_rating", #""GREEN""#, #""YELLOW""#), Pair(.businessProfile, "/vertical", #""EDU""#, #""AUTO""#),
        Pair(.phoneNumber, "/last_onboarded_time", #""2023-08-31T19:05:53+0000""#, #""2023-08-31T19:05:53+0100""#),
        Pair(.phoneNumber, "/last_onboarded_time", #""2023-08-31T19:05:53Z""#, #""2023-08-31T19:05:54Z""#),
        Pair(.phoneNumber, "/last_onboarded_time", #""2023-08-31T19:05:53.1Z""#, #""2023-08-31T19:05:53.2Z""#),
        Pair(.phoneNumber, "/last_onboarded_time", #""2023-02-29T00:00:00Z""#, #""2023-03-01T00:00:00Z""#),
        Pair(.phoneNumberSettings, "/calling/call_hours/weekly_operating_hours", #"[{"open_time":"0400"}]"#, #"[{"open_time":"0500"}]"#),
        Pair(.phoneNumberSettings, "/calling/call_hours/holiday_schedule", #"[{"date":"2026-01-01"}]"#, #"[{"date":"2026-01-02"}]"#),
        // Another picture.
        Pair(
            .businessProfile, "/profile_picture_url", #""https://pps.whatsapp.net/v/t61/1_n.jpg?oh=1""#,
            #""https://pps.whatsapp.net/v/t61/2_n.jpg?oh=1""#),
        Pair(.messageTemplate, "/quality_score", #"{"score":"GREEN","date":1}"#, #"{"score":"RED","date":1}"#),
        // Health by state and codes.
        Pair(.account, "/health_status", #"{"can_send_message":"BLOCKED"}"#, #"{"can_send_message":"LIMITED"}"#),
        Pair(
            .account, "/health_status", #"{"entities":[{"id":"1","errors":[{"error_code":141006}]}]}"#,
            #"{"entities":[{"id":"1","errors":[{"error_code":141010}]}]}"#),
        Pair(.account, "/health_status", #"{"entities":[{"id":"1"},{"id":"2"}]}"#, #"{"entities":[{"id":"1"}]}"#),
    ]

    @Test(arguments: same) func forms_ofOneThing_areTheSame(pair: Pair) throws { #expect(try pair.isSame()) }

    @Test(arguments: different) func values_thatDiffer_areNotTheSame(pair: Pair) throws { #expect(try !pair.isSame()) }

    /// A number's plain text, without loss.
    @Test(arguments: [
        ("138", "138"), ("138.0", "138"), ("1.38e2", "138"), ("-0", "0"), ("-0.0e5", "0"), ("0.50", "0.5"), ("5e-1", "0.5"),
        ("-12.50E+1", "-125"),
        ("123456789012345678901234567890", "123456789012345678901234567890"), ("1e401", "1e401"), ("0.001", "0.001"), ("1200e-1", "120"),
        ("1e99999999999999999999", "1e99999999999999999999"), ("100", "100"),
    ])
    func number_hasOnePlainText(text: String, plain: String) throws {
        guard case .number(let number) = try JSONValue(parsing: text) else {
            Issue.record("\(text) is no number")
            return
        }
        #expect(number.canonicalText == plain)
    }
}
