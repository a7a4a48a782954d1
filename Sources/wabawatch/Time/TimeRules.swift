import Glibc

/// How far local time is from UTC, and what it is called, at every moment.
struct TimeRules: Sendable {
    struct Offset: Sendable {
        var seconds: Int
        var name: String
    }

    /// The offset at a moment, in seconds since 1970.
    let offset: @Sendable (Int64) -> Offset

    static let utc = TimeRules { _ in Offset(seconds: 0, name: "UTC") }

    /// The host's: `$TZ`, else `/etc/localtime`. (Foundation's time zones would cost its whole start-up.)
    static let system = TimeRules { seconds in
        var moment = time_t(seconds)
        var parts = tm()
        guard localtime_r(&moment, &parts) != nil else { return Offset(seconds: 0, name: "UTC") }
        return Offset(seconds: parts.tm_gmtoff, name: parts.tm_zone.map { String(cString: $0) } ?? "")
    }

    /// The host's clock, in milliseconds since 1970.
    static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// What local clocks show at a moment, in milliseconds since 1970.
    func civil(_ milliseconds: Int64) -> CivilTime {
        let seconds = Self.seconds(milliseconds)
        return CivilTime(secondsOnThisClock: seconds + Int64(offset(seconds).seconds))
    }

    /// When local clocks show this, in milliseconds since 1970. In the hour that daylight saving leaves out, the clock before it counts on.
    func milliseconds(_ civil: CivilTime) -> Int64 {
        let shown = civil.secondsOnThisClock
        let first = shown - Int64(offset(shown).seconds)
        return (shown - Int64(offset(first).seconds)) * 1000
    }

    static func seconds(_ milliseconds: Int64) -> Int64 { (milliseconds - (milliseconds < 0 ? 999 : 0)) / 1000 }
}

extension TimeRules {
    /// journalctl's short form: `Nov 21 04:14:00`.
    func short(_ milliseconds: Int64) -> String {
        let civil = civil(milliseconds)
        return "\(civil.monthName) \(Self.two(civil.day)) \(Self.clock(civil))"
    }

    /// journalctl's full form: `Sat 2026-11-21 04:14:00 UTC`.
    func full(_ milliseconds: Int64) -> String {
        let civil = civil(milliseconds)
        let name = offset(Self.seconds(milliseconds)).name
        return "\(civil.weekdayName) \(civil.year)-\(Self.two(civil.month))-\(Self.two(civil.day)) \(Self.clock(civil)) \(name)"
    }

    /// For columns: the time of day of what is less than a day ago, `04:14`; else the day, `Nov 20`.
    func column(_ milliseconds: Int64, now: Int64) -> String {
        let civil = civil(milliseconds)
        guard abs(now - milliseconds) >= 86_400_000 else { return "\(Self.two(civil.hour)):\(Self.two(civil.minute))" }
        return "\(civil.monthName) \(Self.two(civil.day))"
    }

    private static func clock(_ civil: CivilTime) -> String { "\(two(civil.hour)):\(two(civil.minute)):\(two(civil.second))" }
    static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
