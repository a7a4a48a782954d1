import Printing
import WhatsAppBusiness

/// A timeline as a picture: the same bars, a rectangle for each segment; hatched where nothing is known.
struct TimelineSVG {
    let timeline: Timeline
    let time: TimeRules

    private static let left = 70
    private static let width = 900
    private static let rowHeight = 18
    private static let barHeight = 14

    var text: String {
        var body: [String] = []
        var top = 30
        for number in timeline.numbers {
            let asOf = number.asOf.map { " (as of \(time.full($0.milliseconds)))" } ?? ""
            body.append("<text x=\"10\" y=\"\(top)\" font-weight=\"bold\">\((number.title + asOf).xml)</text>")
            top += 6
            for track in number.tracks {
                body.append("<text x=\"10\" y=\"\(top + Self.barHeight - 3)\" fill=\"#555\">\(track.title.xml)</text>")
                body += track.segments.map { rectangle($0, track.measure, top) }
                top += Self.rowHeight
            }
            top += 24
        }
        body.append("<text x=\"\(Self.left)\" y=\"\(top)\" fill=\"#555\">\(time.full(timeline.from).xml)</text>")
        body.append(
            "<text x=\"\(Self.left + Self.width)\" y=\"\(top)\" fill=\"#555\" text-anchor=\"end\">\(time.full(timeline.to).xml)</text>"
        )
        let size = "width=\"\(Self.left + Self.width + 10)\" height=\"\(top + 12)\""
        return """
            <svg xmlns="http://www.w3.org/2000/svg" \(size) font-family="sans-serif" font-size="12">
            \(Self.hatching)
            <rect width="100%" height="100%" fill="#fff"/>
            \(body.joined(separator: "\n"))
            </svg>
            """
    }

    private func rectangle(_ segment: Timeline.Segment, _ measure: Measure, _ top: Int) -> String {
        let level = measure.level(segment.value)
        let height = segment.value == nil ? Self.barHeight : max(2, Self.barHeight * (level ?? 1) / 6)
        let fill = segment.value == nil ? "url(#not-known)" : Self.color(measure, level)
        let x = position(segment.from)
        let shape = "x=\"\(x)\" y=\"\(top + Self.barHeight - height)\" width=\"\(max(1, position(segment.to) - x))\" height=\"\(height)\""
        return "<rect \(shape) fill=\"\(fill)\"><title>\((segment.value ?? "not known").xml)</title></rect>"
    }

    /// The fill of what is not known.
    private static let hatching = """
        <defs><pattern id="not-known" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">\
        <rect width="2" height="6" fill="#ccc"/></pattern></defs>
        """

    private func position(_ moment: Int64) -> Int {
        Self.left + Int((moment - timeline.from) * Int64(Self.width) / (timeline.to - timeline.from))
    }

    private static func color(_ measure: Measure, _ level: Int?) -> String {
        switch measure.style(level) {
        case .good: "#2e9e4f"
        case .warning: "#e0a800"
        case .critical: "#c0392b"
        case .bold: "#3a6ea5"
        case .plain, .faint: "#ccc"
        }
    }
}
