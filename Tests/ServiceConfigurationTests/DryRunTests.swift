import FoundationEssentials
import TestSupport
import Testing

@testable import ServiceConfiguration

@Suite(.inTurn) struct DryRunTests {
    private func configuration(_ text: String) throws -> Configuration {
        let folder = try TemporaryFolder()
        let path = folder.path + "/wabawatch.yaml"
        try Data(text.utf8).write(to: URL(filePath: path))
        return try Configuration.load(path: path)
    }

    @Test func requests_areNamedWithTheirIntervals_andThePlanWithItsBudget() throws {
        let lines = try configuration(
            """
            accounts:
              - { name: acme, waba_id: "102", token: { environment: TOKEN }, phone_numbers: ["7", "8", "9"], watch: { qr_code: { every: never } } }
            """
        ).dryRun()
        #expect(
            lines.first?.hasPrefix("acme (102): 106 calls an hour counting 3 phone numbers, of 100 that the budget allows at first; ")
                == true)
        #expect(
            lines.contains {
                $0.hasPrefix("  phone_number every 1m: GET https://graph.facebook.com/v25.0/102/phone_numbers?fields=id,")
                    || $0.contains("fields=id%2C")
            })
        #expect(lines.filter { $0.contains("business_profile every") }.count == 3)
        #expect(!lines.contains { $0.contains("qr_code") })
        #expect(lines.filter { $0.contains("account every 5m") }.count == 1)
    }

    /// What it would do at first, before it knows what changes.
    @Test func adaptiveIntervals_areNamedAsTheyAreAtFirst() throws {
        func lines(_ more: String, _ watch: String = "") throws -> [String] {
            try configuration(
                """
                \(more)
                accounts:
                  - { name: acme, waba_id: "102", token: { environment: TOKEN }, phone_numbers: ["7"], watch: { \(watch) } }
                """
            ).dryRun()
        }
        let ample = try lines("budget: { calls_per_hour: 4000 }")
        #expect(
            ample[0].contains("87 calls an hour")
                && ample[0].hasSuffix("; what is left is spent where changes are likely, 690 calls an hour in all"))
        #expect(ample.contains { $0.contains("business_profile every 112s:") }, "\(ample)")
        let even = try lines("budget: { calls_per_hour: 4000 }", "adaptive: false")
        #expect(!even[0].contains("likely") && even.contains { $0.contains("business_profile every 15m:") })
        let short = try lines("budget: { calls_per_hour: 80 }")
        #expect(short[0].contains("polling intervals of all kinds but account and phone_number ×"))
        #expect(short.contains { $0.contains("phone_number every 1m:") } && !short.contains { $0.contains("business_profile every 15m:") })
    }

    @Test func kindsThatMayComeWithOthers_areNamed_withWhatIsLeftToBeAskedFor_unlessNever() throws {
        let text = """
            accounts:
              - { name: acme, waba_id: "102", token: { environment: TOKEN }, phone_numbers: ["7", "8", "9"] }
            """
        let line = try #require(try configuration(text).dryRun().last)
        #expect(line.contains("with phone_number: phone_number_settings, business_profile, commerce_settings"), "\(line)")
        #expect(line.contains("with account: phone_number, message_template"), "\(line)")
        // One poll of the account in five minutes, and one of the numbers in each of the other four.
        #expect(line.hasSuffix(": 60 calls an hour then"), "\(line)")
        #expect(try !configuration("graph: { expansion: never }\n" + text).dryRun().contains { $0.contains("calls an hour then") })
    }

    @Test func planOverItsBudget_isSaid_andIsNoMistake() throws {
        let text = """
            accounts:
              - { name: acme, waba_id: "102", token: { environment: TOKEN } }
            """
        #expect(try configuration(text).overBudget() == [])
        let small = try configuration("budget: { calls_per_hour: 80 }\n" + text).overBudget()
        #expect(small.count == 1)
        #expect(
            small.first?.contains("acme: 87 calls an hour with one phone number are more than the budget of 80 at first allows") == true)
    }
}
