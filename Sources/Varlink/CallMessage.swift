import StrictJSON

/// A call as it stands in a message. Reading one throws why the connection must be closed: after such a message nothing that follows can be trusted.
struct CallMessage: Equatable {
    enum Mode: Equatable { case plain, oneway, more, upgrade }

    var method: String
    var parameters: JSONObject
    var mode: Mode

    init(_ method: String, _ parameters: JSONObject, _ mode: Mode = .plain) {
        self.method = method
        self.parameters = parameters
        self.mode = mode
    }

    init(parsing bytes: some Sequence<UInt8>, limits: JSONLimits) throws(ProtocolViolation) {
        let members = try ProtocolViolation.object(bytes, limits)
        var method: String?
        var modes: [Mode] = []
        parameters = [:]
        for member in members {
            switch member.name {
            case "method":
                guard let name = member.value.string else { throw .badMember("method") }
                method = name
            case "parameters":
                guard let given = member.value.object ?? (member.value.isNull ? [:] : nil) else { throw .badMember("parameters") }
                parameters = given
            case "oneway": if try Self.flag(member) { modes.append(.oneway) }
            case "more": if try Self.flag(member) { modes.append(.more) }
            case "upgrade": if try Self.flag(member) { modes.append(.upgrade) }
            default: try ProtocolViolation.checkForeign(member.name)
            }
        }
        guard let method else { throw .missingMethod }
        guard modes.count <= 1 else { throw .severalFlags }
        self.method = method
        mode = modes.first ?? .plain
    }

    private static func flag(_ member: JSONObject.Member) throws(ProtocolViolation) -> Bool {
        guard let flag = member.value.bool else { throw .badMember(member.name) }
        return flag
    }

    /// The message with its NUL.
    var frame: [UInt8] {
        var members: JSONObject = ["method": .string(method)]
        if !parameters.isEmpty { members["parameters"] = .object(parameters) }
        switch mode {
        case .plain: break
        case .oneway: members["oneway"] = true
        case .more: members["more"] = true
        case .upgrade: members["upgrade"] = true
        }
        var bytes = JSONValue.object(members).bytes
        bytes.append(0)
        return bytes
    }
}
