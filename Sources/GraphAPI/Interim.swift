internal import CCurl
internal import Dispatch
public import StrictJSON
public import WhatsAppBusiness

final class Box { var body: [UInt8] = []; var headers: [(String, String)] = [] }
public final class CurlTransport: Transport {
    public struct Settings: Sendable { public var timeout: Duration = .seconds(60); public var extraCAFile: String?; public init() {} }
    let settings: Settings
    public init(_ settings: Settings = Settings()) throws(TransportError) { self.settings = settings; _ = ccurl_global_init() }
    public func close() async {}
    public func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        let ms = Int(settings.timeout.components.seconds * 1000) + Int(settings.timeout.components.attoseconds / 1_000_000_000_000_000)
        let r: Result<HTTPResponse, TransportError> = await withCheckedContinuation { c in
            DispatchQueue.global().async {
                let easy = curl_easy_init()!
                defer { curl_easy_cleanup(easy) }
                let box = Box(); let p = Unmanaged.passUnretained(box).toOpaque()
                _ = ccurl_set_string(easy, CURLOPT_URL, request.url)
                _ = ccurl_set_long(easy, CURLOPT_TIMEOUT_MS, ms)
                _ = ccurl_set_long(easy, CURLOPT_NOSIGNAL, 1)
                var list: UnsafeMutablePointer<curl_slist>?
                for h in request.headers { list = curl_slist_append(list, "\(h.name): \(h.value)") }
                defer { curl_slist_free_all(list) }
                _ = ccurl_set_header_list(easy, CURLOPT_HTTPHEADER, list)
                _ = ccurl_set_body_receiver(
                    easy,
                    { b, s, n, x in
                        Unmanaged<Box>.fromOpaque(x!).takeUnretainedValue().body.append(
                            contentsOf: UnsafeRawBufferPointer(start: b, count: n));
                        return n
                    }, p)
                _ = ccurl_set_header_receiver(
                    easy,
                    { b, s, n, x in
                        let l = String(decoding: UnsafeRawBufferPointer(start: b, count: n), as: UTF8.self)
                        if let i = l.firstIndex(of: ":") {
                            Unmanaged<Box>.fromOpaque(x!).takeUnretainedValue().headers.append(
                                (String(l[..<i]), String(l[i...].dropFirst().drop { $0 == " " }.filter { $0 != "\r\n" })))
                        }
                        return n
                    }, p)
                let code = curl_easy_perform(easy)
                var status = 0
                _ = ccurl_get_long(easy, CURLINFO_RESPONSE_CODE, &status)
                c.resume(
                    returning: code == CURLE_OK
                        ? .success(HTTPResponse(status: status, headers: box.headers, body: box.body))
                        : .failure(TransportError(.reset, "curl \(code.rawValue)")))
            }
        }
        return try r.get()
    }
}
public struct Edge: Sendable {
    public var kind: Kind; public var path: String; public var fields: [String]; public var limit: Int?; var shape: Shape
    public static func of(_ kind: Kind) -> Edge? {
        switch kind {
        case .phoneNumber:
            Edge(
                kind: kind, path: "/phone_numbers",
                fields:
                    "id,verified_name,display_phone_number,conversational_automation,status,quality_rating,quality_score,webhook_configuration,name_status,new_name_status,code_verification_status,account_mode,is_on_biz_app,is_official_business_account,is_pin_enabled,is_preverified_number,search_visibility,platform_type,throughput,eligibility_for_api_business_global_search,health_status,last_onboarded_time,country_code,country_dial_code,whatsapp_business_manager_messaging_limit"
                    .split(separator: ",").map(String.init), limit: 100, shape: BusinessPhoneNumber.shape)
        case .businessProfile:
            Edge(
                kind: kind, path: "/whatsapp_business_profile",
                fields: "about,address,vertical,description,email,profile_picture_url,websites".split(separator: ",").map(String.init),
                limit: nil, shape: BusinessProfile.shape)
        default: nil
        }
    }
    public func check(_ item: JSONValue) throws(DocumentError) { try shape.check(item) }
}
public struct GraphRequest: Sendable {
    public var edge: Edge; public var node: String; public var fields: [String]; public var after: String?
    public init(_ edge: Edge, node: String) { self.edge = edge; self.node = node; fields = edge.fields }
}
public struct Usage: Sendable { public var percent: Int?; public var regainAfter: Duration? }
public struct GraphFailure: Error, Sendable {
    public enum Code: Sendable {
        case unreachable, unauthorized, forbidden, notFound, throttled, transient, paging, invalidField(String), invalidRequest, policy,
            invalidAnswer
        public var restartsPaging: Bool { if case .paging = self { true } else { false } }
    }
    public var code: Code; public var sentence: String; public var usage: Usage?; public var regainAfter: Duration?
    public static func invalidAnswer(_ s: String) -> GraphFailure { GraphFailure(code: .invalidAnswer, sentence: s) }
}
public struct Answer: Sendable { public var body: JSONValue; public var digest: [UInt8]; public var usage: Usage? }
public struct Page {
    public var items: [JSONValue]; public var after: String?; public var hasNext: Bool
    public init(_ a: Answer) throws(GraphFailure) {
        guard let d = a.body["data"]?.array else { throw .invalidAnswer("the answer has no data") }
        items = d; after = a.body["paging"]?["cursors"]?["after"]?.string; hasNext = a.body["paging"]?["next"] != nil
    }
}
public struct GraphClient: Sendable {
    let e: Endpoint; let t: AccessToken; let tr: any Transport
    public init(endpoint: Endpoint, token: AccessToken, appSecret: AppSecret?, transport: any Transport) {
        e = endpoint; t = token; tr = transport
    }
    public func fetch(_ r: GraphRequest) async throws(GraphFailure) -> Answer {
        var url = "\(e)/\(e.version)/\(r.node)\(r.edge.path)?fields=\(r.fields.joined(separator: ","))"
        if let l = r.edge.limit { url += "&limit=\(l)" }
        if let a = r.after { url += "&after=\(a)" }
        let x: HTTPResponse
        do { x = try await tr.send(HTTPRequest(url: url, headers: [("Authorization", "Bearer \(t.secret.text)")])) } catch {
            throw GraphFailure(code: .unreachable, sentence: "\(error)")
        }
        let text = String(decoding: x.body, as: UTF8.self).replacing(t.secret.text, with: "(redacted)")
        guard let j = try? JSONValue(parsing: text) else {
            throw x.status >= 500 ? GraphFailure(code: .transient, sentence: "HTTP \(x.status)") : .invalidAnswer("no JSON")
        }
        if let err = j["error"] {
            let c = err["code"]?.integer ?? 0
            let code: GraphFailure.Code =
                c == 190
                ? .unauthorized
                : c == 10 ? .forbidden : c == 100 && err["error_subcode"]?.integer == 33 ? .notFound : c == 80007 ? .throttled : .transient
            throw GraphFailure(code: code, sentence: "error \(c): \(err["message"]?.string ?? "")")
        }
        return Answer(body: j, digest: Digest(of: Array(text.utf8)).bytes, usage: nil)
    }
}
