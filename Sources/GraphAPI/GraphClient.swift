internal import StrictJSON
public import WhatsAppBusiness

/// Asks the API and reads what comes: an answer without secrets, or a failure with its class.
public struct GraphClient: Sendable {
    /// Where the API is.
    public let endpoint: Endpoint
    private let token: AccessToken
    private let proof: String?
    private let transport: any Transport
    private let redactor: Redactor

    /// A client for one token. With the app's secret every request carries `appsecret_proof`.
    public init(endpoint: Endpoint, token: AccessToken, appSecret: AppSecret? = nil, transport: any Transport) {
        self.endpoint = endpoint
        self.token = token
        proof = appSecret.map(token.proof)
        self.transport = transport
        redactor = Redactor(token: token, appSecret: appSecret)
    }

    /// Asks, or writes, once. With the digest of an earlier answer an unchanged one is not parsed again. (Meta no longer takes conditional requests.)
    public func fetch(_ request: GraphRequest, digest: Digest? = nil) async throws(GraphFailure) -> Answer {
        let response = try await send(http(request))
        return try answer(response, to: request, digest: digest)
    }

    /// Asks once what Meta says of the client's own token, which stands in the request's address.
    public func inspectToken() async throws(GraphFailure) -> TokenInspection {
        let request = GraphRequest(.debugToken, id: Edge.debugToken.name)
        let response = try await send(http(request, secretQuery: "input_token=\(token.secret.text.percentEncoded)"))
        let answer = try answer(response, to: request, digest: nil)
        guard let data = answer.body["data"]?.object else {
            throw GraphFailure(.invalidAnswer("there is no object of data"), status: answer.status, usage: answer.usage)
        }
        return TokenInspection(checked: data)
    }

    func send(_ request: HTTPRequest) async throws(GraphFailure) -> HTTPResponse {
        do throws(TransportError) { return try await transport.send(request) } catch { throw GraphFailure(error) }
    }

    /// Sends what changes something; the transport repeats nothing.
    func sendOnce(_ request: GraphRequest) async throws(TransportError) -> HTTPResponse { try await transport.send(http(request)) }

    /// The body of an answer without secrets; nothing where it is no object.
    func body(of response: HTTPResponse) -> JSONObject {
        let parsed = try? JSONValue(parsing: response.body, limits: Self.limits, surrogates: .replaced)
        return parsed.flatMap { redactor.redact($0).object } ?? [:]
    }

    /// - Parameter secretQuery: parameters that no request may hold, for a request can be printed.
    private func http(_ request: GraphRequest, secretQuery: String = "") -> HTTPRequest {
        let body = request.body.map { Array(JSONValue.object($0).description.utf8) }
        return http(
            request.method, request.path(endpoint.version), query: [request.query, secretQuery], body: body, type: "application/json")
    }

    /// A batch as it is sent.
    func http(_ batch: BatchRequest) -> HTTPRequest {
        http(
            .post, "/\(endpoint.version)/", query: [], body: batch.form(endpoint.version), type: "application/x-www-form-urlencoded")
    }

    private func http(_ method: GraphRequest.Method, _ path: String, query: [String], body: [UInt8]?, type: String) -> HTTPRequest {
        let query = (query + [proof.map { "appsecret_proof=\($0)" } ?? ""]).filter { !$0.isEmpty }.joined(separator: "&")
        let url = endpoint.description + path + (query.isEmpty ? "" : "?" + query)
        var headers = [
            (name: "Authorization", value: "Bearer \(token.secret.text)"), (name: "Accept", value: "application/json"),
            (name: "User-Agent", value: "wabawatch"),
        ]
        if body != nil { headers.append((name: "Content-Type", value: type)) }
        return HTTPRequest(method: method.rawValue, url: url, headers: headers, body: body)
    }

    /// Asks once for a page of which only the keys are wanted. Blocked users are scanned, thirty times as fast as they are parsed; what the
    /// scanner does not know, and every other edge, is parsed.
    public func fetchKeys(_ request: GraphRequest, digest: Digest? = nil) async throws(GraphFailure) -> KeyAnswer {
        try keyAnswer(try await send(http(request)), to: request, digest: digest)
    }

