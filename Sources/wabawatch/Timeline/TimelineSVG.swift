import Printing
import WhatsAppBusiness

/// A timeline as a picture for a report: for each number a bar for rating, status and limit, filled by state and with its value named where there is room;
/// a legend, an axis with dates, and hatching where nothing is known. It follows the reader's light or dark style where the program that shows it has one.
struct TimelineSVG {
    let timeline: Timeline
    let time: TimeRules

    private static let margin = 16
    private static let left = 72
    private static let width = 912
    private static let rowHeight = 20
    private static let barHeight = 16
    private static let lineHeight = 20
    /// About how wide a letter of the small text is, and one of the usual text.
    private static let (smallLetter, letter) = (7, 8)
    /// What is longer is cut: the columns of a title, and of a state.
    private static let (titleColumns, stateColumns) = (104, 40)
    /// At most so many states of one colour are named in the legend, and so many marks stand at the axis.
    private static let (namedStates, marks) = (6, 8)

    private static let full = left + width + margin

    /// The picture, as XML without a declaration.
    var text: String {
        let legend = legendRows()
        let top = Self.margin + Self.lineHeight + legend.count * Self.lineHeight + 12
        var body: [String] = []
        var y = top
        for number in timeline.numbers {
            let asOf = number.asOf.map { " (as of \(time.full($0.milliseconds)))" } ?? ""
            body.append(text(Self.margin, y + 13, Self.fitted(number.title + asOf, Self.titleColumns), "name"))
            y += 20
            for track in number.tracks {
                body.append(text(Self.margin, y + 12, track.title.xml, "dim"))
                // What is drawn wider than it is comes last, so that nothing covers it.
                body += track.segments.sorted { width($0) > 2 && width($1) <= 2 }.map { bar($0, track.measure, y) }
                y += Self.rowHeight
            }
            y += 14
        }
        let axis = TimeAxis(from: timeline.from, to: timeline.to, time: time, marks: Self.marks).all()
        let lines = axis.map {
            "<path class=\"grid\" d=\"M\(position($0.moment)) \(top)V\(y)\"/>"
        }
        let labels = axis.map { mark in
            // At the right edge there is no room for the middle.
            let x = min(position(mark.moment), Self.full - Self.margin - mark.label.count * Self.smallLetter / 2)
            return text(x, y + 14, mark.label.xml, "dim middle")
        }
        let height = y + 14 + Self.margin
        let span = "\(time.full(timeline.from)) – \(time.full(timeline.to))"
        return """
            <svg xmlns="http://www.w3.org/2000/svg" role="img" width="\(Self.full)" height="\(height)" viewBox="0 0 \(Self.full) \(height)">
            \(Self.style)
            \(Self.hatching)
            <rect class="paper" width="100%" height="100%"/>
            \(([text(Self.margin, Self.margin + 8, span.xml, "dim")] + legend + lines + body + labels).joined(separator: "\n"))
            </svg>
            """
    }

    // MARK: Bars

    private func bar(_ segment: Timeline.Segment, _ measure: Measure, _ top: Int) -> String {
        let x = position(segment.from)
        let fill = Fill(measure, segment.value)
        let shape = "x=\"\(x)\" y=\"\(top)\" width=\"\(max(2, width(segment)))\" height=\"\(Self.barHeight)\""
        let value = segment.value.map { PrintableText($0).fitted(to: Self.stateColumns) } ?? "not known"
        let title = "\(value.xml), \(time.short(segment.from).xml) – \(time.short(segment.to).xml)"
        let rectangle = "<rect class=\"\(fill.name)\" \(shape)><title>\(title)</title></rect>"
        guard segment.value != nil, width(segment) >= value.displayWidth * Self.smallLetter + 8 else { return rectangle }
        return rectangle + text(x + 5, top + 12, value.xml, "on-\(fill.name)")
    }

    private func width(_ segment: Timeline.Segment) -> Int { position(segment.to) - position(segment.from) }

    private func position(_ moment: Int64) -> Int {
        Self.left + Int((moment - timeline.from) * Int64(Self.width) / (timeline.to - timeline.from))
    }

