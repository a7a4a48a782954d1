import Foundation
import TestTools
import Testing

@testable import wabawatch

/// Times as people write and read them, against Foundation's calendar and against themselves.
@Suite struct TimePropertyTests {
    private static let calendar = {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(identifier: "UTC") ?? .gmt
        return calendar
    }()

    @Test(arguments: 0..<10 as Range<UInt64>) func civilTime_isThatOfACalendar(seed: UInt64) throws {
        var random = SeededGenerator(state: seed)
        for _ in 0..<200 {
            // From 1970 to 9999.
            let seconds = Int64(random.number(0...253_402_300_799))
            let civil = CivilTime(secondsOnThisClock: seconds)
            let parts = Self.calendar.dateComponents(
                [.year, .month, .day, .hour, .minute, .second, .weekday], from: Date(timeIntervalSince1970: Double(seconds)))
            #expect([civil.year, civil.month, civil.day] == [parts.year, parts.month, parts.day], "\(seconds)")
            #expect([civil.hour, civil.minute, civil.second] == [parts.hour, parts.minute, parts.second], "\(seconds)")
            #expect(civil.weekday + 1 == parts.weekday && civil.secondsOnThisClock == seconds)
            let made = CivilTime(
                year: civil.year, month: civil.month, day: civil.day, hour: civil.hour, minute: civil.minute, second: civil.second)
            #expect(made == civil)
        }
    }

    /// Every day of four centuries' ends, and none that is not there.
    @Test(arguments: [1970, 1972, 2000, 2023, 2024, 2100, 2400, 9999]) func dayThatIsNotThere_isNone(year: Int) {
        var days = 0
        for month in -1...14 {
            for day in -1...33 where CivilTime(year: year, month: month, day: day) != nil { days += 1 }
        }
        let isLeap = year % 400 == 0 || (year % 4 == 0 && year % 100 != 0)
        #expect(days == (isLeap ? 366 : 365))
        for (hour, minute, second) in [(24, 0, 0), (0, 60, 0), (0, 0, 60), (-1, 0, 0), (0, -1, 0), (0, 0, -1)] {
            #expect(CivilTime(year: year, month: 1, day: 1, hour: hour, minute: minute, second: second) == nil)
        }
        #expect(CivilTime(year: 1969, month: 12, day: 31) == nil && CivilTime(year: 10_000, month: 1, day: 1) == nil)
    }

    // MARK: Spans

    /// What is written is read as the same, up to what was left out.
    @Test(arguments: 100..<110 as Range<UInt64>) func span_isReadAsItIsWritten(seed: UInt64) throws {
        var random = SeededGenerator(state: seed)
        for _ in 0..<200 {
            let milliseconds = Int64(random.number(0...(1 << random.number(1...45))))
            let whole = Spans.text(milliseconds, units: 8)
            let read = try #require(Spans.parse(whole), "\(whole)")
            #expect(read == (milliseconds < 1000 ? milliseconds : milliseconds / 1000 * 1000), "\(whole)")
            #expect(Spans.text(-milliseconds, units: 8) == whole)
            // Two units say at most as much, and nearly as much.
            let short = try #require(Spans.parse(Spans.text(milliseconds)))
            #expect(short <= milliseconds && milliseconds - short <= max(1000, milliseconds / 6), "\(whole)")
            let column = Spans.column(milliseconds)
            #expect(column.utf8.count <= 8 && Spans.parse(column).map { $0 <= milliseconds } == true, "\(column)")
        }
    }

