internal import CCurl
internal import Continuations

/// One request under way: its handle, what has come so far, and who waits. Lives on the transport's thread only.
final class CurlTransfer {
    let easy: UnsafeMutableRawPointer
    private let submission: CurlSubmission
    private let settings: CurlTransport.Settings
    private var headerList: UnsafeMutablePointer<curl_slist>?
    private var status = 0
    private var headers: [(name: String, value: String)] = []
    private var headerBytes = 0
    private var body: [UInt8] = []
    /// What a receiver refused.
    private var refusal: TransportError?
    private let reason = UnsafeMutableBufferPointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    private(set) var isFinished = false

    init?(_ submission: CurlSubmission, _ settings: CurlTransport.Settings, _ trust: UnsafeMutableBufferPointer<UInt8>?) {
        guard let easy = curl_easy_init() else { return nil }
        self.easy = easy
        self.submission = submission
        self.settings = settings
        reason.initialize(repeating: 0)
        let request = submission.request
        for header in request.headers { headerList = curl_slist_append(headerList, "\(header.name): \(header.value)") }
        var codes: [CURLcode] = [
            ccurl_set_string(easy, CURLOPT_URL, request.url),
            ccurl_set_string(easy, CURLOPT_PROTOCOLS_STR, "http,https"),
            ccurl_set_long(easy, CURLOPT_FOLLOWLOCATION, 0),
            ccurl_set_long(easy, CURLOPT_NOSIGNAL, 1),
            ccurl_set_long(easy, CURLOPT_SSL_VERIFYPEER, 1),
            ccurl_set_long(easy, CURLOPT_SSL_VERIFYHOST, 2),
            ccurl_set_long(easy, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS)),
            // Share one connection over HTTP/2. Without TLS there is none, and libcurl would let every request wait for the first.
            ccurl_set_long(easy, CURLOPT_PIPEWAIT, request.url.hasPrefix("https:") ? 1 : 0),
            ccurl_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, settings.connectTimeout.wholeMilliseconds),
            ccurl_set_long(easy, CURLOPT_TIMEOUT_MS, settings.timeout.wholeMilliseconds),
            ccurl_set_string(easy, CURLOPT_ACCEPT_ENCODING, "gzip"),
            ccurl_set_header_list(easy, CURLOPT_HTTPHEADER, headerList),
            ccurl_set_pointer(easy, CURLOPT_ERRORBUFFER, reason.baseAddress),
            ccurl_set_body_receiver(easy, Self.receiveBody, Unmanaged.passUnretained(self).toOpaque()),
            ccurl_set_header_receiver(easy, Self.receiveHeader, Unmanaged.passUnretained(self).toOpaque()),
        ]
        if let trust { codes.append(ccurl_set_trust(easy, trust.baseAddress, trust.count)) }
        if Self.isLoopback(request.url) { codes.append(ccurl_set_string(easy, CURLOPT_NOPROXY, "*")) }
        if let body = request.body {
            codes.append(ccurl_set_long(easy, CURLOPT_POSTFIELDSIZE, body.count))
            codes.append(
                body.withUnsafeBytes { ccurl_set_pointer(easy, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: $0.baseAddress)) })
        }
        if request.method != "GET" {
            codes.append(ccurl_set_string(easy, CURLOPT_CUSTOMREQUEST, request.method))
            // A kept connection may have ended unnoticed: libcurl sends again what no byte came back for, though it may have been carried out.
            codes.append(ccurl_set_long(easy, CURLOPT_FRESH_CONNECT, 1))
        }
        guard codes.allSatisfy({ $0 == CURLE_OK }) else { return nil }
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_slist_free_all(headerList)
        reason.deallocate()
    }

    /// Takes the handle out and tells who waits. A second time does nothing.
    func finish(_ result: Result<HTTPResponse, TransportError>, _ multi: UnsafeMutableRawPointer) {
        guard !isFinished else { return }
        isFinished = true
        curl_multi_remove_handle(multi, easy)
        submission.answer.fulfil(result)
    }

    /// What libcurl's result means.
    func outcome(_ result: CURLcode) -> Result<HTTPResponse, TransportError> {
        if let refusal { return .failure(refusal) }
        guard result == CURLE_OK else {
            let text = String(decoding: reason.prefix { $0 != 0 }.lazy.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            // Counted when it is handed to the connection: nothing leaves before.
            var sent = 0
            let isCounted = ccurl_get_long(easy, CURLINFO_REQUEST_SIZE, &sent) == CURLE_OK
            return .failure(TransportError(result, detail: text, isUnsent: isCounted && sent == 0))
        }
        var code = 0
        ccurl_get_long(easy, CURLINFO_RESPONSE_CODE, &code)
        if 300..<400 ~= code && code != 304 {
            return .failure(TransportError(.redirect, "the answer (\(code)) sends us elsewhere, which is refused"))
        }
        return .success(HTTPResponse(status: code, headers: headers, body: body))
    }

    private static func isLoopback(_ url: String) -> Bool {
        let slash = UInt8(ascii: "/")
        let authority = url.utf8.drop { $0 != slash }.drop { $0 == slash }.prefix { $0 != slash && $0 != UInt8(ascii: "?") }
        return Endpoint.isLoopback(authority: Substring(authority))
    }
}

// MARK: What comes in

extension CurlTransfer {
    private static let receiveBody: ccurl_receiver = { bytes, size, count, context in
        guard let bytes, let context else { return 0 }
        let transfer = Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
        return transfer.receive(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
    }

    private static let receiveHeader: ccurl_receiver = { bytes, size, count, context in
        guard let bytes, let context else { return 0 }
        let transfer = Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
        return transfer.receiveHeader(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
    }

    private func receive(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let needed = body.count + bytes.count
        guard needed <= settings.bodyLimit else {
            refusal = TransportError(.tooLarge, "the answer is larger than \(settings.bodyLimit) bytes")
            return false
        }
        // Doubling, but never past the limit: together with the copy it stays below twice the limit.
        if needed > body.capacity { body.reserveCapacity(min(settings.bodyLimit, max(needed, 2 * body.capacity))) }
        body.append(contentsOf: bytes)
        return true
    }

    private func receiveHeader(_ bytes: UnsafeRawBufferPointer) -> Bool {
        headerBytes += bytes.count
        guard headerBytes <= settings.headerLimit else {
            refusal = TransportError(.tooLarge, "the header fields are larger than \(settings.headerLimit) bytes")
            return false
        }
        if bytes.starts(with: "HTTP/".utf8) {
            // The fields of an answer before the final one (100, a proxy's 200) are not this answer's.
            headers = []
        } else if let colon = bytes.firstIndex(of: UInt8(ascii: ":")) {
            let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
            let value = bytes[(colon + 1)...].drop(while: isSpace).prefix { $0 != 0x0D && $0 != 0x0A }
            headers.append((String(decoding: bytes[..<colon], as: UTF8.self).lowercased(), String(decoding: value, as: UTF8.self)))
        }
        return true
    }
}

extension Duration {
    /// At least one.
    var wholeMilliseconds: Int {
        let (seconds, attoseconds) = components
        return max(1, Int(clamping: seconds.multipliedReportingOverflow(by: 1000).partialValue) + Int(attoseconds / 1_000_000_000_000_000))
    }
}
