import Foundation
import StrictJSON
import Synchronization
import Varlink

/// The numbers and texts that `org.varlink.certification` passes from call to call.
private enum Certificate {
    static let pi = number("3.141592653589793")
    static let four: JSONObject = ["bool": false, "int": 2, "float": pi, "string": "a lot of string"]
    static let map: JSONValue = ["foo": "Foo", "bar": "Bar"]
    static let set: JSONValue = ["one": [:], "two": [:], "three": [:]]
    static let mytype: JSONObject = [
        "object": ["method": "org.varlink.certification.Test09", "parameters": ["map": map]], "enum": "two",
        "struct": ["first": 1, "second": "2"], "array": ["one", "two", "three"], "dictionary": map, "stringset": set,
        "interface": [
            "foo": [nil, ["foo": "foo", "bar": "bar"], nil, ["one": "foo", "two": "bar"]], "anon": ["foo": true, "bar": false],
        ],
    ]
    static let replies = (1...10).map { JSONValue.string("Reply number \($0)") }

    static func number(_ text: String) -> JSONValue { (try? JSONValue(parsing: text)) ?? nil }
}

/// The server's side of `org.varlink.certification`: each call must bring what the one before returned.
final class CertificationInterface: VarlinkInterface {
    let description: InterfaceDescription
    private let next = Mutex<[String: String]>([:])

    init() throws { description = try InterfaceDescription(parsing: interfaceText("org.varlink.certification")) }

    var implementedMethods: Set<String> { description.methodNames }

    private static let steps = ["Start"] + (1...11).map { $0 < 10 ? "Test0\($0)" : "Test\($0)" } + ["End"]

    func handle(_ call: Call, _ replies: Replies) async throws -> JSONObject {
        let step = Self.steps.firstIndex(of: call.methodName) ?? 0
        let id = try advance(call, step)
        let expected = Self.expected(step)
        for (name, value) in expected.map({ ($0.name, $0.value) }) { try want(name, value, in: call.parameters) }
        try require(call.wantsMore == (step == 10) && call.isOneway == (step == 11), call, "flags")
        switch step {
        case 0: return ["client_id": .string(id)]
        case 10:
            for reply in Certificate.replies.dropLast() { try await replies.send(["string": reply]) }
            return ["string": Certificate.replies.last ?? nil]
        case 12: return ["all_ok": true]
        default: return Self.answers[step] ?? [:]
        }
    }

    private func advance(_ call: Call, _ step: Int) throws -> String {
        let id = call.parameters["client_id"]?.string ?? UUID().uuidString
        let isNext = next.withLock { next in
            guard step == 0 || next[id] == call.methodName else { return false }
            next[id] = step < Self.steps.count - 1 ? Self.steps[step + 1] : nil
            return true
        }
        guard isNext else { throw VarlinkError("org.varlink.certification.ClientIdError") }
        return id
    }

    /// What each step's call must bring.
    private static func expected(_ step: Int) -> JSONObject {
        switch step {
        case 10: ["mytype": .object(Certificate.mytype)]
        case 11: ["last_more_replies": .array(Certificate.replies)]
        case 2...9: answers[step - 1] ?? [:]
        default: [:]
        }
    }

    /// What each step answers.
    private static let answers: [Int: JSONObject] = [
        1: ["bool": true], 2: ["int": 1], 3: ["float": Certificate.number("1.0")], 4: ["string": "ping"], 5: Certificate.four,
        6: ["struct": .object(Certificate.four)], 7: ["map": Certificate.map], 8: ["set": Certificate.set],
        9: ["mytype": .object(Certificate.mytype)],
    ]

    private func want(_ name: String, _ value: JSONValue, in parameters: JSONObject) throws {
        var got = parameters[name]
        if name == "mytype", case .object(var members)? = got {
            for nullable in ["nullable", "nullable_array_struct"] where members[nullable]?.isNull == true { members[nullable] = nil }
            got = .object(members)
        }
        guard got == value else {
            throw VarlinkError("org.varlink.certification.CertificationError", ["wants": [name: value], "got": [name: got ?? nil]])
        }
    }

    private func require(_ holds: Bool, _ call: Call, _ what: String) throws {
        guard !holds else { return }
        throw VarlinkError(
            "org.varlink.certification.CertificationError", ["wants": ["\(what)": true], "got": ["method": .string(call.method)]])
    }
}

/// The client's side: passes what each call returns to the next. Throws what the server finds wrong.
func certify(_ client: VarlinkClient) async throws -> JSONObject {
    func method(_ name: String) -> String { "org.varlink.certification." + name }
    var id: JSONObject = [:]
    var last: JSONObject = [:]
    for name in ["Start"] + (1...9).map({ "Test0\($0)" }) {
        var parameters = last
        for member in id { parameters[member.name] = member.value }
        last = try await client.call(method(name), parameters)
        if name == "Start" { id = last }
    }
    var parameters = last
    for member in id { parameters[member.name] = member.value }
    var replies: [JSONValue] = []
    for try await reply in client.stream(method("Test10"), parameters) { replies.append(reply["string"] ?? nil) }
    parameters = id
    parameters["last_more_replies"] = .array(replies)
    try await client.send(oneway: method("Test11"), parameters)
    return try await client.call(method("End"), id)
}