    /// What a response means of which only the keys are wanted.
    func keyAnswer(_ response: HTTPResponse, to request: GraphRequest, digest: Digest?) throws(GraphFailure) -> KeyAnswer {
        let bodyDigest = Digest(of: response.body)
        if response.status == 200, request.edge.item is BlockedUser.Type, digest != bodyDigest,
            let page = BlockedUsersScanner.scan(response.body),
            !redactor.touches(page)
        {
            let empty = HTTPResponse(status: 200, headers: response.headers, body: Array("{}".utf8))
            var answer = try answer(empty, to: request, digest: nil)
            answer.digest = bodyDigest
            answer.body = .null
            return KeyAnswer(page: page, answer: answer)
        }
        let answer = try answer(response, to: request, digest: digest)
        return KeyAnswer(page: answer.notModified ? nil : KeyPage(try Page(answer), edge: request.edge), answer: answer)
    }

    /// What a response means.
    func answer(_ response: HTTPResponse, to request: GraphRequest, digest: Digest?) throws(GraphFailure) -> Answer {
        let usage = Usage(response, of: request.account ?? request.id)
        func answer(_ body: JSONValue, digest: Digest?, notModified: Bool) -> Answer {
            Answer(
                status: response.status, body: body, digest: digest, notModified: notModified, usage: usage,
                apiVersion: header("facebook-api-version", response), versionWarning: header("x-ad-api-version-warning", response))
        }
        // There is nothing that it could be unchanged from: nobody asked for that.
        guard response.status != 304 else { throw failure(.invalidAnswer("unchanged, it says, which was not asked for"), response, usage) }
        let bodyDigest = Digest(of: response.body)
        if response.status == 200, let digest, digest == bodyDigest { return answer(.null, digest: digest, notModified: true) }
        let body: JSONValue
        do {
            body = redactor.redact(try JSONValue(parsing: response.body, limits: Self.limits, surrogates: .replaced))
        } catch {
            // A member's name in the error could be a secret.
            throw failure(.invalidAnswer("\(JSONError(error.code, at: error.offset))"), response, usage)
        }
        guard let object = body.object else { throw failure(.invalidAnswer("the body is \(body.typeName)"), response, usage) }
        if response.status == 200, !object.contains("error") { return answer(body, digest: bodyDigest, notModified: false) }
        guard let error = GraphError(body) else { throw failure(.invalidAnswer("an error without a code"), response, usage) }
        let code = GraphFailure.Code(error, status: response.status, regainAfter: regainAfter(response, usage, isOfMeta: true))
        throw GraphFailure(code.about(request, error), graph: error, status: response.status, usage: usage)
    }

    /// A failure of a response that is no envelope. A status that says enough decides; 401 to 404 do not, as any proxy says them.
    private func failure(_ code: GraphFailure.Code, _ response: HTTPResponse, _ usage: Usage?) -> GraphFailure {
        let decided = response.status == 429 || response.status >= 500
        let regain = regainAfter(response, usage, isOfMeta: false)
        let byStatus = decided ? GraphFailure.Code(status: response.status, regainAfter: regain) : nil
        return GraphFailure(byStatus ?? code, status: response.status, usage: usage)
    }

    /// So many seconds at the most are waited for what may be any proxy's.
    private static let longestWithoutEnvelope: Int64 = 900

    /// How long nothing is to be asked, as far as the response tells. What comes without Meta's envelope may be any proxy's, and one odd answer of such
    /// must not leave an account unseen for a week.
    private func regainAfter(_ response: HTTPResponse, _ usage: Usage?, isOfMeta: Bool) -> Duration? {
        let seconds = response.values(of: "retry-after").compactMap { Int64($0) }.filter { 1...604_800 ~= $0 }.max()
        let retryAfter = seconds.map { Duration.seconds(isOfMeta ? $0 : min($0, Self.longestWithoutEnvelope)) }
        return [usage?.regainAfter, retryAfter].compactMap(\.self).max()
    }

    /// A header field's value without secrets, if it is of a sensible length.
    private func header(_ name: String, _ response: HTTPResponse) -> String? {
        response.values(of: name).first.flatMap { $0.utf8.count <= 1024 ? redactor.redact($0) : nil }
    }

    /// Meta's largest real answers fit many times over; together with the body this stays below twice the body's limit.
    static let limits = JSONLimits(bytes: 16 << 20, depth: 64, values: 100_000, string: 1 << 20)
}

extension GraphFailure {
    /// What a transport's error means. What came and was refused is an invalid answer; the rest is no answer.
    init(_ error: TransportError) {
        switch error.code {
        case .redirect, .tooLarge, .malformed: self.init(.invalidAnswer(error.description))
        default: self.init(.unreachable(error))
        }
    }
}
