internal import CCurl
internal import Continuations

/// HTTP over libcurl: one thread, one multi handle, connections that are kept.
///
/// TLS is always verified. Redirects are refused. Proxies come from the environment as libcurl has it (`https_proxy`, `no_proxy`), never for
/// loopback. HTTP/2 where the server offers it, gzip. One thread around `curl_multi_poll` was measured at 35 µs of CPU a request.
public final class CurlTransport: Transport {
    /// What a transport may cost and whom it trusts.
    public struct Settings: Sendable {
        /// Until a connection stands, TLS included.
        public var connectTimeout: Duration = .seconds(10)
        /// Until the whole answer is there, waiting for a free connection included.
        public var timeout: Duration = .seconds(60)
        /// Connections at a time, to all hosts together; further requests wait.
        public var connections: Int = 8
        /// Bytes of a body after decompression.
        public var bodyLimit: Int = 16 << 20
        /// Bytes of all header fields together.
        public var headerLimit: Int = 128 << 10
        /// A file of certificates (PEM) that are trusted beside the system's own.
        public var extraCAFile: String?

        /// The defaults.
        public init() {}
    }

    private let mailbox: CurlMailbox

    /// Starts the thread. Throws when the extra CA file cannot be read or libcurl cannot start.
    public init(_ settings: Settings = Settings()) throws(TransportError) {
        let trust = try settings.extraCAFile.map { file throws(TransportError) in try TrustStore(adding: file) }
        guard ccurl_global_init() == CURLE_OK, let mailbox = CurlMailbox() else {
            throw TransportError(.other, "libcurl does not start")
        }
        self.mailbox = mailbox
        guard CurlLoop.start(mailbox: mailbox, settings: settings, trust: trust) else {
            throw TransportError(.other, "no thread can be started")
        }
    }

    deinit { mailbox.close() }

    public func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        let id = mailbox.takeID()
        let mailbox = mailbox
        let result = await withTaskCancellationHandler {
            let answer = OneShot<Result<HTTPResponse, TransportError>>()
            mailbox.submit(CurlSubmission(id: id, request: request, answer: answer))
            // A task that was cancelled before the submission has called `cancel` too early.
            if Task.isCancelled { mailbox.cancel(id) }
            return await answer.value(whenCancelled: .failure(.cancelled))
        } onCancel: {
            mailbox.cancel(id)
        }
        return try result.get()
    }

    /// Ends every request with `closed`, then the thread. Later requests end the same way.
    public func close() { mailbox.close() }
}
