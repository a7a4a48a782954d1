import Printing
import StrictJSON

/// What setting a document would change, by the present one: a line a member.
struct PlannedChange: Equatable {
    /// One member.
    struct Line: Equatable {
        var name: String
        var before: JSONValue?
        var after: JSONValue
    }

    let lines: [Line]

    /// - Parameter present: the thing as it was last seen; `nil` where it is not there.
    init(from present: JSONObject?, setting document: JSONObject) {
        lines = document.filter { present?[$0.name] != $0.value && !(Self.isEmpty($0.value) && Self.isEmpty(present?[$0.name])) }
            .map { Line(name: $0.name, before: present?[$0.name], after: $0.value) }
    }

    /// What is emptied is left out of Meta's answers from then on.
    private static func isEmpty(_ value: JSONValue?) -> Bool { value?.isNothing ?? true || value == "" }

    /// Values that nobody is shown.
    private static let secrets: Set = ["two_step_pin", "verify_token", "webhook_configuration", "calling"]

    /// The lines for people.
    var texts: [PrintableText] {
        guard !lines.isEmpty else { return ["Nothing would change."] }
        return lines.map { line in
            guard !Self.secrets.contains(line.name) else { return "\(line.name): is set" }
            return "\(line.name): \(Self.text(line.before)) -> \(Self.text(line.after))"
        }
    }

    private static func text(_ value: JSONValue?) -> String { value?.description ?? "nothing" }
}
