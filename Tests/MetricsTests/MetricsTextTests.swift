import StrictJSON
import Testing
import WabaWatchInterface
import WhatsAppBusiness

@testable import Metrics

@Suite struct MetricsTextTests {
    @Test func text_ofEverything_inBothFormats() {
        let state = Sample.state(Sample.number("107"), Sample.alarm("quality", of: "107"))
        let text = Sample.text(state)
        #expect(
            text.hasPrefix(
                """
                # HELP wabawatch_alarms Alarms that are on and not muted.
                # TYPE wabawatch_alarms gauge
                wabawatch_alarms{account="acme",name="quality",severity="warning"} 1
                # HELP wabawatch_last_success_timestamp_seconds When the kind was last polled with success, at the thing where that is longest ago.
                # TYPE wabawatch_last_success_timestamp_seconds gauge
                # UNIT wabawatch_last_success_timestamp_seconds seconds
                wabawatch_last_success_timestamp_seconds{account="acme",kind="account"} 1795233600.123
                wabawatch_last_success_timestamp_seconds{account="acme",kind="phone_number"} 1795233601
                # HELP wabawatch_api_requests Requests to Meta since the daemon began, by what came of them.
                # TYPE wabawatch_api_requests counter
                wabawatch_api_requests_total{account="acme",result="success"} 91
                wabawatch_api_requests_total{account="acme",result="transient"} 1
                wabawatch_api_requests_total{account="b",result="success"} 0

                """), "\(text)")
        #expect(text.hasSuffix("\n# EOF\n"))
        #expect(text.contains("# TYPE wabawatch_phone_number info\nwabawatch_phone_number_info{"))
        let plain = Sample.text(state, as: .prometheus)
        #expect(plain.contains("# TYPE wabawatch_api_requests_total counter\n") && !plain.contains("# EOF") && !plain.contains("# UNIT"))
        #expect(plain.contains("# TYPE wabawatch_phone_number_info gauge\n"))
        // Apart from comments both say the same.
        func samples(_ text: String) -> [Substring] { text.split(separator: "\n").filter { !$0.hasPrefix("#") } }
        #expect(samples(text) == samples(plain))
    }

    @Test func aNumber_hasOneSeriesAState_aLimitAndItsNames() {
        let state = Sample.state(Sample.number("107", rating: "RED", limit: "TIER_UNLIMITED"))
        let labels = #"account="acme",phone_number="107""#
        #expect(
            Sample.lines(.numberQuality, state)
                == [("GREEN", 0), ("YELLOW", 0), ("RED", 1), ("NA", 0), ("UNKNOWN", 0)].map {
                    #"wabawatch_phone_number_quality{\#(labels),rating="\#($0.0)"} \#($0.1)"#
                })
        #expect(Sample.lines(.numberStatus, state).count == PhoneNumberStatus.allCases.count)
        #expect(
            Sample.lines(.numberStatus, state).filter { $0.hasSuffix(" 1") } == [
                #"wabawatch_phone_number_status{\#(labels),status="CONNECTED"} 1"#
            ])
        #expect(Sample.lines(.numberLimit, state) == ["wabawatch_phone_number_messaging_limit{\(labels)} +Inf"])
        #expect(
            Sample.lines(.numberInfo, state) == [
                #"wabawatch_phone_number_info{\#(labels),display_phone_number="+1 555-093-4873",verified_name="Acme"} 1"#
            ])
    }

    /// What only Meta knows so far is a state more; what is not known is no series.
    @Test func aState_thatNobodyKnows_isOneMore_andWhatIsNotThere_isNone() {
        let state = Sample.state(Sample.number("107", status: "PAUSED_BY_META", rating: nil, limit: "UNTIERED"))
        let status = Sample.lines(.numberStatus, state)
        #expect(status.count == PhoneNumberStatus.allCases.count + 1)
        #expect(status.filter { $0.hasSuffix(" 1") }.map { $0.contains(#"status="PAUSED_BY_META""#) } == [true])
        #expect(Sample.lines(.numberQuality, state).isEmpty && Sample.lines(.numberLimit, state).isEmpty)
    }

    @Test(arguments: [
        ("TIER_250", "250"), ("TIER_1K", "1000"), ("TIER_100K", "100000"), ("TIER_2M", "2000000"), ("TIER_UNLIMITED", "+Inf"),
        ("UNTIERED", nil),
        ("TIER_", nil), ("TIER_9999999999999K", nil), ("TIER_10X", nil), ("", nil),
    ])
    func limit_isANumberOfUsers(tier: String, value: String?) {
        let lines = Sample.lines(.numberLimit, Sample.state(Sample.number("107", limit: tier)))
        #expect(lines.map { $0.split(separator: " ").last.map(String.init) } == (value.map { [$0] } ?? []))
    }

    @Test(arguments: [
        (#"say "hi" \ there"#, #"say \"hi\" \\ there"#), ("two\nlines", #"two\\nlines"#), ("evil\u{202E}name", #"evil\\u{202E}name"#),
        ("café 配送 👩‍🔧", "café 配送 👩‍🔧"),
    ])
    func labels_areEscaped(name: String, written: String) {
        let lines = Sample.lines(.numberInfo, Sample.state(Sample.number("107", name: name)))
        #expect(lines.first?.hasSuffix(#",verified_name="\#(written)"} 1"#) == true, "\(lines)")
    }

    @Test func labels_areBounded_andCutBetweenCharacters() throws {
        let line = try #require(
            Sample.lines(.numberInfo, Sample.state(Sample.number("107", name: String(repeating: "é", count: 5_000)))).first)
        #expect(line.contains(String(repeating: "é", count: 256) + "\"") && !line.contains("\u{FFFD}"))
    }

    @Test func numbersAreLeftOut_whereNobodyWantsThem() {
        var figures = Sample.figures
        figures.perNumber = false
        #expect(!Sample.text(Sample.state(Sample.number("107")), figures).contains("phone_number_"))
        #expect(Sample.text(Sample.state(Sample.number("107")), figures).hasSuffix("# EOF\n"))
    }

    /// However it is taken, it is the same text, and no part is much longer than asked for.
    @Test(arguments: MetricsFormat.allCases, [1, 100, 5_000, 1 << 20]) func parts_makeTheWhole(format: MetricsFormat, size: Int) {
        var state = MetricsState()
        for number in 0..<40 { state.take(Sample.number("\(1_000 + number)")) }
        var text = MetricsText(Sample.figures, state, as: format)
        var parts: [[UInt8]] = []
        while let part = text.next(bytes: size) { parts.append(part) }
        #expect(Array(parts.joined()) == MetricsText(Sample.figures, state, as: format).whole)
        #expect(parts.allSatisfy { $0.count < size + 4_096 && $0.last == UInt8(ascii: "\n") })
        #expect(text.next() == nil)
    }

    @Test func families_areNamedAsPrometheusWants() {
        for family in MetricsFamily.allCases {
            #expect((family.form == .counter) == family.rawValue.hasSuffix("_total"))
            #expect(family.unit.map { family.rawValue.hasSuffix("_\($0)") } ?? true)
            #expect(!family.help.contains { $0 == "\\" || $0.isNewline })
        }
    }

    @Test func figures_areTheSame_afterTheirWayOverTheSocket() throws {
        #expect(try DaemonFigures(json: Sample.figures.json).json == Sample.figures.json)
        #expect(throws: MemberError.self) { try DaemonFigures(json: ["perNumber": true]) }
    }
}
