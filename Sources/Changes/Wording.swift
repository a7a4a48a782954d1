import Alarms
import StrictJSON
public import WhatsAppBusiness

/// How a person is told: what, where, and from what to what.
///
/// `acme: quality rating of +1 555-093-4873 (107878721936019) fell from GREEN to YELLOW`
public struct Wording: Sendable {
    private let resource: ResourceID
    private let displayNumber: String?
    private let rules: Rules

    /// Words for one thing.
    /// - Parameter displayNumber: the number as people know it, for what belongs to one.
    public init(_ resource: ResourceID, displayNumber: String?) {
        self.resource = resource
        self.displayNumber = displayNumber
        rules = Rules.of(resource.kind)
    }

    /// How the sentence of a first look ends; that of members which became known later does not.
    static let beginning = "; watching from here on"

    /// Texts that come from outside are cut at this many characters.
    static let longest = 80

    /// The number, by what people know it as and by its id.
    var number: String? {
        resource.phoneNumberID.map { id in displayNumber.map { "\($0) (\(id))" } ?? id }
    }

    /// The thing: `phone number +1 555… (1078…)`, `business profile of +1 555… (1078…)`, `QR code 4O4Y… of +1 555… (1078…)`.
    var thing: String {
        switch (resource.kind.known, number) {
        case (.phoneNumber, .some(let number)): "\(rules.noun) \(number)"
        case (_, .some(let number)) where rules.isList: "\(rules.noun) \(resource.id) of \(number)"
        case (_, .some(let number)): "\(rules.noun) of \(number)"
        case (.account, .none): "account \(resource.id)"
        default: "\(rules.noun) \(resource.id)"
        }
    }

    func baseline(count: Int) -> String {
        let things = "\(count) \(count == 1 ? rules.noun : rules.plural)"
        return "\(resource.account): found \(things)\(number.map { " at \($0)" } ?? "")\(Self.beginning)"
    }

    func baseline() -> String { "\(resource.account): found the \(thing)\(Self.beginning)" }

    func joined(_ members: [String]) -> String {
        "\(resource.account): \(members.joined(separator: ", ")) of the \(thing) \(members.count == 1 ? "is" : "are") now known"
    }

    func ignored(_ members: [String]) -> String {
        "\(resource.account): \(members.joined(separator: ", ")) of the \(thing) \(members.count == 1 ? "is" : "are") ignored from here on"
    }

    func added() -> String { "\(resource.account): \(thing) was added" }
    func removed() -> String { "\(resource.account): \(thing) was removed" }

    /// The severity and the sentence of a change of members, the worst first.
    func changed(_ difference: DocumentDifference) -> (severity: Severity, summary: String) {
        var judged = difference.fields.map { field in
            let (before, after) = (difference.before.value(at: field), difference.after.value(at: field))
            return rules.meaning(of: field).judge(
                before: rules.sameness.worded(before, at: field), after: rules.sameness.worded(after, at: field))
        }
        judged = judged.enumerated().sorted { ($1.element.severity, $0.offset) < ($0.element.severity, $1.offset) }.map(\.element)
        guard let worst = judged.first else { return (.notice, "\(resource.account): \(thing) changed") }
        let place = resource.kind == .phoneNumber ? number ?? thing : "the \(thing)"
        var parts = ["\(resource.account): \(worst.what) of \(place) \(worst.verb)"]
        parts += judged.dropFirst().prefix(2).map { "\($0.what) \($0.verb)" }
        if judged.count > 3 { parts.append("and \(judged.count - 3) more") }
        return (worst.severity, parts.joined(separator: ", "))
    }
}

/// What one difference means: how urgent it is, what it is about and what that did.
struct Judgement {
    var severity: Severity
    var what: String
    var verb: String
}

extension Rules.Meaning {
    func judge(before: JSONValue?, after: JSONValue?) -> Judgement {
        let (old, new) = (before?.string?.uppercased(), after?.string?.uppercased())
        let fromTo = "from \(Self.words(before)) to \(Self.words(after))"
        switch self {
        case .ranked(let ranks, let what, let scale):
            let (was, now) = (old.flatMap(ranks.firstIndex(of:)), new.flatMap(ranks.firstIndex(of:)))
            if let was, let now, was != now {
                let rose = now < was
                return Judgement(severity: rose ? .info : .warning, what: what, verb: "\(rose ? "rose" : "fell") \(fromTo)")
            }
            let severity = max(scale?.severity(of: new) ?? .info, now == 0 ? .info : .notice)
            return Judgement(severity: severity, what: what, verb: "went \(fromTo)")
        case .state(let what, let scale): return Judgement(severity: scale.severity(of: new), what: what, verb: "went \(fromTo)")
        case .classed(let what, let dearest):
            // From or to nothing nothing was moved.
            let isMove = old != nil && new != nil && old != new
            let severity: Severity = isMove ? (new == dearest ? .warning : old == dearest ? .info : .notice) : .notice
            return Judgement(severity: severity, what: what, verb: "\(isMove ? "moved" : "changed") \(fromTo)")
        case .health(let what): return .health(what: what, before: before, after: after)
        case .guarded(let what):
            // A switch that comes as text says the same, but in another type, which is told.
            let (was, now) = (before.flatMap(Self.isOn), after.flatMap(Self.isOn))
            let off = was == true && (now == false || after?.isNothing ?? true)
            let verb = off ? "was turned off" : now == true && was != true ? "was turned on" : "went \(fromTo)"
            return Judgement(severity: off ? .warning : .notice, what: what, verb: verb)
        case .sensitive(let what): return Judgement(severity: .warning, what: what, verb: "changed \(fromTo)")
        case .decided(let what): return Judgement(severity: .notice, what: what, verb: "changed \(fromTo)")
        }
    }

    /// A value as a sentence can hold it: enums bare, other text quoted and escaped, long ones cut.
    static func words(_ value: JSONValue?) -> String {
        guard let value else { return "nothing" }
        if let text = value.string, !text.isEmpty, text.utf8.allSatisfy({ $0 == 0x5F || 0x30...0x39 ~= $0 || 0x41...0x5A ~= $0 }) {
            return String(text.prefix(Wording.longest))
        }
        let whole = value.description
        let cut = whole.prefix(Wording.longest)
        return cut.count < whole.count ? cut + "…" : whole
    }

    /// Whether a switch is on.
    private static func isOn(_ value: JSONValue) -> Bool? {
        value.bool ?? ["TRUE": true, "FALSE": false][value.string?.uppercased() ?? ""]
    }
}
