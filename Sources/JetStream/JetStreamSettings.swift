/// How NATS is reached.
public struct JetStreamSettings: Sendable, Equatable {
    /// The servers' URLs, `nats://HOST:PORT` or `tls://HOST:PORT`. Any of them is enough to find the others of their cluster.
    public var servers: [String]
    /// What the servers list the connection as.
    public var name: String
    /// A file with a user's credentials (JWT and seed), where the servers ask for one.
    public var credentialsFile: String?
    /// A file with the certificates of the authorities that are trusted (PEM), where TLS is spoken and the system's are not meant.
    public var caFile: String?
    /// How long an answer is waited for.
    public var timeout: Duration

    /// How NATS is reached.
    public init(
        servers: [String], name: String, credentialsFile: String? = nil, caFile: String? = nil, timeout: Duration = .seconds(2)
    ) {
        self.servers = servers
        self.name = name
        self.credentialsFile = credentialsFile
        self.caFile = caFile
        self.timeout = timeout
    }
}
