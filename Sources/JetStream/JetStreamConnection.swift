internal import CNATS
internal import Continuations
internal import Dispatch
internal import Glibc

/// A connection to NATS with JetStream, over Debian's C client.
///
/// The library's calls wait for their answers: they are made on queues of their own, at most eight at a time; what belongs to the same name is done in
/// order. A connection that is lost is made again by the library for as long as this lives. What is asked meanwhile fails at once: the library would keep
/// it, and send it later than it was meant. What was being sent when the connection was lost may still go out later, so everything that must not is sent
/// with what it expects to find (`ExpectedLast`).
public final class JetStreamConnection: Sendable {
    nonisolated(unsafe) private let connection: OpaquePointer
    nonisolated(unsafe) let context: OpaquePointer
    let milliseconds: Int64
    private let queues = (0..<8).map { DispatchQueue(label: "jetstream.\($0)") }

    /// Connects, or goes on trying where no server is reached now.
    /// - Throws: `refused`, where the settings cannot be used.
    public init(_ settings: JetStreamSettings) throws(JetStreamError) {
        var options: OpaquePointer?
        try Self.check(natsOptions_Create(&options))
        defer { natsOptions_Destroy(options) }
        var servers: [UnsafePointer<CChar>?] = settings.servers.map { UnsafePointer(strdup($0)) }
        defer { for server in servers { free(UnsafeMutableRawPointer(mutating: server)) } }
        try Self.check(natsOptions_SetServers(options, &servers, Int32(servers.count)))
        try Self.check(natsOptions_SetName(options, settings.name))
        try Self.check(natsOptions_SetTimeout(options, settings.timeout.wholeMilliseconds))
        try Self.check(natsOptions_SetMaxReconnect(options, -1))
        try Self.check(natsOptions_SetReconnectWait(options, 250))
        // The least: what is sent while there is no server is not to be kept.
        try Self.check(natsOptions_SetReconnectBufSize(options, 1))
        try Self.check(natsOptions_SetFailRequestsOnDisconnect(options, true))
        // A server that hangs is left after two pings without an answer.
        try Self.check(natsOptions_SetPingInterval(options, 2000))
        try Self.check(natsOptions_SetMaxPingsOut(options, 2))
        try Self.check(natsOptions_SetWriteDeadline(options, settings.timeout.wholeMilliseconds))
        if let file = settings.credentialsFile { try Self.check(natsOptions_SetUserCredentialsFromFiles(options, file, nil)) }
        if let file = settings.caFile { try Self.check(natsOptions_LoadCATrustedCertificates(options, file)) }
        var connection: OpaquePointer?
        let status = cnats_connect(&connection, options)
        if status != NATS_NOT_YET_CONNECTED { try Self.check(status) }
        guard let connection else { throw JetStreamError(.refused, cause: "no connection could be made") }
        self.connection = connection
        var wait = jsOptions()
        jsOptions_Init(&wait)
        milliseconds = settings.timeout.wholeMilliseconds
        wait.Wait = milliseconds
        var context: OpaquePointer?
        let made = natsConnection_JetStream(&context, connection, &wait)
        guard made == NATS_OK, let context else {
            natsConnection_Destroy(connection)
            throw JetStreamError(made)
        }
        self.context = context
    }

    deinit {
        jsCtx_Destroy(context)
        natsConnection_Destroy(connection)
    }

    /// Whether a server is reached now.
    public var isConnected: Bool { natsConnection_Status(connection) == NATS_CONN_STATUS_CONNECTED }

    /// Ends the connection: whatever is asked from now on fails.
    public func close() { natsConnection_Close(connection) }

    /// Makes calls that wait, on the queue of that name.
    func onQueue<Value: Sendable>(
        of name: String, _ body: @escaping @Sendable () -> Result<Value, JetStreamError>
    ) async throws(JetStreamError) -> Value {
        let done = OneShot<Result<Value, JetStreamError>>()
        let place = name.utf8.reduce(5381) { ($0 &* 33 &+ Int($1)) & 0xFFFF } % queues.count
        queues[place].async { [self] in
            done.fulfil(isConnected ? body() : .failure(JetStreamError(.unanswered, cause: "no server is reached")))
            nats_ReleaseThreadMemory()
        }
        // A call ends with its answer's time limit, whoever waits for it.
        return try await done.value(
            whenCancelled: .failure(JetStreamError(.unanswered, cause: "cancelled")), after: .milliseconds(milliseconds * 2)
        ).get()
    }

    static func check(_ status: natsStatus, _ code: jsErrCode = jsErrCode(rawValue: 0)) throws(JetStreamError) {
        guard status == NATS_OK else { throw JetStreamError(status, code) }
    }
}

extension JetStreamError {
    init(_ status: natsStatus, _ code: jsErrCode = jsErrCode(rawValue: 0)) {
        var last = NATS_OK
        let words = nats_GetLastError(&last).map { String(cString: $0) } ?? ""
        let text = natsStatus_GetText(status).map { String(cString: $0) } ?? "status \(status.rawValue)"
        let kind: Code =
            switch status {
            case _ where code == JSStreamWrongLastSequenceErr: .conflict
            // A leader that is not elected yet answers so; that is no refusal.
            case _ where code == JSClusterNotAvailErr || code == JSClusterNotLeaderErr || code == JSInsufficientResourcesErr: .unanswered
            case NATS_TIMEOUT, NATS_NO_RESPONDERS, NATS_CONNECTION_CLOSED, NATS_CONNECTION_DISCONNECTED, NATS_NO_SERVER, NATS_IO_ERROR,
                NATS_NOT_YET_CONNECTED, NATS_INSUFFICIENT_BUFFER, NATS_STALE_CONNECTION:
                .unanswered
            default: .refused
            }
        self.init(kind, cause: last == status && !words.isEmpty ? "\(text): \(words)" : text)
    }
}

extension Duration {
    var wholeMilliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}
