import StrictJSON
import WabaWatchInterface
import WhatsAppBusiness

/// What `show` prints: what changed last, what a rating means, and the document as a person would read it.
struct ResourcePage {
    let resource: Resource
    let lastChange: Change?

    func lines(_ page: Page) -> [String] {
        let style = Health(resource).style
        var lines = ["\(page.paint(page.dot, style)) \(page.paint(title.printable, .bold))"]
        let confirmed = resource.confirmedAt.milliseconds
        let changed = resource.changedAt.milliseconds
        lines.append("    Confirmed: \(page.time.full(confirmed)); \(Spans.relative(confirmed, to: page.now))")
        lines.append("      Changed: \(page.time.full(changed)); \(Spans.relative(changed, to: page.now))")
        if let lastChange {
            let words = lastChange.summary.printable.wrapped(to: (page.width ?? .max) - Self.lastChange.count)
            for (index, words) in words.enumerated() {
                let head = index == 0 ? Self.lastChange : String(repeating: " ", count: Self.lastChange.count)
                lines.append(head + page.paint(words, Style(lastChange.severity.level)))
            }
        }
        // What to do stands before what may be longer than the screen.
        if let meaning = Meaning(resource) { lines += [""] + meaning.lines(page) }
        return lines + [""] + members(.object(resource.document), depth: 1, page)
    }

    private static let lastChange = "  Last change: "

    private var title: String {
        let number = resource.phoneNumberID.flatMap { $0 == resource.id ? nil : " at \($0)" } ?? ""
        return "\(resource.kind.rawValue) \(resource.id)\(number), account \(resource.account)"
    }

    private func members(_ value: JSONValue, depth: Int, _ page: Page) -> [String] {
        let indent = String(repeating: "  ", count: depth)
        switch value {
        case .object(let object):
            let width = object.members.filter { !Self.isNested($0.value) }.map(\.name.displayWidth).max() ?? 0
            return object.flatMap { member -> [String] in
                let name = member.name.printable
                guard !Self.isNested(member.value) else { return [indent + name] + members(member.value, depth: depth + 1, page) }
                let space = String(repeating: " ", count: max(0, width - name.displayWidth))
                return ["\(indent)\(name)\(space)  \(page.paint(ChangeText.text(member.value).printable, .bold))"]
            }
        case .array(let elements):
            return elements.flatMap { element -> [String] in
                guard Self.isNested(element) else { return ["\(indent)- \(page.paint(ChangeText.text(element).printable, .bold))"] }
                var lines = members(element, depth: depth + 1, page)
                if let first = lines.first { lines[0] = indent + "- " + first.dropFirst(indent.count + 2) }
                return lines
            }
        default: return [indent + ChangeText.text(value).printable]
        }
    }

    private static func isNested(_ value: JSONValue) -> Bool {
        switch value {
        case .object(let object): !object.isEmpty
        case .array(let elements): !elements.isEmpty
        default: false
        }
    }
}
