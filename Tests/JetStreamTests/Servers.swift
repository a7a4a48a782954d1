import JetStream
import TestSupport
import TestTools
import Testing

/// Some NATS servers of a test: one, or a cluster.
struct Servers {
    let folder: TemporaryFolder
    let servers: [NATSServer]
    private(set) var running: [Program?]

    init(_ count: Int = 1) throws {
        folder = try TemporaryFolder()
        let ports = try NATSServer.freePorts(count * 2)
        let routes = Array(ports[count...])
        let path = folder.path
        servers = try (0..<count).map { try NATSServer(in: path, port: ports[$0], cluster: count > 1 ? (routes, $0) : nil) }
        running = try servers.map { try $0.start() }
    }

    func connect() throws -> JetStreamConnection {
        try JetStreamConnection(JetStreamSettings(servers: servers.map(\.url), name: "test", timeout: .seconds(1)))
    }

    mutating func kill(_ index: Int = 0) {
        running[index]?.putAway()
        running[index] = nil
    }

    mutating func start(_ index: Int = 0) throws { running[index] = try servers[index].start() }

    /// Ends them all.
    func end() { for program in running { program?.putAway() } }
}

/// Asks until there is an answer: a server that begins, or a majority that elects its leader, has none for a while.
func answered<Value>(_ what: String, _ ask: () async throws -> Value) async throws -> Value {
    var found: Value?
    try await eventually(what) {
        do {
            found = try await ask()
            return true
        } catch let error as JetStreamError where error.code == .unanswered { return false }
    }
    return try #require(found)
}
