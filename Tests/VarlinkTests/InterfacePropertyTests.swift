import StrictJSON
import TestTools
import Testing

@testable import Varlink

/// Interfaces made up from a seed: their texts, and values that are and are not of their types.
private struct MadeUpInterface {
    var random: SeededGenerator
    /// The types that a member may name: those before it.
    var named: [(name: String, type: TypeExpression)] = []

    init(seed: UInt64) { random = SeededGenerator(state: seed) }

    private mutating func fieldName(_ index: Int) -> String { random.pick(["a", "b_c", "X9", "zebra", "q1_w2"]) + "\(index)" }

    /// A type as it is written, at most so deep.
    mutating func type(_ depth: Int) -> String {
        switch random.below(depth > 0 ? 11 : 6) {
        case 0: return "bool"
        case 1: return "int"
        case 2: return "float"
        case 3: return "string"
        case 4: return "object"
        case 5: return named.isEmpty ? "any" : random.pick(named).name
        case 6: return "[]" + type(depth - 1)
        case 7: return "[string]" + type(depth - 1)
        case 8:
            let inner = type(depth - 1)
            return inner.hasPrefix("?") ? inner : "?" + inner
        case 9: return "(" + (0..<random.number(1...3)).map { "v\($0)\(random.below(9))" }.joined(separator: space()) + ")"
        default: return structure(depth)
        }
    }

    mutating func structure(_ depth: Int) -> String {
        "(" + (0..<random.below(4)).map { "\(comment())\(fieldName($0)): \(type(depth - 1))" }.joined(separator: space()) + ")"
    }

    private mutating func space() -> String { random.pick([",", ", ", " ,\n  ", ",\t"]) }
    private mutating func comment() -> String { random.chance(0.2) ? "\n# about the next\n" : "" }

    mutating func text() -> String {
        var text = "\(comment())interface org.example.made\n"
        for index in 0..<random.number(1...4) {
            text += "\(comment())type T\(index) \(structure(3))\n"
            named.append(("T\(index)", .named("T\(index)")))
        }
        for index in 0..<random.number(1...3) { text += "\(comment())method M\(index)\(structure(2)) -> \(structure(2))\n" }
        for index in 0..<random.below(3) { text += "\(comment())error E\(index) \(structure(1))\n" }
        return text
    }

    /// A value of a type; `nil` for a member that may be left out.
    mutating func value(of type: TypeExpression, in interface: InterfaceDescription) -> JSONValue? {
        switch type {
        case .bool: return .bool(random.chance(0.5))
        case .int: return .integer(Int64(bitPattern: random.next()))
        case .float: return random.chance(0.5) ? 7 : try? JSONValue(parsing: "-1.5e3")
        case .string: return .string(random.pick(["", "é", "a\u{0}"]))
        case .object: return ["any": [1, .null]]
        case .any: return random.pick([true, 7, "x", [], [:]] as [JSONValue])
        case .array(let inner): return .array((0..<random.below(3)).compactMap { _ in value(of: inner, in: interface) ?? .null })
        case .map(let inner):
            return .object(JSONObject((0..<random.below(3)).map { ("k\($0)", value(of: inner, in: interface) ?? .null) }))
        case .nullable(let inner): return random.chance(0.4) ? (random.chance(0.5) ? nil : .null) : value(of: inner, in: interface)
        case .structure(let fields):
            var object = JSONObject()
            for field in fields { object[field.name] = value(of: field.type, in: interface) }
            return .object(object)
        case .enumeration(let values): return .string(random.pick(values).name)
        case .named(let name): return interface.type(name).flatMap { value(of: $0.definition, in: interface) }
        }
    }

    /// A value that is not of the type; `nil` where every value is.
    mutating func wrong(_ type: TypeExpression, in interface: InterfaceDescription) -> JSONValue? {
        switch type {
        case .bool, .float: "x"
        case .int: random.pick(["7", true, .null] as [JSONValue])
        case .string: random.pick([7, [], .null] as [JSONValue])
        case .object, .map, .structure: random.pick([7, [], "x", .null] as [JSONValue])
        case .array: random.pick([7, [:], "x", .null] as [JSONValue])
        case .any: nil
        case .nullable(let inner): wrong(inner, in: interface).flatMap { $0.isNull ? nil : $0 }
        case .enumeration: random.pick(["no such value", 7, .null] as [JSONValue])
        case .named(let name): interface.type(name).flatMap { wrong($0.definition, in: interface) }
        }
    }
}

@Suite struct InterfacePropertyTests {
    @Test(arguments: 0..<60 as Range<UInt64>) func text_isReadAndPrinted_withoutLoss(seed: UInt64) throws {
        var made = MadeUpInterface(seed: seed)
        let interface = try InterfaceDescription(parsing: made.text())
        let printed = interface.description
        let again = try InterfaceDescription(parsing: printed)
        #expect(again.members == interface.members && again.name == interface.name && again.documentation == interface.documentation)
        #expect(again.description == printed, "what is printed stays so")
        #expect(Set(interface.members.map(\.name)).count == interface.members.count)
        for member in interface.members {
            let isThere = interface.type(member.name) != nil || interface.method(member.name) != nil || interface.error(member.name) != nil
            #expect(isThere, "\(member.name) is found by its name")
        }
    }

