public import StrictJSON

/// A fault that can be set by its name, from the command line, through the control interface or in a test.
public struct NamedFault: Sendable {
    /// Something that is said to a fault.
    public struct Parameter: Sendable {
        /// Its name.
        public let name: String
        /// What it means, and what it is where nothing is said.
        public let meaning: String
        /// Whether it must be said.
        public let isRequired: Bool

        init(_ name: String, _ meaning: String, isRequired: Bool = false) {
            self.name = name
            self.meaning = meaning
            self.isRequired = isRequired
        }
    }

    /// Its name.
    public let name: String
    /// What it does, in one line.
    public let summary: String
    /// What can be said to it, beside what every fault takes.
    public let parameters: [Parameter]
    /// How often it strikes where nothing is said; `nil` means always.
    let times: Int?
    /// Makes the fault; the match can be narrowed.
    let make: @Sendable (FaultParameters, inout EdgeMatch) throws(SimulatedError) -> Fault

    init(
        _ name: String, _ summary: String, _ parameters: [Parameter] = [], times: Int? = nil,
        _ make: @escaping @Sendable (FaultParameters, inout EdgeMatch) throws(SimulatedError) -> Fault
    ) {
        self.name = name
        self.summary = summary
        self.parameters = parameters
        self.times = times
        self.make = make
    }

    /// The right answer, changed.
    static func altering(
        _ name: String, _ summary: String, _ parameters: [Parameter] = [],
        _ change: @escaping @Sendable (FaultParameters) throws(SimulatedError) -> @Sendable (inout AlteredAnswer) -> Void
    ) -> NamedFault {
        NamedFault(name, summary, parameters) { given, _ throws(SimulatedError) in
            .altered(Alteration(name: name, parameters: given.body, change: try change(given)))
        }
    }

    /// Every fault that there is.
    public static let all = transport + usage + refusals + members + things + lists + expansion + forms

    /// What every fault takes.
    public static let common = [
        Parameter("edge", "the calls of one edge (or, where an answer is changed, the things of that edge wherever they stand)"),
        Parameter("id", "the calls with this id in their path"),
        Parameter("method", "GET, POST or DELETE"),
        Parameter("times", "how many calls it strikes"),
        Parameter("skip", "how many calls it lets pass first"),
        Parameter("every", "strikes one of so many calls: 2 is every other"),
    ]

    /// All of them as text, for a person.
    public static var list: String {
        func line(_ parameter: Parameter) -> String {
            "    \(parameter.name)\(parameter.isRequired ? " (needed)" : ""): \(parameter.meaning)\n"
        }
        return all.map { "\($0.name)\n  \($0.summary)\n" + $0.parameters.map(line).joined() }.joined()
            + "Every fault takes:\n" + common.map(line).joined()
    }

    /// Reads `NAME` or `NAME:KEY=VALUE,KEY=VALUE`. A value is JSON, or else a text as it stands; a comma parts only before another `KEY=`.
    public static func parse(_ text: String) throws(SimulatedError) -> (name: String, parameters: JSONObject) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts[0])
        guard parts.count == 2 else { return (name, [:]) }
        var pairs: [String] = []
        for piece in parts[1].split(separator: ",", omittingEmptySubsequences: false) {
            let key = piece.prefix { $0.isLetter && $0.isASCII }
            if !key.isEmpty, piece.dropFirst(key.count).first == "=" {
                pairs.append(String(piece))
            } else if pairs.isEmpty {
                throw .parameter("\(piece) is not KEY=VALUE")
            } else {
                pairs[pairs.count - 1] += ",\(piece)"
            }
        }
        var parameters: JSONObject = [:]
        for pair in pairs {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            parameters[sides[0]] = (try? JSONValue(parsing: sides[1])) ?? .string(sides[1])
        }
        return (name, parameters)
    }
}

extension ArmedFault {
    /// A fault of that name, ready to strike.
    init(named name: String, _ body: JSONObject) throws(SimulatedError) {
        guard let named = NamedFault.all.first(where: { $0.name == name }) else {
            throw .parameter("\(name) is none of the faults: \(NamedFault.all.map(\.name).joined(separator: " "))")
        }
        let known = named.parameters + NamedFault.common
        for member in body where !known.contains(where: { $0.name == member.name }) {
            throw .parameter("\(name) takes no \(member.name)")
        }
        for parameter in known where parameter.isRequired && !body.contains(parameter.name) {
            throw .parameter("\(name) needs \(parameter.name)")
        }
        let given = FaultParameters(body: body)
        let edge = try given.text("edge")
        match = EdgeMatch(edge: edge.flatMap { SimulatedEdge(rawValue: $0) }, id: try given.text("id"), method: try given.text("method"))
        guard edge == nil || match.edge != nil else { throw .parameter("edge is none of the edges") }
        left = try given.integer("times", in: 1...1_000_000) ?? named.times
        skip = try given.integer("skip", in: 0...1_000_000) ?? 0
        every = try given.integer("every", in: 1...1_000_000) ?? 1
        fault = try named.make(given, &match)
    }
}

/// What was said to a fault.
struct FaultParameters: Sendable {
    let body: JSONObject

    subscript(name: String) -> JSONValue? { body[member: name] }

    /// A text; a number or a truth value as it is written.
    func text(_ name: String) throws(SimulatedError) -> String? {
        switch body[member: name] {
        case .none: return nil
        case .string(let text): return text
        case .number(let number): return number.text
        case .bool(let value): return value ? "true" : "false"
        default: throw .parameter("\(name) must be a text")
        }
    }

    func integer(_ name: String, in range: ClosedRange<Int>) throws(SimulatedError) -> Int? {
        guard let text = try text(name) else { return nil }
        guard let value = Int(text), range.contains(value) else {
            throw .parameter("\(name) must be between \(range.lowerBound) and \(range.upperBound)")
        }
        return value
    }

    /// One of some words; the first where nothing is said.
    func choice(_ name: String, _ words: [String]) throws(SimulatedError) -> String {
        guard let text = try text(name) else { return words[0] }
        guard words.contains(text) else { throw .parameter("\(name) is one of \(words.joined(separator: ", "))") }
        return text
    }
}
