import Testing

@testable import wabawatch

@Suite struct TimeTests {
    /// Central Europe in 2026: summer time from 29 March, 01:00 UTC, to 25 October, 01:00 UTC.
    private let berlin = TimeRules { seconds in
        1_774_746_000..<1_792_890_000 ~= seconds ? .init(seconds: 7200, name: "CEST") : .init(seconds: 3600, name: "CET")
    }
    private let now: Int64 = 1_795_233_600_000

    @Test(arguments: [
        ("now", "Sat 2026-11-21 05:00:00 CET"), ("today", "Sat 2026-11-21 00:00:00 CET"), ("yesterday", "Fri 2026-11-20 00:00:00 CET"),
        ("tomorrow", "Sun 2026-11-22 00:00:00 CET"), ("-2h", "Sat 2026-11-21 03:00:00 CET"), ("-1h30min", "Sat 2026-11-21 03:30:00 CET"),
        ("-1h 30min", "Sat 2026-11-21 03:30:00 CET"), ("+1d", "Sun 2026-11-22 05:00:00 CET"), ("2h ago", "Sat 2026-11-21 03:00:00 CET"),
        ("3 days ago", "Wed 2026-11-18 05:00:00 CET"), ("2026-07-01", "Wed 2026-07-01 00:00:00 CEST"),
        ("2026-07-01 14:05", "Wed 2026-07-01 14:05:00 CEST"), ("2026-07-01 14:05:30", "Wed 2026-07-01 14:05:30 CEST"),
        ("Wed 2026-07-01 14:05:30", "Wed 2026-07-01 14:05:30 CEST"), ("2026-07-01 14:05 UTC", "Wed 2026-07-01 16:05:00 CEST"),
        ("14:05", "Sat 2026-11-21 14:05:00 CET"), ("14:05:30", "Sat 2026-11-21 14:05:30 CET"),
        ("@1795233600", "Sat 2026-11-21 05:00:00 CET"),
        ("2026-11-21T04:00:00Z", "Sat 2026-11-21 05:00:00 CET"), ("2026-11-21T04:00:00+01:00", "Sat 2026-11-21 04:00:00 CET"),
        ("-90", "Sat 2026-11-21 04:58:30 CET"), ("2026-03-29 02:30", "Sun 2026-03-29 03:30:00 CEST"),
    ]) func words_areReadAsJournalctlDoes(text: String, expected: String) {
        let moment = TimeWords(now: now, time: berlin).parse(text)
        #expect(moment.map(berlin.full) == expected)
    }

    @Test(arguments: [
        "", "soon", "2026-02-30", "2026-13-01", "25:00", "12", "12:3x", "2026-11-21 12:00 CET", "-", "-2 fortnights", "2026-11", "@", "@5h",
        "--2h", "1e9 ago", "99999999999999 years ago",
    ]) func words_thatAreNone_areRefused(text: String) {
        #expect(TimeWords(now: now, time: berlin).parse(text) == nil)
    }

    @Test func civilTime_overCenturies_comesBack() {
        for day in stride(from: Int64(0), to: 200_000, by: 17) {
            let civil = CivilTime(secondsOnThisClock: day * 86_400 + 3661)
            #expect(civil.secondsOnThisClock == day * 86_400 + 3661)
            #expect(CivilTime(year: civil.year, month: civil.month, day: civil.day, hour: 1, minute: 1, second: 1) == civil)
        }
    }

    @Test(
        arguments: [
            (0, "0s"), (999, "999ms"), (1500, "1s"), (61_000, "1min 1s"), (7_380_000, "2h 3min"), (90_000_000, "1 day 1h"),
            (172_800_000, "2 days"),
            (31_557_600_000, "1 year"),
        ] as [(Int64, String)]) func span_isWrittenAsSystemdDoes(milliseconds: Int64, text: String)
    { #expect(Spans.text(milliseconds) == text) }

    @Test func moment_isToldFromNow() {
        #expect(Spans.relative(now - 7_380_000, to: now) == "2h 3min ago")
        #expect(Spans.relative(now + 5000, to: now) == "in 5s")
        #expect(Spans.relative(now, to: now) == "now")
    }

    @Test func short_isJournalctls() { #expect(berlin.short(now) == "Nov 21 05:00:00") }
}
