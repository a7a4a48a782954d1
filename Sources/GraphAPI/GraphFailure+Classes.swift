extension GraphFailure.Code {
    /// The class of an error of Meta's
    /// (https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes): that it passes by itself, where Meta says so, then by code and subcode, then by
    /// status.
    init(_ error: GraphError, status: Int, regainAfter: Duration?) {
        if let code = Self.byCode(error, regainAfter), !error.isTransient || code.outlastsPassing {
            self = code
        } else if error.isTransient || error.subcode == 2_494_100 || status >= 500 {
            self = .transient
        } else {
            self = Self(status: status, regainAfter: regainAfter) ?? .invalidRequest
        }
    }

    /// Whether an error of this class is what it is although Meta says that it passes: a budget comes back by itself, and is waited for; a walk that
    /// broke is begun again at once. Any other code beside `is_transient` says nothing of the token, the permission or the thing.
    private var outlastsPassing: Bool {
        switch self {
        case .throttled, .paging: true
        default: false
        }
    }

    /// The class of a status that says enough alone.
    init?(status: Int, regainAfter: Duration?) {
        switch status {
        case 500...: self = .transient
        case 429: self = .throttled(regainAfter: regainAfter)
        case 401: self = .unauthorized
        case 403: self = .forbidden
        case 404: self = .notFound
        default: return nil
        }
    }

    private static func byCode(_ error: GraphError, _ regainAfter: Duration?) -> Self? {
        if error.subcode == 2_446_079 { return .throttled(regainAfter: regainAfter) }
        return switch error.code {
        case 139_102, 131_059: .paging(restart: true)
        case 4, 17, 32, 613, 80_007, 80_008, 130_429, 131_048, 131_056, 131_064, 131_208, 133_016: .throttled(regainAfter: regainAfter)
        case 190, 102, 104, 0: .unauthorized
        case 2500 where error.message?.contains("active access token") == true: .unauthorized
        case 3, 10, 200...299, 131_005: .forbidden
        case 100 where error.subcode == 33, 803: .notFound
        case 100: unknownField(error.message).map(Self.invalidField)
        case 368, 131_031, 130_497, 139_000: .policy
        case 1, 2, 131_000, 131_016, 133_004, 139_103, 131_057: .transient
        default: nil
        }
    }

    /// The name in `(#100) Tried accessing nonexisting field (X) on node type (Y)`.
    private static func unknownField(_ message: String?) -> String? {
        guard let message, let marker = message.firstRange(of: "nonexisting field (") else { return nil }
        let rest = message[marker.upperBound...]
        guard let end = rest.firstIndex(of: ")") else { return nil }
        let name = rest[..<end]
        let isName = 1...64 ~= name.utf8.count && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
        return isName ? String(name) : nil
    }
}
