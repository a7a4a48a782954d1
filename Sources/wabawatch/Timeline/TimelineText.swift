import Printing
import WhatsAppBusiness

/// A timeline drawn in the terminal: the taller, the better; in every column the worst that was in it, so that a short outage is not lost. What is not
/// known is blank.
struct TimelineText {
    let timeline: Timeline
    let page: Page
    /// Whether only ASCII is wanted.
    let isASCII: Bool
    /// Whether numbers are drawn however many there are.
    var showsAll = true

    /// Past so many numbers those that were well all the time are counted.
    static let mostNumbers = 100
    private static let blocks = ["▁", "▂", "▃", "▅", "▆", "█"]
    private static let label = "  rating  "

    func lines() -> [PrintableText] {
        let width = max(10, (page.width ?? 80) - Self.label.count - 1)
        var lines: [PrintableText] = []
        let isFolded = !showsAll && timeline.numbers.count > Self.mostNumbers
        let drawn = isFolded ? timeline.numbers.filter { !$0.isQuiet } : timeline.numbers
        for number in drawn {
            let asOf = number.asOf.map { " (as of \(page.time.short($0.milliseconds)))" } ?? ""
            lines.append("\(page.paint(PrintableText(number.title), .bold))\(page.paint(PrintableText(asOf), .faint))")
            for track in number.tracks {
                let name = "  " + track.title + String(repeating: " ", count: Self.label.count - 2 - track.title.count)
                lines.append("\(name)\(draw(track, width, isCurrent: number.asOf == nil))")
            }
            lines.append("")
        }
        if !lines.isEmpty { lines += [axis(width)] + legend() }
        let others = timeline.numbers.count - drawn.count
        guard others > 0 else { return lines }
        let words = StatusReport.count(others, "number")
        return lines + (lines.isEmpty ? [] : [""]) + ["  \(words) stayed as they were, and well; --all draws them"]
    }

    /// The last column, which ends now, is blank for what is not current, even where trouble has begun within it.
    private func draw(_ track: Timeline.Track, _ width: Int, isCurrent: Bool) -> PrintableText {
        var line: PrintableText = ""
        var run = ""
        var style = Style.plain
        for column in 0..<width {
            let values = isCurrent || column < width - 1 ? values(track, column, width) : []
            let level = values.compactMap(track.measure.level).min()
            let next = track.measure.style(level)
            if next != style {
                line += page.paint(PrintableText(run), style)
                (run, style) = ("", next)
            }
            run += values.isEmpty ? " " : glyph(level, track.measure)
        }
        return line + page.paint(PrintableText(run), style)
    }

    private func glyph(_ level: Int?, _ measure: Measure) -> String {
        guard let level else { return isASCII ? "." : "·" }
        guard isASCII else { return Self.blocks[level - 1] }
        return measure == .limit ? "\(level)" : [1: "_", 6: "#"][level] ?? "="
    }

    /// What is known to have been in a column.
    private func values(_ track: Timeline.Track, _ column: Int, _ width: Int) -> [String] {
        let length = timeline.to - timeline.from
        let from = timeline.from + length * Int64(column) / Int64(width)
        let to = max(from + 1, timeline.from + length * Int64(column + 1) / Int64(width))
        return track.segments.lazy.filter { $0.from < to && $0.to > from }.compactMap(\.value)
    }

    private func axis(_ width: Int) -> PrintableText {
        let start = page.time.short(timeline.from)
        let end = abs(timeline.to - page.now) < 1000 ? "now" : page.time.short(timeline.to)
        let space = max(1, width - start.count - end.count)
        return page.paint(
            PrintableText(String(repeating: " ", count: Self.label.count) + start + String(repeating: " ", count: space) + end), .faint)
    }

    private func legend() -> [PrintableText] {
        let good = glyph(6, .rating)
        let middle = glyph(3, .rating)
        let bad = glyph(1, .rating)
        let tiers = zip(1...6, ["250", "1K", "2K", "10K", "100K", "unlimited"]).map { "\(glyph($0, .limit)) \($1)" }
        return [
            "  rating  \(good) GREEN  \(middle) YELLOW  \(bad) RED  \(glyph(nil, .rating)) not rated  blank: not known",
            "  status  \(good) connected  \(middle) flagged, rate limited, pending  \(bad) down or banned",
            "  limit   \(tiers.joined(separator: "  "))",
        ].map { page.paint(PrintableText($0), .faint) }
    }
}
