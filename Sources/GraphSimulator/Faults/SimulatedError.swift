public import StrictJSON

/// An error as Meta writes it: the envelope `{"error":{…}}` and the HTTP status that carries it.
public struct SimulatedError: Error, Sendable, Equatable {
    /// What is decided on, with the subcode.
    public var code: Int
    /// Narrows the code.
    public var subcode: Int?
    /// The sentence.
    public var message: String
    /// `OAuthException` or `GraphMethodException`.
    public var type: String
    /// The HTTP status; most errors are a 400.
    public var status: Int
    /// Whether Meta says that it will pass.
    public var isTransient: Bool?
    /// The title and the sentence for a person.
    public var user: (title: String, message: String)?
    /// The member `error_data`.
    public var data: JSONValue?
    /// Members beside `error`: a block list's write carries its successes here.
    public var beside: JSONObject

    /// An error.
    public init(
        _ code: Int, subcode: Int? = nil, _ message: String, type: String = "OAuthException", status: Int = 400,
        isTransient: Bool? = nil, user: (title: String, message: String)? = nil, data: JSONValue? = nil, beside: JSONObject = [:]
    ) {
        self.code = code
        self.subcode = subcode
        self.message = message
        self.type = type
        self.status = status
        self.isTransient = isTransient
        self.user = user
        self.data = data
        self.beside = beside
    }

    /// The answer's body.
    func body(traceID: String) -> JSONObject {
        var error: JSONObject = [
            "message": .string(message), "type": .string(type), "code": .integer(code), "fbtrace_id": .string(traceID),
        ]
        error["error_subcode"] = subcode.map { .integer($0) }
        error["is_transient"] = isTransient.map { .bool($0) }
        error["error_user_title"] = (user?.title).map { .string($0) }
        error["error_user_msg"] = (user?.message).map { .string($0) }
        error["error_data"] = data
        var body = beside
        body["error"] = .object(error)
        return body
    }

    public static func == (left: SimulatedError, right: SimulatedError) -> Bool {
        left.status == right.status && left.body(traceID: "") == right.body(traceID: "")
    }
}

extension SimulatedError {
    /// Recorded: HTTP 400, whatever the cause; what is not there and what may not be seen look alike.
    static func noObject(_ id: String, method: String) -> SimulatedError {
        SimulatedError(
            100, subcode: 33,
            "Unsupported \(method.lowercased()) request. Object with ID '\(id)' does not exist, cannot be loaded due to missing permissions, "
                + "or does not support this operation. Please read the Graph API documentation at "
                + "https://developers.facebook.com/docs/graph-api", type: "GraphMethodException")
    }

    /// Error 100 with its sentence.
    static func parameter(_ sentence: String) -> SimulatedError { SimulatedError(100, "(#100) \(sentence)") }

    static func noField(_ name: String, on node: NodeKind) -> SimulatedError {
        .parameter("Tried accessing nonexisting field (\(name)) on node type (\(node.rawValue))")
    }

    static let expiredToken = SimulatedError(190, subcode: 463, "Error validating access token: Session has expired.", status: 401)
    static let unknownToken = SimulatedError(190, "Invalid OAuth access token - Cannot parse access token", status: 401)
    static let noToken = SimulatedError(104, "An access token is required to request this resource", status: 401)
    static let noProof = SimulatedError(
        100, "API calls from the server require an appsecret_proof argument", type: "GraphMethodException")
    static let wrongProof = SimulatedError(
        100, "Invalid appsecret_proof provided in the API argument", type: "GraphMethodException")
    /// The list changed since the cursor was made.
    static let listChanged = SimulatedError(
        139_102, "(#139102) Blocklist concurrent update", isTransient: true,
        data: ["messaging_product": "whatsapp", "details": "The list changed while it was read. Retry with offset 0."])
    /// The cursor's item is gone.
    static let cursorExpired = SimulatedError(131_059, "(#131059) The cursor is no longer valid")
}
