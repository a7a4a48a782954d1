/// What carries a request to Meta and brings the answer. Cancelling the task ends the request.
public protocol Transport: Sendable {
    /// Sends one request. A status of 4xx or 5xx is an answer, not an error.
    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse
}

/// A request. Its description leaves out the query, the headers and the body, because secrets stand there.
public struct HTTPRequest: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// `GET`, `POST` or `DELETE`.
    public var method: String
    /// Scheme, host, path and query.
    public var url: String
    /// Header fields in order.
    public var headers: [(name: String, value: String)]
    /// The body, if there is one.
    public var body: [UInt8]?

    /// A request.
    public init(method: String = "GET", url: String, headers: [(name: String, value: String)] = [], body: [UInt8]? = nil) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
    }

    public var description: String { "\(method) \(url.prefix { $0 != "?" })" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}

/// An answer as it came.
public struct HTTPResponse: Sendable {
    /// The status: 200, 304, 400 …
    public var status: Int
    /// Header fields in order, their names in lower case.
    public var headers: [(name: String, value: String)]
    /// The body, decompressed.
    public var body: [UInt8]

    /// An answer.
    public init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers.map { ($0.name.lowercased(), $0.value) }
        self.body = body
    }

    /// The values of a header field, named in lower case, in the order in which they came.
    public func values(of name: String) -> [String] { headers.filter { $0.name == name }.map(\.value) }
}

/// Why no answer came. The sentence holds no secret.
public struct TransportError: Error, Equatable, CustomStringConvertible {
    /// What happened.
    public enum Code: String, Sendable, CaseIterable {
        /// No connection, no byte, or no end of the answer in time.
        case timeout
        /// The host's name has no address.
        case resolve
        /// Nobody accepts connections there.
        case connect
        /// The certificate is not trusted, or there is no common way to encrypt.
        case tls
        /// The connection ended before the answer did.
        case reset
        /// The answer is larger than allowed.
        case tooLarge
        /// The answer sends us elsewhere, and we do not go.
        case redirect
        /// What came is not HTTP, or its encoding is broken.
        case malformed
        /// The task was cancelled.
        case cancelled
        /// The transport was closed.
        case closed
        /// libcurl refused for another reason.
        case other
    }

    /// What happened.
    public let code: Code
    /// The sentence.
    public let description: String
    /// Whether not a byte of the request can have left, so that nobody can have carried it out.
    public let isUnsent: Bool

    /// An error.
    /// - Parameter isUnsent: whether nothing was sent; by default where there was no connection.
    public init(_ code: Code, _ description: String, isUnsent: Bool? = nil) {
        self.code = code
        self.description = description
        self.isUnsent = isUnsent ?? (code == .resolve || code == .connect)
    }
}