    // MARK: Legend

    /// The colours that the picture has, each with the states that it stands for.
    private func legendRows() -> [String] {
        var states: [Fill: [String]] = [:]
        for track in timeline.numbers.lazy.flatMap(\.tracks) {
            for segment in track.segments {
                let name = segment.value.map { PrintableText($0).fitted(to: Self.stateColumns).plain } ?? "not known"
                let known = states[Fill(track.measure, segment.value), default: []]
                if !known.contains(name), known.count <= Self.namedStates { states[Fill(track.measure, segment.value)] = known + [name] }
            }
        }
        var (x, y) = (Self.margin, Self.margin + Self.lineHeight)
        var rows: [String] = []
        for fill in Fill.allCases {
            guard let names = states[fill] else { continue }
            let words = names.prefix(Self.namedStates).joined(separator: ", ") + (names.count > Self.namedStates ? ", …" : "")
            let label = PrintableText(words).fitted(to: Self.titleColumns)
            let width = 20 + label.displayWidth * Self.letter + 16
            if rows.isEmpty || x + width > Self.full {
                if !rows.isEmpty { y += Self.lineHeight }
                x = Self.margin
                rows.append("")
            }
            rows[rows.count - 1] +=
                "<rect class=\"\(fill.name)\" x=\"\(x)\" y=\"\(y)\" width=\"14\" height=\"14\"/>" + text(x + 20, y + 11, label.xml, "ink")
            x += width
        }
        return rows
    }

    // MARK: Style

    private func text(_ x: Int, _ y: Int, _ escaped: String, _ style: String) -> String {
        "<text class=\"\(style)\" x=\"\(x)\" y=\"\(y)\">\(escaped)</text>"
    }

    private static func fitted(_ text: String, _ columns: Int) -> String { PrintableText(text).fitted(to: columns).xml }

    /// How a state is filled; the names are the picture's classes.
    private enum Fill: Hashable, CaseIterable {
        case good, warning, critical, other, limit1, limit2, limit3, limit4, limit5, limit6, unknown

        init(_ measure: Measure, _ value: String?) {
            let level = measure.level(value)
            switch measure.style(level) {
            case _ where value == nil: self = .unknown
            case .good: self = .good
            case .warning: self = .warning
            case .critical: self = .critical
            case .bold: self = [.limit1, .limit2, .limit3, .limit4, .limit5, .limit6][(level ?? 1) - 1]
            case .plain, .faint: self = .other
            }
        }

        var name: String { "\(self)" }
    }

    /// Light by default, for programs that know no media query; the text on a bar has a contrast of 4.5 at least (WCAG 2.1, 1.4.3).
    private static let style = """
        <style>
        text { font: 12px sans-serif } .name { font-weight: bold } .middle { text-anchor: middle }
        .paper { fill: #fff } .ink, .name { fill: #1f2328 } .dim { fill: #59636e } .grid { stroke: #d1d9e0 } .hatch { stroke: #8c959f }
        .good { fill: #1a7f37 } .warning { fill: #f2c94c } .critical { fill: #b3261e } .other { fill: #6e7781 } .unknown { fill: url(#not-known) }
        .limit1 { fill: #cfe3fb } .limit2 { fill: #a8cdf7 } .limit3 { fill: #7db4f0 } .limit4 { fill: #2f6fb5 } .limit5 { fill: #1f5592 } .limit6 { fill: #123a69 }
        .on-good, .on-critical, .on-other, .on-limit4, .on-limit5, .on-limit6 { font-size: 11px; fill: #fff }
        .on-warning, .on-limit1, .on-limit2, .on-limit3 { font-size: 11px; fill: #1f2328 }
        @media (prefers-color-scheme: dark) {
        .paper { fill: #0d1117 } .ink, .name { fill: #f0f6fc } .dim { fill: #9198a1 } .grid { stroke: #3d444d } .hatch { stroke: #656c76 }
        }
        </style>
        """

    /// The fill of what is not known.
    private static let hatching = """
        <defs><pattern id="not-known" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">\
        <path class="hatch" d="M1 0V6"/></pattern></defs>
        """
}
