import Logging
import Varlink

/// What peers do wrong, and what they are not given, as it is told in the log: of each kind and user the first at once, and the others of the same minute
/// as one number. So whoever does it a thousand times a second fills no log.
struct ServerEventTally {
    /// A line of the log.
    struct Line: Equatable {
        var level: Logger.Level
        var message: String
        var metadata: [String: String]

        fileprivate var order: [String] { [message, metadata["kind"] ?? "", metadata["uid"] ?? ""] }
    }

    /// What is told apart.
    private struct Key: Hashable {
        /// The sentence, and a word for why.
        var message: String
        var kind: String?
        /// `nil` for all users who are not told apart, and for what is nobody's.
        var userID: UInt32?
    }

    private var level: [Key: Logger.Level] = [:]
    private var more: [Key: Int] = [:]

    /// How many kinds and users are told apart within a minute; all further users are one.
    static let longest = 64
    /// Bytes of a text that a peer may have a part in.
    static let longestText = 200

    /// Something happened. What is told of it now, if anything.
    mutating func on(_ event: ServerEvent) -> Line? {
        var line = Self.line(event)
        var key = Key(message: line.message, kind: line.metadata["kind"], userID: event.peer?.userID)
        if level[key] == nil, level.count >= Self.longest { key.userID = nil }
        guard level[key] == nil else {
            more[key, default: 0] += 1
            return nil
        }
        level[key] = line.level
        if let peer = event.peer {
            line.metadata["uid"] = String(peer.userID)
            line.metadata["pid"] = String(peer.processID)
        }
        return line
    }

    /// A minute is over: how often each thing happened again.
    mutating func minute() -> [Line] {
        defer { (level, more) = ([:], [:]) }
        return more.map { key, count in
            var metadata = ["times": String(count), "within": "60s"]
            metadata["uid"] = key.userID.map { String($0) }
            metadata["kind"] = key.kind
            return Line(level: level[key] ?? .notice, message: "\(key.message), again", metadata: metadata)
        }.sorted { $0.order.lexicographicallyPrecedes($1.order) }
    }

    private static func line(_ event: ServerEvent) -> Line {
        switch event {
        case .handlerFailed(let method, _, let error):
            Line(level: .error, message: "a call failed", metadata: ["method": cut(method), "error": cut("\(error)")])
        case .invalidReply(let method, let mismatch):
            Line(level: .error, message: "a reply is not as declared", metadata: ["method": cut(method), "error": cut("\(mismatch)")])
        case .violation(let violation, _):
            Line(
                level: .notice, message: "a client's connection was closed",
                metadata: ["kind": violation.kind, "reason": cut("\(violation)")])
        case .refused(let refusal, _):
            Line(level: .warning, message: "a client was turned away", metadata: ["kind": kind(refusal)])
        case .cannotAccept(let number):
            Line(level: .warning, message: "clients cannot be let in for now", metadata: ["errno": String(number)])
        }
    }

    private static func kind(_ refusal: ConnectionRefusal) -> String {
        switch refusal {
        case .connections: "too many connections"
        case .connectionsPerUser: "too many connections of its user"
        case .descriptors: "no descriptor is free"
        }
    }

    private static func cut(_ text: String) -> String { String(decoding: text.utf8.prefix(longestText), as: UTF8.self) }
}

extension ServerEvent {
    /// Whose doing it is.
    fileprivate var peer: Peer? {
        switch self {
        case .handlerFailed(_, let peer, _), .violation(_, let peer), .refused(_, let peer): peer
        case .invalidReply, .cannotAccept: nil
        }
    }
}