    @Test(arguments: 100..<160 as Range<UInt64>) func value_ofItsType_isTaken_andAnyOtherIsNamed(seed: UInt64) throws {
        var made = MadeUpInterface(seed: seed)
        let interface = try InterfaceDescription(parsing: made.text())
        for case .method(let method) in interface.members {
            for fields in [method.input, method.output] {
                let object = try #require(made.value(of: .structure(fields), in: interface)?.object)
                #expect(throws: Never.self, "\(object)") { try interface.check(object, against: fields) }
                #expect(throws: Never.self) { try interface.check(reply: object, against: fields) }
                for field in fields {
                    guard let wrong = made.wrong(field.type, in: interface) else { continue }
                    var broken = object
                    broken[field.name] = .some(wrong)
                    let error = #expect(throws: MismatchedParameter.self, "\(field) \(wrong)") {
                        try interface.check(broken, against: fields)
                    }
                    #expect(error?.path == field.name && error?.expected.isEmpty == false)
                }
                var more = object
                more["no_such_member"] = 1
                #expect(throws: MismatchedParameter(path: "no_such_member", expected: "no such parameter")) {
                    try interface.check(more, against: fields)
                }
            }
        }
    }

    /// What a later release adds to a list of values may stand in a reply, and not in a call.
    @Test func value_thatIsNotInItsList_isTakenInAReplyOnly() throws {
        let interface = try InterfaceDescription(
            parsing: "interface org.x\ntype T (e: (a, b), l: [](a, b), m: ?[string]T)\nmethod M(t: T) -> (t: T)")
        let fields = try #require(interface.method("M")).input
        let inner: JSONValue = ["e": "a", "l": ["b", "later"]]
        #expect(throws: MismatchedParameter(path: "t.l[1]", expected: "one of the values")) {
            try interface.check(["t": inner], against: fields)
        }
        #expect(throws: Never.self) { try interface.check(reply: ["t": inner], against: fields) }
        #expect(throws: MismatchedParameter(path: "t.m.x.l[1]", expected: "one of the values")) {
            try interface.check(["t": ["e": "a", "l": [], "m": ["x": inner]]], against: fields)
        }
        #expect(throws: MismatchedParameter(path: "t.l[0]", expected: "one of the values"), "but it is a text") {
            try interface.check(reply: ["t": ["e": "a", "l": [7]]], against: fields)
        }
    }

    /// A member's name is the caller's: little of it comes back.
    @Test func mismatch_namesAHugeMember_inAFewBytes() throws {
        let interface = try InterfaceDescription(parsing: "interface org.x\nmethod M(m: [string]int) -> ()")
        let fields = try #require(interface.method("M")).input
        let name = String(repeating: "é", count: 10_000)
        for object in [[name: 1], ["m": [name: "x"]]] as [JSONObject] {
            let error = #expect(throws: MismatchedParameter.self) { try interface.check(object, against: fields) }
            #expect(error.map { $0.path.utf8.count < 100 } == true)
        }
    }

    /// Every text that is broken somewhere is refused at a place in it, or is an interface.
    @Test(arguments: 200..<230 as Range<UInt64>) func text_thatIsBroken_isRefusedAtAPlaceInIt(seed: UInt64) {
        var made = MadeUpInterface(seed: seed)
        let text = Array(made.text().utf8)
        for _ in 0..<60 {
            var broken = text
            for _ in 0..<made.random.number(1...3) {
                let place = made.random.below(broken.count)
                switch made.random.below(3) {
                case 0: broken.remove(at: place)
                case 1: broken.insert(made.random.pick(Array("()[]?:,.#-_>\n aZ0\u{0}".utf8)), at: place)
                default: broken = Array(broken.prefix(max(1, place)))
                }
            }
            let whole = String(decoding: broken, as: UTF8.self)
            do throws(InterfaceSyntaxError) {
                let interface = try InterfaceDescription(parsing: whole)
                #expect((try? InterfaceDescription(parsing: interface.description))?.members == interface.members)
            } catch {
                let lines = whole.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
                #expect(1...lines.count ~= error.line, "\(error)")
                if 1...lines.count ~= error.line { #expect(1...lines[error.line - 1].count + 1 ~= error.column, "\(error)") }
                #expect(!error.sentence.isEmpty)
            }
        }
    }

    /// A name is refused as soon as it is another's, and whatever it looks like.
    @Test(arguments: [
        "org", "org.", ".org", "org..x", "org.-x", "org.x-", "1org.x", "org.x_y", "org.é", String(repeating: "a.", count: 128) + "a",
    ]) func interface_withAnotherName_isRefused(name: String) {
        #expect(throws: InterfaceSyntaxError.self) { try InterfaceDescription(parsing: "interface \(name)\nmethod M() -> ()") }
    }

    @Test(arguments: ["org.x", "a.b", "A.B-C.d9", "com.example.0", "org.9x", String(repeating: "a.", count: 127) + "a"])
    func interface_withAName_hasIt(name: String) throws {
        #expect(try InterfaceDescription(parsing: "interface \(name)\nmethod M() -> ()").name == name)
    }
}
