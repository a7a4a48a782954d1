import StrictJSON

extension NamedFault {
    /// Errors that are refused to the call, to a field of it, or to nobody in earnest.
    static let refusals: [NamedFault] = [
        NamedFault("refusal", "A refusal that lasts.", refusalParameters) { given, match throws(SimulatedError) in
            .error(try refusal(given, &match))
        },
        NamedFault("spuriousRefusal", "One refusal, then good answers again.", refusalParameters, times: 1) {
            given, match throws(SimulatedError) in .error(try refusal(given, &match))
        },
        NamedFault(
            "transient", "An error with is_transient, whatever its code.",
            [Parameter("code", "its code; 190"), Parameter("subcode", "its subcode; none"), Parameter("status", "the HTTP status; 400")]
        ) { given, _ throws(SimulatedError) in
            .error(
                SimulatedError(
                    try given.integer("code", in: Int.min...Int.max) ?? 190, subcode: try given.integer("subcode", in: Int.min...Int.max),
                    "An unexpected error has occurred. Please retry your request later.",
                    status: try given.integer("status", in: 100...599) ?? 400, isTransient: true))
        },
        NamedFault(
            "refusedField", "Calls that ask for a field are refused because of it.",
            [
                Parameter("field", "the field", isRequired: true),
                Parameter("code", "200 or 10 (permission), 12 (deprecated), 100 (missing permissions), unknown (nonexisting field); 200"),
                Parameter("named", "true: the message names the field; false"),
                Parameter("node", "the node type that an unknown field's message names; WhatsAppBusinessAccount"),
            ]
        ) { given, match throws(SimulatedError) in
            let field = try given.text("field") ?? ""
            match.field = field
            let named = given["named"] == true
            let node = try given.text("node") ?? NodeKind.account.rawValue
            switch try given.choice("code", ["200", "10", "12", "100", "unknown"]) {
            case "10":
                let message =
                    named
                    ? "(#10) Only Solution Partners may read the field \(field)"
                    : "(#10) Application does not have permission for this action"
                return .error(SimulatedError(10, message, status: 403))
            case "12":
                return .error(SimulatedError(12, "(#12) \(named ? field + " " : "")field is deprecated for versions v26.0 and higher"))
            case "100": return .error(.parameter("Missing permissions" + (named ? " for the field \(field)" : "")))
            case "unknown": return .error(.parameter("Tried accessing nonexisting field (\(field)) on node type (\(node))"))
            default:
                let place = named ? "access the field \(field)" : "manage the object"
                return .error(SimulatedError(200, "(#200) Requires business_management permission to \(place)", status: 403))
            }
        },
        NamedFault(
            "tooMuchData", "Calls for more things a page than so many are too large.", [Parameter("above", "how many are well; 50")]
        ) { given, match throws(SimulatedError) in
            match.limitAbove = try given.integer("above", in: 0...1_000_000) ?? 50
            return .error(
                SimulatedError(1, "Please reduce the amount of data you're asking for, then retry your request", status: 500))
        },
        NamedFault("accountForbidden", "The account's own node is refused; its lists are not.", refusalParameters) {
            given, match throws(SimulatedError) in
            match.edge = .account
            return .error(try refusal(given, &match))
        },
        altering(
            "nodeType", "The id is of another kind of node: the first field that such a node does not have is refused.",
            [Parameter("type", "its name; Business"), Parameter("known", "the fields that it has; id,name,timezone_id")]
        ) { given throws(SimulatedError) in
            let type = try given.text("type") ?? NodeKind.business.rawValue
            let known = Set((try given.text("known") ?? "id,name,timezone_id").split(separator: ",").map(String.init))
            return { altered in
                let asked = altered.request.selection?.fields.map(\.name) ?? []
                guard let field = (altered.request.path.dropFirst() + asked).first(where: { !known.contains($0) }) else { return }
                altered.refuse(.parameter("Tried accessing nonexisting field (\(field)) on node type (\(type))"))
            }
        },
    ]

    private static let refusalParameters = [
        Parameter("code", "10, 200, 3, 100 (subcode 33), 368 (policy) or 190 (token); 10"),
        Parameter("transient", "true or false: is_transient; absent"),
    ]

    private static func refusal(_ given: FaultParameters, _ match: inout EdgeMatch) throws(SimulatedError) -> SimulatedError {
        var error: SimulatedError
        switch try given.choice("code", ["10", "200", "3", "100", "368", "190"]) {
        case "200":
            error = SimulatedError(200, "(#200) You do not have the necessary permissions required to send or view this", status: 403)
        case "3": error = SimulatedError(3, "(#3) Application does not have the capability to make this API call.")
        case "100": error = .noObject(match.id ?? "0", method: "get")
        case "368":
            error = SimulatedError(368, "(#368) The action attempted has been deemed abusive or is otherwise disallowed", status: 403)
        case "190": error = .expiredToken
        default: error = SimulatedError(10, "(#10) Application does not have permission for this action", status: 403)
        }
        error.isTransient = given["transient"]?.bool
        return error
    }
}
