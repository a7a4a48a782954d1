import Alarms
import StrictJSON
public import WhatsAppBusiness

/// How things of one kind are compared and what a difference of theirs means. One row a kind; the table is all there is to a kind in this room.
public struct Rules: Sendable {
    /// What a person calls one such thing.
    public let noun: String
    /// What a person calls several.
    public let plural: String
    /// Members that are never compared and therefore not kept.
    let ignored: Set<String>
    /// Whether a member that is `null` is the same as one that is missing.
    let nullIsMissing: Bool
    /// Members that are kept in another form than they come in.
    let forms: [String: [Form]]
    /// Which values are the same.
    public let sameness: Sameness
    /// What a difference in a member means, by the pointer it stands at or below; otherwise `.decided`.
    let meanings: [(pointer: JSONPointer, meaning: Meaning)]
    /// How many complete polls in a row must miss a thing before it is removed.
    let pollsToRemove: Int
    /// When a list that lacks much is believed.
    let hold: Hold.Measure
    /// Whether a poll shows all things of the kind, or one.
    let isList: Bool
    /// How urgent it is when one comes or goes.
    let added: Severity
    let removed: Severity

    /// A form that takes what changes by itself out of a value.
    enum Form: Sendable {
        /// An address's path, for those that are signed anew all the time.
        case path
        /// A health status without words, in one order.
        case health
        /// An object without these members.
        case without(Set<String>)
        /// Text in capitals, for enums that Meta writes in either case.
        case capitals
        /// An object, some of whose texts, at these pointers, are in capitals; an array on the way stands for each of its elements.
        case capitalsAt([String])
    }

    /// What it means when a member changes.
    enum Meaning: Sendable {
        /// A rank, best first: down is a warning, up an improvement, and a value may be a warning by itself.
        case ranked([String], what: String, by: StateScale? = nil)
        /// A state, as urgent as it is to be in it.
        case state(what: String, StateScale)
        /// A class, one of which costs more than the others: a warning to come into it, an improvement to leave it.
        case classed(what: String, dearest: String)
        /// Meta's word on whether messages can be sent.
        case health(what: String)
        /// A switch that should stay on.
        case guarded(what: String)
        /// Something that nobody should change unnoticed.
        case sensitive(what: String)
        /// Something that a person decided.
        case decided(what: String)
    }

    init(
        _ noun: String, _ plural: String, isList: Bool, ignored: Set<String> = [], nullIsMissing: Bool = false,
        forms: [String: [Form]] = [:], sameness: [String: Sameness.Form] = [:],
        meanings: [(String, Meaning)] = [], pollsToRemove: Int = 1, hold: Hold.Measure = .usual,
        added: Severity = .notice, removed: Severity = .notice
    ) {
        self.noun = noun
        self.plural = plural
        self.isList = isList
        self.ignored = ignored
        self.nullIsMissing = nullIsMissing
        self.forms = forms.merging(Self.formsOfAll) { $0 + $1 }
        self.sameness = Sameness(sameness)
        self.meanings = meanings.map { (JSONPointer($0.0.split(separator: "/").map(String.init)), $0.1) }
        self.pollsToRemove = pollsToRemove
        self.hold = hold
        self.added = added
        self.removed = removed
    }
}

extension Rules {
    /// A member that so many things at least lost, and none shows, was taken by Meta.
    public static let severalThings = 3

    /// The rules of a kind that only a later release may know: its things are named by its text.
    @_disfavoredOverload
    public static func of(_ kind: OpenEnum<Kind>) -> Rules {
        if let known = kind.known { return of(known) }
        let words = kind.rawText.replacing("_", with: " ")
        return Rules(words, "things of the kind \(words)", isList: false)
    }

    func meaning(of pointer: JSONPointer) -> Meaning {
        if let row = meanings.first(where: { $0.pointer.isPrefix(of: pointer) }) { return row.meaning }
        return .decided(what: pointer.names.joined(separator: " ").replacing("_", with: " "))
    }
}
