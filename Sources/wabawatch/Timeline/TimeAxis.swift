/// Where the marks of an axis of time lie, and what each says, as local clocks and calendars show it.
struct TimeAxis {
    struct Mark: Equatable {
        /// In milliseconds since 1970.
        var moment: Int64
        var label: String
    }

    /// Seconds from mark to mark: the first of them that needs few enough marks is taken.
    static let steps: [Int64] = {
        let (minute, hour, day): (Int64, Int64, Int64) = (60, 3600, 86_400)
        return [1, 2, 5, 10, 15, 30].map { $0 } + [1, 2, 5, 10, 15, 30].map { $0 * minute } + [1, 2, 3, 6, 12].map { $0 * hour }
            + [1, 2, 7, 14, 28, 56, 91, 182, 364].map { $0 * day }
    }()
    /// Weeks begin on Monday; 1970-01-05 was one.
    private static let firstMonday: Int64 = 4 * 86_400

    let from: Int64
    let to: Int64
    let time: TimeRules
    /// At most so many.
    let marks: Int

    /// In order, all within the axis; none where it is shorter than a second.
    func all() -> [Mark] {
        let (start, end, length) = (clock(from), clock(to), (to - from) / 1000)
        let step = Self.steps.first { length / $0 < Int64(marks) } ?? Self.years(length, marks)
        let origin = step >= 7 * 86_400 ? Self.firstMonday : 0
        var shown = origin + (start - origin - 1 + step) / step * step
        var result: [Mark] = []
        var day: CivilTime?
        while shown <= max(start, end), result.count < marks {
            let civil = CivilTime(secondsOnThisClock: shown)
            let moment = moment(civil, behind: result.last?.moment ?? from)
            // Where clocks are put forward or back a time of day does not exist, or twice.
            if from <= moment, moment <= to, result.last.map({ $0.moment < moment }) ?? true {
                result.append(Mark(moment: moment, label: label(civil, step, after: day)))
                day = civil
            }
            shown += step
        }
        return result
    }

    /// When local clocks show this; of two such moments the one that is as far from UTC as what is before.
    private func moment(_ civil: CivilTime, behind before: Int64) -> Int64 {
        let offset = time.offset(TimeRules.seconds(before)).seconds
        let seconds = civil.secondsOnThisClock - Int64(offset)
        return time.offset(seconds).seconds == offset ? seconds * 1000 : time.milliseconds(civil)
    }

    private func clock(_ moment: Int64) -> Int64 { time.civil(moment).secondsOnThisClock }

    /// Whole years of 364 days.
    private static func years(_ length: Int64, _ marks: Int) -> Int64 { 364 * 86_400 * (length / (364 * 86_400) / Int64(marks) + 1) }

    /// The day where it is another than the mark's before, else the time of day.
    private func label(_ civil: CivilTime, _ step: Int64, after previous: CivilTime?) -> String {
        if step >= 86_400 {
            let day = "\(civil.monthName) \(TimeRules.two(civil.day))"
            return previous?.year == civil.year ? day : "\(day) \(civil.year)"
        }
        let clock = "\(TimeRules.two(civil.hour)):\(TimeRules.two(civil.minute))\(step < 60 ? ":\(TimeRules.two(civil.second))" : "")"
        guard previous.map({ ($0.year, $0.month, $0.day) != (civil.year, civil.month, civil.day) }) ?? true else { return clock }
        return "\(civil.monthName) \(TimeRules.two(civil.day)) \(clock)"
    }
}
