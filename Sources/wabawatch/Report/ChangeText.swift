import Printing
import StrictJSON
import WabaWatchClient
import WabaWatchInterface
import WhatsAppBusiness

/// A change as text.
struct ChangeText {
    let form: ChangeForm
    let page: Page
    /// This machine's name, which events have.
    let host: String

    /// The lines of a change; only the last form has more than one.
    func lines(_ change: Change) -> [PrintableText] {
        let summary = page.paint(PrintableText(change.summary), Style(change.severity.level))
        return switch form {
        case .short: ["\(page.time.short(change.observedAt.milliseconds)) \(summary)"]
        case .cat: [summary]
        case .json: [PrintableText(change.json)]
        case .cloudevents: [PrintableText(CloudEvent(change, host: host).json)]
        case .full: ["\(page.time.full(change.observedAt.milliseconds)) \(summary)"] + members(of: change) + [facts(of: change)]
        }
    }

    private func members(of change: Change) -> [PrintableText] {
        // A thing that came or went has no fields: its whole document is told.
        if change.fields.isEmpty {
            return (change.after ?? change.before ?? [:]).map { member in
                "    \(member.name): \(page.paint(PrintableText(Self.text(member.value)), .bold))"
            }
        }
        return change.fields.map { field in
            let before = Self.value(change.before, at: field)
            let after = Self.value(change.after, at: field)
            // As --field takes it.
            let name = String(field.description.dropFirst())
            return "    \(name): \(before) \(page.arrow) \(page.paint(PrintableText(after), .bold))"
        }
    }

    private func facts(of change: Change) -> PrintableText {
        var facts = [change.operation.rawValue, change.severity.rawValue]
        if change.origin != .poll { facts.append("by \(change.origin.rawValue)" + (change.actor.map { " of \($0)" } ?? "")) }
        facts.append("\(change.kind.rawValue) \(change.id)")
        if let number = change.phoneNumberID, number != change.id { facts.append("at \(number)") }
        facts += ["sequence \(change.sequence)", "cursor \(change.cursor)"]
        return page.paint("    \(facts.joined(separator: ", "))", .faint)
    }

    /// A member's value for a person: text without quotes, what is absent in words.
    static func value(_ document: JSONObject?, at pointer: JSONPointer) -> String {
        var value = document.map(JSONValue.object)
        for name in pointer.names { value = value?[name] }
        return value.map(text) ?? "(absent)"
    }

    static func text(_ value: JSONValue) -> String {
        switch value {
        case .string(let string): string.isEmpty ? "\"\"" : string
        default: value.description
        }
    }
}
