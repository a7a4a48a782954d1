public import StrictJSON

/// Why a connection must be closed at once (varlink.org, "Method Call"; the list of systemd's sd-varlink is the same).
public enum ProtocolViolation: Error, Sendable, Equatable {
    /// The message is no JSON, or more of it than is allowed.
    case badJSON(JSONError)
    /// The message is JSON, but no object.
    case noObject
    /// The call names no method.
    case missingMethod
    /// A member of the header has another type than it must.
    case badMember(String)
    /// A member of the header that nobody knows and that has no reverse-DNS prefix.
    case unknownMember(String)
    /// Two of `oneway`, `more`, `upgrade`; or `continues` beside `error`.
    case severalFlags
    /// A reply that nobody asked for, or `continues` where `more` was not asked for.
    case unexpectedReply
    /// A message is larger than allowed; the bytes that are.
    case messageTooLarge(Int)
    /// A message was begun and did not end in time.
    case halfMessage
    /// The peer, or all together, hold more bytes of calls than allowed, and this connection had its part of it for long.
    case buffersFull
    /// The peer, or all together, have more replies waiting than allowed, and this connection has not been read from for long.
    case repliesNotTaken
    /// All connections are taken, the peer has most of them, and another, who has fewer, was given this one's place.
    case displaced
}

extension ProtocolViolation {
    static func object(_ bytes: some Sequence<UInt8>, _ limits: JSONLimits) throws(ProtocolViolation) -> JSONObject {
        let value: JSONValue
        do { value = try JSONValue(parsing: bytes, limits: limits) } catch { throw .badJSON(error) }
        guard let object = value.object else { throw .noObject }
        return object
    }

    /// A vendor's members have a dot in their names; others must be known.
    static func checkForeign(_ name: String) throws(ProtocolViolation) {
        guard name.utf8.contains(UInt8(ascii: ".")) else { throw .unknownMember(name.cut(toUTF8: 80)) }
    }
}

extension ProtocolViolation {
    /// What kind of violation it is: a fixed word, whatever the peer wrote.
    public var kind: String {
        switch self {
        case .badJSON: "badJSON"
        case .noObject: "noObject"
        case .missingMethod: "missingMethod"
        case .badMember: "badMember"
        case .unknownMember: "unknownMember"
        case .severalFlags: "severalFlags"
        case .unexpectedReply: "unexpectedReply"
        case .messageTooLarge: "messageTooLarge"
        case .halfMessage: "halfMessage"
        case .buffersFull: "buffersFull"
        case .repliesNotTaken: "repliesNotTaken"
        case .displaced: "displaced"
        }
    }
}

extension ProtocolViolation: CustomStringConvertible {
    public var description: String {
        switch self {
        case .badJSON(let error): "a message is not acceptable JSON: \(error)"
        case .noObject: "a message is no object"
        case .missingMethod: "a call names no method"
        case .badMember(let name): "the member \(name) has a wrong type"
        case .unknownMember(let name): "the member \(name) is unknown"
        case .severalFlags: "flags that exclude each other"
        case .unexpectedReply: "a reply came that was not asked for"
        case .messageTooLarge(let limit): "a message is larger than \(limit) bytes"
        case .halfMessage: "a message was begun and not ended in time"
        case .buffersFull: "too many bytes of calls are held"
        case .repliesNotTaken: "too many replies wait to be read"
        case .displaced: "all connections are taken, and its peer has most of them"
        }
    }
}
