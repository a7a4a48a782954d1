public import StrictJSON
public import Varlink
public import WhatsAppBusiness

/// The errors of the interface.
public enum WabaWatchError: Error, Equatable {
    /// The cursor cannot be resumed: it is older than what is kept, of another ledger, ahead of this one, or from beyond the copy that this one was put
    /// back from.
    case historyLost(oldestCursor: Cursor, currentCursor: Cursor)
    /// The body of a webhook is signed by none of the application secrets that are known.
    case badSignature
    /// The account's `actions` do not have this one.
    case actionNotAllowed(account: String, action: String)
    /// It is open whether Meta did it, and why.
    case actionUncertain(account: String, action: String, reason: String)
    /// There is no mute with that id.
    case noSuchMute(id: String)
    /// No account of that name is configured.
    case noSuchAccount(account: String)
    /// There is no such thing, or its kind is turned off.
    case noSuchResource(account: String, kind: OpenEnum<Kind>, id: String)
    /// The request was not made, because it would break the account's budget.
    case budgetExhausted(account: String, retryAfterSeconds: Int)
    /// No usable answer came; `state` is that of the watch.
    case lookFailed(state: String, reason: String)
    /// Meta answered with an error.
    case graphError(code: Int, subcode: Int?, message: String, traceID: String?)
}

extension WabaWatchError {
    /// The error's bare name in the interface's text.
    public var name: String {
        switch self {
        case .historyLost: "HistoryLost"
        case .badSignature: "BadSignature"
        case .actionNotAllowed: "ActionNotAllowed"
        case .actionUncertain: "ActionUncertain"
        case .noSuchMute: "NoSuchMute"
        case .noSuchAccount: "NoSuchAccount"
        case .noSuchResource: "NoSuchResource"
        case .budgetExhausted: "BudgetExhausted"
        case .lookFailed: "LookFailed"
        case .graphError: "GraphError"
        }
    }

    /// The error's parameters.
    public var parameters: JSONObject {
        switch self {
        case .historyLost(let oldest, let current): return ["oldestCursor": .string(oldest.text), "currentCursor": .string(current.text)]
        case .badSignature: return JSONObject()
        case .actionNotAllowed(let account, let action): return ["account": .string(account), "action": .string(action)]
        case .actionUncertain(let account, let action, let reason):
            return ["account": .string(account), "action": .string(action), "reason": .string(reason)]
        case .noSuchMute(let id): return ["id": .string(id)]
        case .noSuchAccount(let account): return ["account": .string(account)]
        case .noSuchResource(let account, let kind, let id):
            return ["account": .string(account), "kind": .string(kind.rawValue), "id": .string(id)]
        case .budgetExhausted(let account, let seconds): return ["account": .string(account), "retryAfterSeconds": .integer(seconds)]
        case .lookFailed(let state, let reason): return ["state": .string(state), "reason": .string(reason)]
        case .graphError(let code, let subcode, let message, let traceID):
            var parameters: JSONObject = ["code": .integer(code), "message": .string(message)]
            parameters["subcode"] = subcode.map { .integer($0) }
            parameters["traceId"] = traceID.map(JSONValue.string)
            return parameters
        }
    }

    /// Reads an error by its bare name. `nil` if the interface has none of that name.
    public init?(name: String, parameters: JSONObject) throws(MemberError) {
        let member = MemberReader(parameters)
        switch name {
        case "HistoryLost":
            self = .historyLost(oldestCursor: try member("oldestCursor", .cursor), currentCursor: try member("currentCursor", .cursor))
        case "BadSignature": self = .badSignature
        case "ActionNotAllowed": self = .actionNotAllowed(account: try member("account", .text), action: try member("action", .text))
        case "ActionUncertain":
            self = .actionUncertain(
                account: try member("account", .text), action: try member("action", .text), reason: try member("reason", .text))
        case "NoSuchMute": self = .noSuchMute(id: try member("id", .text))
        case "NoSuchAccount": self = .noSuchAccount(account: try member("account", .text))
        case "NoSuchResource":
            self = .noSuchResource(
                account: try member("account", .text), kind: try member("kind", .open(Kind.self)), id: try member("id", .text))
        case "BudgetExhausted":
            self = .budgetExhausted(account: try member("account", .text), retryAfterSeconds: try member("retryAfterSeconds", .integer))
        case "LookFailed": self = .lookFailed(state: try member("state", .text), reason: try member("reason", .text))
        case "GraphError":
            self = .graphError(
                code: try member("code", .integer), subcode: try member(optional: "subcode", .integer),
                message: try member("message", .text), traceID: try member(optional: "traceId", .text))
        default: return nil
        }
    }

    /// Reads an error reply. `nil` if it is of another interface, or unknown.
    public init?(_ error: VarlinkError) throws(MemberError) {
        let prefix = Interface.name + "."
        guard error.name.hasPrefix(prefix) else { return nil }
        try self.init(name: String(error.name.dropFirst(prefix.count)), parameters: error.parameters)
    }
}

extension VarlinkError {
    /// The error as a reply.
    public init(_ error: WabaWatchError) { self.init("\(Interface.name).\(error.name)", error.parameters) }
}

extension WabaWatchError: CustomStringConvertible {
    /// One sentence for a person, with what to do where there is something.
    public var description: String {
        switch self {
        case .historyLost(let oldest, let current):
            "the cursor cannot be resumed; the oldest that can is \(oldest), the newest \(current)"
        case .badSignature: "the webhook is signed by none of the app secrets that are configured"
        case .actionNotAllowed(let account, let action):
            "\(account) does not allow this; add \(action) to its actions in the configuration and reload wabawatchd"
        case .actionUncertain(_, let action, let reason):
            "it is open whether Meta did this (\(action)): \(reason); look at the present state before you try again"
        case .noSuchMute(let id): "there is no mute \(id)"
        case .noSuchAccount(let account): "no account is named \(account)"
        case .noSuchResource(let account, let kind, let id): "\(account) has no \(kind.rawValue) \(id), or does not watch it"
        case .budgetExhausted(let account, let seconds): "the request budget of \(account) is used up; try again in \(seconds) s"
        case .lookFailed(let state, let reason): "no usable answer (\(state)): \(reason)"
        case .graphError(let code, let subcode, let message, let traceID):
            "Meta answered with error \(code)\(subcode.map { "/\($0)" } ?? ""): \(message)\(traceID.map { " (trace \($0))" } ?? "")"
        }
    }
}
