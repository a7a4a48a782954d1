import GraphAPI
import Testing
import WhatsAppBusiness

/// What the usage headers say of one account's budget, among all that they say.
@Suite struct UsageTests {
    private static let own = "102290129340398"

    private func usage(
        _ business: [String], app: String? = nil, of account: String = own, for purpose: Usage.Purpose = .management
    ) -> Usage? {
        let headers = business.map { (name: "X-Business-Use-Case-Usage", value: $0) } + (app.map { [("X-App-Usage", $0)] } ?? [])
        return Usage(HTTPResponse(status: 200, headers: headers), of: account, for: purpose)
    }

    private func entry(_ type: String?, _ counters: String) -> String { "{\(type.map { #""type":"\#($0)","# } ?? "")\(counters)}" }

    @Test func otherTypes_areNoBudgetOfOurs() {
        let header = """
            {"\(Self.own)":[\(entry("whatsapp", #""call_count":95,"total_cputime":97,"estimated_time_to_regain_access":9"#)),\
            \(entry("whatsapp_business_management", #""call_count":1,"total_cputime":1,"total_time":1"#)),\
            \(entry("ads_management", #""call_count":100,"estimated_time_to_regain_access":1440"#)),\
            \(entry("ads_insights", #""call_count":100"#)),\(entry(nil, #""call_count":99,"estimated_time_to_regain_access":60"#))]}
            """
        #expect(usage([header])?.percent == 1 && usage([header])?.regainAfter == nil)
        #expect(usage([header], for: .messaging)?.percent == 97 && usage([header], for: .messaging)?.minutesToRegain == 9)
    }

    @Test func otherKeys_areNoBudgetOfOurs() {
        let header = """
            {"1\(Self.own)":[\(entry("whatsapp_business_management", #""call_count":100,"estimated_time_to_regain_access":1440"#))],\
            "\(Self.own.dropLast())":[\(entry("whatsapp_business_management", #""call_count":99"#))],\
            "\(Self.own)":[\(entry("whatsapp_business_management", #""total_time":42"#))]}
            """
        #expect(usage([header])?.percent == 42 && usage([header])?.regainAfter == nil)
        #expect(usage([header], of: "7") == nil)
    }

    @Test(arguments: ["call_count", "total_cputime", "total_time"]) func eachPercentage_counts(counter: String) {
        let header =
            #"{"\#(Self.own)":[\#(entry("whatsapp_business_management", #""call_count":2,"total_cputime":3,"\#(counter)x":9,"total_time":1"#)),"#
            + #"\#(entry("whatsapp_business_management", #""\#(counter)":88"#))]}"#
        #expect(usage([header])?.percent == 88)
    }

    /// The same type twice, in one field or in several: the largest. An entry that is no array, numbers in quotes.
    @Test func entries_ofOneType_areTakenTogether() {
        let fields = [
            #"{"\#(Self.own)":[\#(entry("whatsapp_business_management", #""call_count":"71""#)),7,null,"x",{}]}"#,
            #"{"\#(Self.own)":\#(entry("whatsapp_business_management", #""call_count":12,"estimated_time_to_regain_access":"3""#))}"#, "{",
            "",
        ]
        #expect(usage(fields)?.percent == 71 && usage(fields)?.regainAfter == .seconds(180))
        let many = (0..<100).map { _ in entry("ads_management", #""call_count":100"#) }.joined(separator: ",")
        let behind = #"{"\#(Self.own)":[\#(many),\#(entry("whatsapp_business_management", #""call_count":64"#))]}"#
        #expect(usage([behind])?.percent == 64, "others' entries leave room for ours")
    }

    @Test(arguments: [
        (#"{}"#, 96.0), (#"{"7":[{"type":"whatsapp_business_management","call_count":3}]}"#, 96),
        (#"{"102290129340398":[{"type":"ads_management","call_count":3}]}"#, 96), (#"{"102290129340398":[]}"#, 96), ("no JSON", 96),
        (#"{"102290129340398":[{"type":"whatsapp_business_management","call_count":3}]}"#, 3),
        (#"{"102290129340398":[{"type":"whatsapp","call_count":3}]}"#, nil),
    ]) func appsOwnUsage_counts_onlyWhereThereIsNoEntryOfOurs(header: String, percent: Double?) {
        #expect(usage([header], app: #"{"call_count":96,"total_time":1}"#)?.percent == percent)
    }

    /// A refusal whose headers tell of others' minutes is as long as one that tells nothing.
    @Test(arguments: [
        (#"{"7":[{"type":"whatsapp_business_management","call_count":100,"estimated_time_to_regain_access":1440}]}"#, nil as Duration?),
        (#"{"102290129340398":[{"type":"ads_management","estimated_time_to_regain_access":1440}]}"#, nil),
        (#"{"102290129340398":[{"type":"whatsapp","estimated_time_to_regain_access":1440}]}"#, nil),
        (#"{"102290129340398":[{"type":"whatsapp_business_management","estimated_time_to_regain_access":7}]}"#, .seconds(420)),
    ]) func refusal_ofABudget_heedsOurOwnMinutes(header: String, regain: Duration?) async throws {
        let response = HTTPResponse(
            status: 400, headers: [("x-business-use-case-usage", header)], body: Array(#"{"error":{"code":80007}}"#.utf8))
        for request in [GraphRequest(.account, id: Self.own), GraphRequest(.businessProfile, id: "15", account: Self.own)] {
            let failure = await #expect(throws: GraphFailure.self) { try await OneAnswer(response: response).client().fetch(request) }
            #expect(failure?.code == .throttled(regainAfter: regain))
        }
    }
}
