public import WhatsAppBusiness

/// A request as it came in, without its secrets.
public struct RecordedRequest: Sendable, Equatable {
    /// What the token that came with it was worth.
    public enum TokenUse: String, Sendable {
        case absent, unknown, valid, refused
    }

    /// A parameter or a header.
    public struct Field: Sendable, Equatable {
        /// Its name; in lower case if it is a header.
        public var name: String
        /// Its value; `present` where it is a secret.
        public var value: String
    }

    /// Counts from 1.
    public var number: Int
    /// When it came, by the simulator's clock.
    public var time: Timestamp
    /// In capitals.
    public var method: String
    /// With the version, without the query.
    public var path: String
    /// In their order.
    public var query: [Field]
    /// In their order.
    public var headers: [Field]
    /// What the access token was worth.
    public var token: TokenUse
    /// What it asked for, if there is such a thing.
    public var edge: SimulatedEdge?
    /// The id in the path.
    public var id: String?
    /// The account that it was about.
    public var account: String?
    /// The status that it was answered with; `nil` if it got no answer.
    public var status: Int?

    /// The value of a parameter.
    public subscript(parameter name: String) -> String? { query.first { $0.name == name }?.value }
    /// The value of a header by its name in lower case.
    public subscript(header name: String) -> String? { headers.first { $0.name == name }?.value }

    static let secrets = Simulation.secrets.union(["authorization", "input_token", "cookie"])

    init(_ request: GraphRequest, _ call: Call, number: Int, at time: Timestamp, token state: TokenState?, status: Int?) {
        self.number = number
        self.time = time
        method = request.method
        path = "/" + ((request.version.map { ["\($0)"] } ?? []) + request.path).joined(separator: "/")
        query = request.query.map { Field(name: $0.name, value: Self.secrets.contains($0.name) ? "present" : $0.value) }
        headers = request.headers.map { header in
            let name = header.name.lowercased()
            return Field(name: name, value: Self.secrets.contains(name) ? "present" : header.value)
        }
        token = request.token == nil ? .absent : state.map { $0.error(at: time) == nil ? .valid : .refused } ?? .unknown
        edge = call.edge
        id = call.id
        account = call.account
        self.status = status
    }
}