    @Test(arguments: [
        ("90", 90_000 as Int64?), ("1.5h", 5_400_000), ("2h 30min", 9_000_000), ("2h30min", 9_000_000), ("  7  s ", 7000),
        ("1M", 2_629_800_000), ("1m", 60_000),
        ("1 year 1 day", 31_644_000_000), ("0", 0), (".5s", 500), ("1week", 604_800_000), ("3 hours 2 minutes", 10_920_000),
        ("100000000", 100_000_000_000),
        ("", nil), (" ", nil), ("h", nil), ("1.2.3h", nil), ("1 fortnight", nil), ("1H", nil), ("-1h", nil), ("1h,", nil), ("٣h", nil),
        ("1é", nil), ("1e3s", nil),
        ("999999999999y", nil), ("1" + String(repeating: "0", count: 400), nil), ("inf", nil), ("nan", nil), ("0x10", nil), (".", nil),
    ]) func span_inPeoplesWords_isRead(text: String, milliseconds: Int64?) {
        #expect(Spans.parse(text) == milliseconds)
    }

    @Test(
        arguments: [
            (0, "now"), (999, "now"), (-999, "now"), (1000, "1s ago"), (-1000, "in 1s"), (3_600_000, "1h ago"),
            (-90_061_000, "in 1 day 1h"),
        ] as [(Int64, String)]) func moment_isToldFromNow(ago: Int64, words: String)
    {
        let now: Int64 = 1_795_233_600_000
        #expect(Spans.relative(now - ago, to: now) == words)
    }

    // MARK: Words

    /// A clock that is some hours off, all year.
    private static func rules(_ hours: Int) -> TimeRules { TimeRules { _ in .init(seconds: hours * 3600, name: "ZONE") } }

    @Test(arguments: 200..<210 as Range<UInt64>) func moment_isReadAsItIsShown(seed: UInt64) throws {
        var random = SeededGenerator(state: seed)
        for _ in 0..<100 {
            let now = Int64(random.number(1_000_000_000...4_000_000_000)) * 1000
            let rules = Self.rules(random.number(-12...14))
            let words = TimeWords(now: now, time: rules)
            let moment = Int64(random.number(86_400 * 2...4_000_000_000)) * 1000
            let shown = rules.full(moment).split(separator: " ").dropLast().joined(separator: " ")
            #expect(words.parse(shown) == moment, "\(shown)")
            #expect(words.parse("@\(moment / 1000)") == moment)
            let span = Int64(random.number(0...1_000_000)) * 1000
            let text = Spans.text(span, units: 8)
            #expect(words.parse("-\(text)") == now - span && words.parse("+\(text)") == now + span)
            #expect(words.parse("\(text) ago") == now - span && words.parse("\(text) left") == now + span)
            #expect(words.parse("now") == now)
            let today = try #require(words.parse("today"))
            #expect(today <= now && now - today < 86_400_000 && rules.full(today).contains(" 00:00:00 "))
            #expect(words.parse("yesterday") == today - 86_400_000 && words.parse("tomorrow") == today + 86_400_000)
        }
    }

    /// No words, however odd, are anything but a moment or none.
    @Test(arguments: 300..<320 as Range<UInt64>) func words_ofAnyKind_areAMomentOrNone(seed: UInt64) {
        var random = SeededGenerator(state: seed)
        let parts = [
            "now", "-", "+", "@", "2026", "13", "00", ":", " ", "ago", "left", "h", "day", ".", "T", "Z", "UTC", "Sat", "é", "\u{0}",
            "99999999999999999999",
        ]
        let words = TimeWords(now: 1_795_233_600_000, time: Self.rules(1))
        for _ in 0..<1000 {
            let text = (0..<random.below(8)).map { _ in random.pick(parts) }.joined()
            guard let moment = words.parse(text) else { continue }
            #expect(abs(moment) < 1 << 53, "\(text)")
        }
    }

    @Test func time_beforeTheYearsOfPeople_isShownAllTheSame() {
        #expect(TimeRules.utc.full(-1) == "Wed 1969-12-31 23:59:59 UTC")
        #expect(TimeRules.utc.short(0) == "Jan 01 00:00:00" && TimeRules.seconds(-1001) == -2 && TimeRules.seconds(-1000) == -1)
    }
}
