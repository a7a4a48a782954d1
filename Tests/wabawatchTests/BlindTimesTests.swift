import FakeDaemon
import FoundationEssentials
import Printing
import StrictJSON
import TestSupport
import Testing
import WabaWatchInterface
import WhatsAppBusiness

@testable import wabawatch

/// Of the times in which nothing was known nothing is drawn.
@Suite(.timeLimit(.minutes(1))) struct BlindTimesTests {
    private static let hour: Int64 = 3_600_000
    private static let now = Sample.moment.milliseconds
    private static let from = now - 100 * hour
    private static func ago(_ hours: Int) -> Timestamp { Timestamp(milliseconds: now - Int64(hours) * hour) }

    /// A watch that goes from one state to another; `nil` where that did not change.
    static func change(_ hours: Int, _ watch: String, _ before: String?, _ after: String?, account: String = "acme", reason: String? = nil)
        -> Change
    {
        func document(_ state: String?, _ reason: String?) -> JSONObject {
            var document = JSONObject()
            document["state"] = state.map(JSONValue.string)
            document["reason"] = reason.map(JSONValue.string)
            return document
        }
        let fields = [before == nil ? nil : "state", reason == nil ? nil : "reason"].compactMap(\.self).map { JSONPointer([$0]) }
        return Change(
            ResourceID(account: account, kind: .watch, id: watch), cursor: Cursor("c"), sequence: 1000 - hours, observedAt: ago(hours),
            operation: .changed, origin: .poll, severity: .warning, fields: fields, before: document(before, nil),
            after: document(after, reason), summary: "")
    }

    private func status(_ numbers: String = "current", since: Int = 500, account: String = "current", _ accountSince: Int = 500) -> Status {
        var status = Sample.status
        status.watches = [("phone_number", numbers, since), ("account", account, accountSince)].map { kind, state, hours in
            WatchStatus(
                account: "acme", kind: Kind(rawValue: kind) ?? .watch, state: OpenEnum(rawValue: state), since: Self.ago(hours),
                everyMilliseconds: 60_000)
        }
        return status
    }

    /// The hours before now in which a measure was not known.
    private func hours(_ changes: [Change], _ status: Status, bound: Int? = nil, _ measure: Measure = .rating, of account: String = "acme")
        -> [ClosedRange<Int>]
    {
        let blind = BlindTimes(from: Self.from, now: Self.now, changes: changes, status: status, bound: bound.map(Self.ago))
        return blind.spans(of: account, measure).map {
            Int((Self.now - $0.upperBound) / Self.hour)...Int((Self.now - $0.lowerBound) / Self.hour)
        }
    }

    @Test func timeOfTrouble_isNotKnown() {
        let told = [Self.change(30, "phone_number", "unreachable", "current"), Self.change(50, "phone_number", "current", "unreachable")]
        #expect(hours(told, status(since: 30)) == [30...50])
        #expect(hours([], status()) == [])
        #expect(hours(told, status(since: 30), of: "globex") == [])
        // It began before the first change that is asked for, or goes on.
        #expect(hours([told[0]], status(since: 30)) == [30...100])
        #expect(hours([told[1]], status("unreachable", since: 50)) == [0...50])
        #expect(hours([], status("late", since: 500)) == [0...100])
        #expect(hours([], status("a_state_of_tomorrow", since: 10)) == [0...10])
    }

    @Test func trouble_thatBecomesAnother_isOneTime() {
        let told = [
            Self.change(50, "phone_number", "current", "unreachable"), Self.change(45, "phone_number", nil, nil, reason: "other words"),
            Self.change(40, "phone_number", "unreachable", "throttled"), Self.change(30, "phone_number", "throttled", "current"),
        ]
        #expect(hours(told.reversed(), status(since: 30)) == [30...50])
    }

    /// What the account's watch tells is not told again by the others.
    @Test func troubleOfTheAccount_hidesItsNumbers() {
        let refused = [Self.change(50, "account", "current", "unauthorized"), Self.change(30, "account", "unauthorized", "current")]
        #expect(hours(refused, status(since: 500)) == [30...50])
        let unreachable = [Self.change(50, "account", "current", "unreachable"), Self.change(30, "account", "unreachable", "current")]
        #expect(hours(unreachable, status(since: 29)) == [30...50])
        // The list of numbers was current all the time: it was the account's own poll alone.
        #expect(hours(unreachable, status(since: 500)) == [])
        #expect(hours(unreachable, status(since: 40)) == [40...50])
        let both =
            refused + [
                Self.change(40, "phone_number", "current", "unreachable"), Self.change(20, "phone_number", "unreachable", "current"),
            ]
        #expect(hours(both, status(since: 20)) == [20...50])
    }

    /// A watch that takes its state from a wider one says nothing.
    @Test func stateThatWasTakenSilently_countsSinceItHolds() {
        #expect(hours([], status("unauthorized", since: 12)) == [0...12])
        let told = [Self.change(50, "phone_number", "current", "unreachable")]
        #expect(hours(told, status("current", since: 35)) == [35...50])
        #expect(hours([Self.change(50, "phone_number", "unreachable", "current")], status("forbidden", since: 5)) == [50...100, 0...5])
    }

    @Test func troubleOfAll_hidesEveryAccount() {
        let told = [
            Self.change(50, "connection", "current", "unreachable", account: "*"),
            Self.change(49, "connection", "unreachable", "current", account: "*"),
        ]
        #expect(hours(told, status()) == [49...50])
        #expect(hours(told, status(), of: "globex") == [49...50])
    }

    /// While a watch has drifted its answers are whole but for what its reason names.
    @Test func drift_hidesWhatItNames_andNothingElse() {
        let told = [
            Self.change(50, "phone_number", "current", "drifted", reason: "Meta no longer gives certificate, quality_rating; odd"),
            Self.change(30, "phone_number", nil, nil, reason: "Meta no longer gives health_status"),
            Self.change(20, "phone_number", "drifted", "current"),
        ]
        #expect(hours(told, status(since: 20), .rating) == [30...50])
        #expect(hours(told, status(since: 20), .status) == [], "health_status is another member")
    }

    /// What was before the oldest change that is kept cannot be told from those that are.
    @Test func timeBeforeWhatIsKept_isNotKnown() {
        #expect(hours([], status(), bound: 70) == [70...100])
        #expect(hours([], status(), bound: 200) == [])
        let told = [Self.change(80, "phone_number", "current", "late"), Self.change(60, "phone_number", "late", "current")]
        #expect(hours(told, status(since: 60), bound: 70) == [60...100])
    }

    @Test func segments_areCutWhereNothingIsKnown() {
        func segment(_ from: Int64, _ to: Int64, _ value: String?) -> Timeline.Segment { .init(from: from, to: to, value: value) }
        let segments = [segment(0, 10, nil), segment(10, 50, "A"), segment(50, 60, "B"), segment(60, 100, "C")]
        #expect(segments.hidden(by: []) == segments)
        #expect(
            segments.hidden(by: [5..<12, 20..<30, 45..<70, 99..<200])
                == [
                    segment(0, 12, nil), segment(12, 20, "A"), segment(20, 30, nil), segment(30, 45, "A"), segment(45, 70, nil),
                    segment(70, 99, "C"), segment(99, 100, nil),
                ])
    }

    private var timeline: Timeline {
        let blind = BlindTimes(
            from: Self.from, now: Self.now,
            changes: [
                Self.change(70, "phone_number", "current", "unreachable"), Self.change(50, "phone_number", "unreachable", "current"),
            ],
            status: FreshnessTests.status(.phoneNumber, "forbidden"))
        var number = Sample.resources[1]
        number.document["quality_rating"] = "UNKNOWN"
        return Timeline(
            from: Self.from, to: Self.now, resources: [number], changes: [], blind: blind,
            freshness: Freshness(FreshnessTests.status(.phoneNumber, "forbidden")))
    }

    @Test(arguments: PageCase.all) func timeline_ofTroubledTimes_isBlankThere(page: PageCase) throws {
        let lines = TimelineText(timeline: timeline, page: page.page, isASCII: !page.isUnicode).lines()
        try Golden.expect(lines, "timeline-blind-\(page.name)")
        if let width = page.width, !page.isColored { #expect(lines.allSatisfy { $0.displayWidth <= width }) }
        #expect(lines[0].plain.hasSuffix("(as of Nov 21 03:59:40)"))
    }

    @Test func picture_ofTroubledTimes_isHatchedThere() throws {
        let text = TimelineSVG(timeline: timeline, time: .utc).text
        try Golden.expect(text + "\n", "timeline-blind-svg")
        #expect(text.components(separatedBy: "<title>not known").count == 1 + 2 * Measure.allCases.count)
    }

    @Test func command_asksForTheWatchesToo() async throws {
        let log = FakeLog(resources: Sample.resources)
        for step in [Self.change(70, "account", "current", "unauthorized"), Self.change(50, "account", "unauthorized", "current")] {
            await log.record(1) { sequence, cursor in
                var step = step
                (step.sequence, step.cursor) = (sequence, cursor)
                return step
            }
        }
        try await withSocket { path in
            try await serving(FakeDaemon(log, status: Sample.status), at: path) {
                for arguments in [["timeline"], ["timeline", "106540352242922"]] {
                    let all = arguments + ["--svg", "-", "--since", "@\((Self.from) / 1000)", "--until", "@\(Self.now / 1000)"]
                    let outcome = try await BuiltCommand(all, socket: path).run()
                    let numbers = arguments.count == 1 ? 3 : 1
                    // Before the oldest change that is kept, and while the token was refused: one after the other, so one time.
                    #expect(outcome.output.components(separatedBy: "<title>not known").count == 1 + 3 * numbers, "\(outcome)")
                }
            }
        }
    }
}
