import FakeDaemon
import Metrics
import StrictJSON
import TestSupport
import TestTools
import Testing
import WabaWatchInterface
import WhatsAppBusiness

@testable import MetricsFront

/// What a feed knows of a daemon, over the real protocol.
@Suite(.inTurn, .timeLimit(.minutes(2))) struct FeedTests {
    private func text(_ feed: DaemonFeed) async throws -> String {
        let scraped = try await feed.scrape()
        return String(decoding: MetricsText(scraped.figures, scraped.state, as: .openMetrics).whole, as: UTF8.self)
    }

    @Test func scrape_showsWhatIsThere_andWhatChanges() async throws {
        let (log, figures) = (FakeLog(resources: Sample.resources + Sample.alarms), try FakeFigures())
        try await withSocket { path async throws in
            try await serving(try FakeDaemon(log, status: Sample.status), besides: [figures], at: path) { () async throws in
                try await withFeed(path) { feed async throws in
                    let first = try await text(feed)
                    #expect(first.contains(#"quality{account="acme",phone_number="107878721936019",rating="YELLOW"} 1"#), "\(first)")
                    #expect(first.contains(#"wabawatch_alarms{account="acme",name="number_down",severity="critical"} 1"#))
                    // The rating's alarm is muted.
                    #expect(!first.contains(#"name="quality""#))
                    let number = Sample.resources[1].resourceID
                    await log.record { sequence, cursor in
                        Change(
                            number, cursor: cursor, sequence: sequence, observedAt: Sample.moment, operation: .changed, origin: .poll,
                            severity: .warning, fields: [JSONPointer(["quality_rating"])], before: ["quality_rating": "YELLOW"],
                            after: ["quality_rating": "RED"], summary: "fell")
                    }
                    try await eventually("the fall is shown") {
                        try await text(feed).contains(#"phone_number="107878721936019",rating="RED"} 1"#)
                    }
                }
            }
        }
    }

    /// What was known is never told once the daemon has gone, and everything is told when it is back.
    @Test func daemonThatIsAway_leavesNothing_andItsReturnBringsAll() async throws {
        let figures = try FakeFigures()
        try await withSocket { path async throws in
            try await withFeed(path) { feed async throws in
                await #expect(throws: (any Error).self) { try await text(feed) }
                // The second daemon has another ledger: what the first one told is not true any more.
                for number in [Sample.resources[1], Sample.resources[2]] {
                    let log = FakeLog(resources: [number])
                    try await serving(try FakeDaemon(log, status: Sample.status), besides: [figures], at: path) { () async throws in
                        let told = try await text(feed).matches(of: /phone_number_info\{account="acme",phone_number="(\d+)"/)
                        #expect(told.map { String($0.output.1) } == [number.id])
                    }
                    await #expect(throws: (any Error).self) { try await text(feed) }
                }
            }
        }
    }

    @Test func perNumber_isWhatTheDaemonSays_alsoAfterAReload() async throws {
        let (log, figures) = (FakeLog(resources: Sample.resources), try FakeFigures())
        figures.change { $0.perNumber = false }
        try await withSocket { path async throws in
            try await serving(try FakeDaemon(log, status: Sample.status), besides: [figures], at: path) { () async throws in
                try await withFeed(path) { feed async throws in
                    #expect(try await !text(feed).contains("phone_number_info"))
                    #expect(try await feed.scrape().state.numberCount == 0)
                    figures.change { $0.perNumber = true }
                    #expect(try await text(feed).contains("wabawatch_phone_number_info{"))
                    figures.change { $0.perNumber = false }
                    #expect(try await !text(feed).contains("phone_number_info"))
                }
            }
        }
    }

    /// Figures that come in parts are put together, each count once.
    @Test func figuresInParts_arePutTogether() async throws {
        let (log, figures) = (FakeLog(), try FakeFigures())
        figures.change { told in
            told.changes = [.init(["phone_number", "changed"], 7)]
            told.accounts = ["a", "b", "c"].map {
                AccountFigures(account: $0, callsLastHour: 0, callsPerHour: 1, requests: [], lastSuccess: [])
            }
        }
        try await withSocket { path async throws in
            try await serving(try FakeDaemon(log, status: Sample.status), besides: [figures], at: path) { () async throws in
                try await withFeed(path) { feed async throws in
                    let scraped = try await feed.scrape().figures
                    #expect(scraped.accounts.map(\.account) == ["a", "b", "c"] && scraped.changes.map(\.count) == [7])
                }
            }
        }
    }

    /// A daemon of an earlier release has no figures: that is said, and nothing else.
    @Test func olderDaemon_isNamed() async throws {
        try await withSocket { path async throws in
            try await serving(try FakeDaemon(FakeLog(), status: Sample.status), at: path) { () async throws in
                try await withFeed(path) { feed async throws in
                    let error = await #expect(throws: (any Error).self) { try await text(feed) }
                    #expect("\(error.map { "\($0)" } ?? "")".contains("io.wabawatch.Metrics"))
                }
            }
        }
    }
}
