import StrictJSON

/// A reply as it stands in a message.
struct ReplyMessage: Equatable {
    enum Outcome: Equatable {
        case continues(JSONObject)
        case last(JSONObject)
        case error(VarlinkError)
    }

    var outcome: Outcome

    init(_ outcome: Outcome) { self.outcome = outcome }

    init(parsing bytes: some Sequence<UInt8>, limits: JSONLimits) throws(ProtocolViolation) {
        let members = try ProtocolViolation.object(bytes, limits)
        var parameters: JSONObject = [:]
        var continues = false
        var error: String?
        for member in members {
            switch member.name {
            case "parameters":
                guard let given = member.value.object ?? (member.value.isNull ? [:] : nil) else { throw .badMember("parameters") }
                parameters = given
            case "continues":
                guard let flag = member.value.bool else { throw .badMember("continues") }
                continues = flag
            case "error":
                if member.value.isNull { continue }
                guard let name = member.value.string else { throw .badMember("error") }
                error = name
            default: try ProtocolViolation.checkForeign(member.name)
            }
        }
        switch (error, continues) {
        case (.some, true): throw .severalFlags
        case (.some(let name), false): outcome = .error(VarlinkError(name, parameters))
        case (.none, true): outcome = .continues(parameters)
        case (.none, false): outcome = .last(parameters)
        }
    }

    /// The message with its NUL.
    var frame: [UInt8] {
        var bytes: [UInt8] = []
        write(into: &bytes)
        return bytes
    }

    func write(into bytes: inout [UInt8]) {
        switch outcome {
        case .continues(let parameters): Self.write(continues: true, into: &bytes) { JSONValue.object(parameters).write(into: &$0) }
        case .last(let parameters): Self.write(continues: false, into: &bytes) { JSONValue.object(parameters).write(into: &$0) }
        case .error(let error):
            bytes.append(contentsOf: #"{"error":"#.utf8)
            error.name.writeJSON(into: &bytes)
            bytes.append(contentsOf: #","parameters":"#.utf8)
            JSONValue.object(error.parameters).write(into: &bytes)
            bytes.append(contentsOf: "}\0".utf8)
        }
    }

    /// A reply around parameters that somebody else writes.
    static func write(continues: Bool, into bytes: inout [UInt8], parameters: (inout [UInt8]) -> Void) {
        bytes.append(contentsOf: (continues ? #"{"continues":true,"parameters":"# : #"{"parameters":"#).utf8)
        parameters(&bytes)
        bytes.append(contentsOf: "}\0".utf8)
    }
}
