internal import CCurl

extension TransportError {
    /// What a result of libcurl means. `detail` is its own sentence, which names hosts and certificates but never a query or a header.
    /// - Parameter isUnsent: whether not a byte of the request was handed to a connection.
    init(_ result: CURLcode, detail: String, isUnsent: Bool) {
        // A proxy's answer to CONNECT is nothing of the host's, and reads as a failed receipt.
        let isRefusedByProxy = result == CURLE_RECV_ERROR && detail.contains("CONNECT")
        let code: Code =
            switch result {
            case _ where isRefusedByProxy: .connect
            case CURLE_OPERATION_TIMEDOUT: .timeout
            case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .resolve
            case CURLE_COULDNT_CONNECT, CURLE_PROXY: .connect
            case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_SSL_CACERT_BADFILE,
                CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS, CURLE_USE_SSL_FAILED:
                .tls
            case CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE, CURLE_HTTP2, CURLE_HTTP2_STREAM: .reset
            case CURLE_BAD_CONTENT_ENCODING, CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL: .malformed
            case CURLE_FILESIZE_EXCEEDED: .tooLarge
            default: .other
            }
        let told: Bool
        switch code {
        case .resolve, .connect, .tls, .timeout: told = true
        default: told = false
        }
        let cause =
            told && !detail.isEmpty ? String(detail.unicodeScalars.filter { 0x20...0x7E ~= $0.value }.prefix(200).map(Character.init)) : nil
        let sentence = isRefusedByProxy ? "the proxy refuses the connection" : Self.sentence(code)
        self.init(code, "\(sentence): \(cause ?? String(cString: curl_easy_strerror(result)))", isUnsent: isUnsent)
    }

    private static func sentence(_ code: Code) -> String {
        switch code {
        case .timeout: "no whole answer came in time"
        case .resolve: "the host's name has no address"
        case .connect: "connection refused"
        case .tls: "the connection could not be secured"
        case .reset: "the connection ended before the answer did"
        case .tooLarge: "the answer is larger than allowed"
        case .redirect: "the answer sends us elsewhere"
        case .malformed: "what came is not a valid HTTP answer"
        case .cancelled: "the request was cancelled"
        case .closed: "the transport was closed"
        case .other: "the request failed"
        }
    }
}
