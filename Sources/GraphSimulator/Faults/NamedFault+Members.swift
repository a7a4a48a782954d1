import StrictJSON

extension NamedFault {
    private static let field = Parameter("field", "the member; points lead inside: webhook_configuration.application", isRequired: true)
    private static let anyField = Parameter("field", "the member; every one but ids")
    private static let item = Parameter("item", "the id of the one thing that it happens to; every thing")

    /// Members that are not what they should be.
    static let members: [NamedFault] = [
        altering(
            "oddMember", "A member has this value.", [field, Parameter("value", "any JSON; null"), item]
        ) { given throws(SimulatedError) in
            let value = given["value"] ?? .null
            return try changing(given, adding: true) { _ in value }
        },
        altering(
            "oddType", "A member is of another type: a text for an object or a truth value, a list for a text, a text for a number.",
            [anyField, item]
        ) { given throws(SimulatedError) in try changing(given, adding: false) { $0.map(anotherType) } },
        altering("missingMember", "A member is missing; with every=2 from every other answer.", [field, item]) {
            given throws(SimulatedError) in
            try changing(given, adding: false) { _ in nil }
        },
        altering(
            "halfSurrogate", "A text holds half a surrogate pair.",
            [anyField, item, Parameter("half", "high or low; high")]
        ) { given throws(SimulatedError) in
            let unit = try given.choice("half", ["high", "low"]) == "high" ? "d83c" : "df31"
            let change = try changing(given, adding: false) { inserted(AlteredAnswer.halfPair, into: $0) }
            return { altered in
                altered.halfPairUnit = unit
                change(&altered)
            }
        },
        altering(
            "oddText", "A text holds what texts seldom hold.",
            [anyField, item, Parameter("text", "\(oddTexts.map(\.name).joined(separator: ", ")); nul")]
        ) { given throws(SimulatedError) in
            let name = try given.choice("text", oddTexts.map(\.name))
            let text = oddTexts.first { $0.name == name }?.text ?? ""
            return try changing(given, adding: false) { inserted(text, into: $0) }
        },
    ]

    /// Swift takes these in no literal.
    private static let noncharacters = String(String.UnicodeScalarView([0xFFFF, 0xFDD0].compactMap { Unicode.Scalar(UInt32($0)) }))

    /// Texts that trip readers, by name.
    static let oddTexts: [(name: String, text: String)] = [
        ("nul", "\u{0}"), ("control", "\u{1}\u{7}\u{8}\u{7F}"), ("escape", "\u{1B}[31m"), ("c1", "\u{9B}31m\u{85}"),
        ("bidi", "\u{202E}\u{2066}\u{2069}\u{202C}"), ("marks", "\u{61C}\u{200E}\u{200F}"), ("joiner", "<\u{200D}b>'\u{200C}"),
        ("noncharacter", noncharacters), ("bom", "\u{FEFF}"), ("lines", "\u{2028}\u{2029}\r\n\t"),
        ("combining", "e" + String(repeating: "\u{301}", count: 100)), ("last", "\u{10FFFF}"), ("replacement", "\u{FFFD}"),
    ]

    /// A change of the member that is said, in the thing that is said.
    private static func changing(
        _ given: FaultParameters, adding: Bool, _ change: @escaping @Sendable (JSONValue?) -> JSONValue?
    ) throws(SimulatedError) -> @Sendable (inout AlteredAnswer) -> Void {
        let field = try given.text("field")
        let item = try given.text("item")
        return { altered in
            // Without a word of whose, a member is added nowhere.
            let adding = adding && altered.edge != nil
            altered.things { thing, _ in
                if let item, thing.thingKey != item { return }
                if let field {
                    thing.change(at: field.split(separator: ".").map(String.init)[...], adding: adding, change)
                    return
                }
                let names = thing.names.filter { !["id", "code", "wa_id", "user_id", "whatsapp_business_api_data"].contains($0) }
                for name in names where thing[member: name]?["data"] == nil {
                    thing.change(at: [name], adding: false, change)
                }
            }
        }
    }

    private static func anotherType(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let object): object.members.first?.value.string.map { .string($0) } ?? []
        case .array(let elements): elements.first ?? "none"
        case .string(let text): [.string(text)]
        case .number(let number): .string(number.text)
        case .bool(let value): .string(value ? "true" : "false")
        case .null: false
        }
    }

    /// The text with another in its middle; what is no text stays.
    private static func inserted(_ odd: String, into value: JSONValue?) -> JSONValue? {
        guard let text = value?.string else { return value }
        let scalars = Array(text.unicodeScalars)
        var result = String.UnicodeScalarView(scalars.prefix(scalars.count / 2))
        result.append(contentsOf: odd.unicodeScalars)
        result.append(contentsOf: scalars.suffix(scalars.count - scalars.count / 2))
        return .string(String(result))
    }
}
