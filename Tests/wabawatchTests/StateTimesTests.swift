import FakeDaemon
import Printing
import StrictJSON
import Testing
import WabaWatchInterface
import WhatsAppBusiness

@testable import wabawatch

/// SINCE is since when the shown state holds.
@Suite(.timeLimit(.minutes(1))) struct StateTimesTests {
    private static func at(_ seconds: Int) -> Timestamp { Sample.moment.advanced(by: .seconds(-seconds)) }

    private static func change(_ seconds: Int, _ field: String, _ operation: ChangeOperation = .changed, account: Bool = false) -> Change {
        var change = Sample.fall(1, Cursor("c"))
        change.observedAt = at(seconds)
        change.operation = OpenEnum(operation)
        change.fields = operation == .changed ? [JSONPointer([field])] : []
        change.before = operation == .added ? nil : [field: "a"]
        change.after = operation == .removed ? nil : [field: "b"]
        if account { (change.id, change.phoneNumberID) = ("102290129340398", nil) }
        return change
    }

    private static func wanted(_ changes: [Change]) -> [Change] {
        changes.filter { StateTimes.moves.matches($0) } + changes.filter { StateTimes.arrivals.matches($0) }
    }

    @Test func state_holdsSinceItsOwnLastChange() {
        let number = Sample.resources[1]
        let past = [Self.change(900, "status", .baseline, account: true)]
        func since(_ changes: [Change]) -> StateTimes.Since { StateTimes(Self.wanted(past + changes), bound: Self.at(1000)).since(number) }
        #expect(since([]) == .at(Self.at(900)))
        for field in StateTimes.members {
            #expect(since([Self.change(500, field), Self.change(600, field)]) == .at(Self.at(500)), "\(field)")
        }
        // A new name, a new certificate, a webhook, a member that is asked for since an upgrade: the state is what it was.
        for field in ["verified_name", "certificate", "throughput", "display_phone_number"] {
            #expect(since([Self.change(500, "status"), Self.change(10, field)]) == .at(Self.at(500)), "\(field)")
        }
        #expect(since([Self.change(10, "quality_rating", .reported)]) == .at(Self.at(900)))
        #expect(since([Self.change(10, "code_verification_status", .baseline)]) == .at(Self.at(900)))
        #expect(since([Self.change(20, "status", .removed), Self.change(10, "status", .added)]) == .at(Self.at(10)))
    }

    @Test func state_thatIsOlderThanWhatIsKept_holdsLonger() {
        let number = Sample.resources[1]
        #expect(StateTimes([], bound: Self.at(1000)).since(number) == .before(Self.at(1000)))
        #expect(StateTimes().since(number) == .unknown)
        #expect(
            StateTimes([Self.change(2000, "status", .baseline, account: true)], bound: Self.at(1000)).since(number)
                == .before(Self.at(1000)))
    }

    @Test func status_ofANumberThatWasRenamed_saysSinceWhenItsRatingFell() async throws {
        var resources = Sample.resources
        resources[1].changedAt = Sample.moment
        let log = FakeLog(resources: resources)
        await log.record(1, Sample.fall)
        await log.record(1) { sequence, cursor in
            var change = Self.change(1, "verified_name")
            (change.sequence, change.cursor) = (sequence, cursor)
            return change
        }
        let changes = await log.changes
        let report = StatusReport(
            status: Sample.status, resources: resources, states: StateTimes(Self.wanted(changes), bound: Self.at(86_400)))
        let lines = report.lines(PageCase.all[0].page).map(\.plain)
        #expect(lines.contains { $0.contains("+1 555-093-4873") && $0.hasSuffix(" 2h") }, "\(lines)")
        #expect(lines.contains { $0.contains("+1 555-078-3881") && $0.hasSuffix(" >24h") }, "\(lines)")
        try await withSocket { path in
            try await serving(FakeDaemon(log, status: Sample.status), at: path) {
                let outcome = try await BuiltCommand(["status"], socket: path).run()
                // The sample's moment lies in the past.
                #expect(outcome.output.contains(" >") && outcome.code == 3, "\(outcome.errors)")
            }
            try await serving(FakeDaemon(log, status: Sample.status, without: ["History"]), at: path + "2") {
                let outcome = try await BuiltCommand(["status"], socket: path + "2").run()
                #expect(outcome.code == 3, "\(outcome.errors)")
            }
        }
    }
}
