import Printing
import StrictJSON
import WabaWatchInterface
import WhatsAppBusiness

/// What `show` prints: what changed last, what a rating means, and the document as a person would read it.
struct ResourcePage {
    let resource: Resource
    let lastChange: Change?
    /// Why it may look otherwise by now, if it may.
    var staleness: Freshness.Staleness?

    func lines(_ page: Page) -> [PrintableText] {
        let style = staleness == nil ? Health(resource).style : .faint
        var lines: [PrintableText] = ["\(page.paint(PrintableText(page.dot), style)) \(page.paint(PrintableText(title), .bold))"]
        let confirmed = resource.confirmedAt.milliseconds
        let changed = resource.changedAt.milliseconds
        if let staleness {
            lines.append(page.paint("        As of: \(page.time.full(confirmed)); \(Spans.relative(confirmed, to: page.now))", .bold))
            lines.append(" Not current: \(staleness.reason)")
        } else {
            lines.append("    Confirmed: \(page.time.full(confirmed)); \(Spans.relative(confirmed, to: page.now))")
        }
        lines.append("      Changed: \(page.time.full(changed)); \(Spans.relative(changed, to: page.now))")
        if let lastChange {
            let words = PrintableText(lastChange.summary).wrapped(to: (page.width ?? .max) - Self.lastChange.count)
            for (index, words) in words.enumerated() {
                let head = index == 0 ? Self.lastChange : String(repeating: " ", count: Self.lastChange.count)
                lines.append("\(head)\(page.paint(words, Style(lastChange.severity.level)))")
            }
        }
        // What to do stands before what may be longer than the screen.
        if let meaning = Meaning(resource) { lines += [""] + meaning.lines(page, isCurrent: staleness == nil) }
        return lines + [""] + members(.object(resource.document), "  ", "  ", page)
    }

    private static let lastChange = "  Last change: "

    private var valueStyle: Style { staleness == nil ? .bold : .faint }

    private var title: String {
        let number = resource.phoneNumberID.flatMap { $0 == resource.id ? nil : " at \($0)" } ?? ""
        return "\(resource.kind.rawValue) \(resource.id)\(number), account \(resource.account)"
    }

    /// The first line begins with `first`, the others with `indent`.
    private func members(_ value: JSONValue, _ first: String, _ indent: String, _ page: Page) -> [PrintableText] {
        var head = first
        var lines: [PrintableText] = []
        switch value {
        case .object(let object):
            let width = object.members.filter { !Self.isNested($0.value) }.map { PrintableText($0.name).displayWidth }.max() ?? 0
            for member in object.members {
                let name = PrintableText(member.name)
                if Self.isNested(member.value) {
                    lines += ["\(head)\(name)"] + members(member.value, indent + "  ", indent + "  ", page)
                } else {
                    let space = String(repeating: " ", count: max(0, width - name.displayWidth))
                    lines.append("\(head)\(name)\(space)  \(page.paint(PrintableText(ChangeText.text(member.value)), valueStyle))")
                }
                head = indent
            }
        case .array(let elements):
            for element in elements {
                if Self.isNested(element) {
                    lines += members(element, head + "- ", indent + "  ", page)
                } else {
                    lines.append("\(head)- \(page.paint(PrintableText(ChangeText.text(element)), valueStyle))")
                }
                head = indent
            }
        default: lines.append("\(head)\(ChangeText.text(value))")
        }
        return lines
    }

    private static func isNested(_ value: JSONValue) -> Bool {
        switch value {
        case .object(let object): !object.isEmpty
        case .array(let elements): !elements.isEmpty
        default: false
        }
    }
}
