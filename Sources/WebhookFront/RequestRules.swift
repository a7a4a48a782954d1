import HTTPFront

/// What a request's head leads to, before anything of its body is read.
struct RequestRules: Sendable {
    /// What is to be done with a request.
    enum Verdict: Sendable {
        /// It is answered; a body is not read.
        case answer(FrontAnswer)
        /// Its body is read and handed on.
        case receive(Receipt)
    }

    /// A webhook whose body is to come.
    struct Receipt: Sendable, Equatable {
        /// `X-Hub-Signature-256`, well formed.
        var signature: String
        /// Whether the sender waits to be told to send the body.
        var isExpectingContinue: Bool
    }

    /// The one path that there is.
    let path: String
    let token: VerifyToken
    let bodyBytes: Int

    func verdict(on request: FrontRequest) -> Verdict {
        let parts = request.target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, String(first).utf8.elementsEqual(path.utf8) else { return .answer(.notFound) }
        // Another protocol on the same connection is not spoken here, and what follows such a request would not be read as requests.
        guard request.values(of: "upgrade").isEmpty else { return .answer(.badRequest) }
        switch request.method {
        case "GET", "HEAD":
            let challenge = parts.count > 1 ? VerificationQuery(parts[1]).challenge(token) : nil
            return .answer(challenge.map(FrontAnswer.challenge) ?? .forbidden)
        case "POST": return posted(request)
        default: return .answer(.methodNotAllowed)
        }
    }

    private func posted(_ request: FrontRequest) -> Verdict {
        let signatures = request.values(of: "x-hub-signature-256")
        guard signatures.count == 1, let signature = signatures.first, Self.isSignature(signature) else { return .answer(.badSignature) }
        let types = request.values(of: "content-type")
        guard types.count == 1, let type = types.first, Self.isJSON(type) else { return .answer(.unsupportedType) }
        guard request.values(of: "content-encoding").allSatisfy({ $0.lowercased() == "identity" }) else { return .answer(.unsupportedType) }
        let transfers = request.values(of: "transfer-encoding")
        guard transfers.isEmpty || transfers.map({ $0.lowercased() }) == ["chunked"] else { return .answer(.unsupportedTransfer) }
        for length in request.values(of: "content-length") {
            guard let count = Int(length), count <= bodyBytes else { return .answer(.tooLarge) }
        }
        let expectations = request.values(of: "expect").map { $0.lowercased() }
        guard expectations.allSatisfy({ $0 == "100-continue" }) else { return .answer(.unsupportedExpectation) }
        return .receive(Receipt(signature: signature, isExpectingContinue: !expectations.isEmpty))
    }

    /// `sha256=` and 64 hexadecimal digits.
    static func isSignature(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.starts(with: "sha256=".utf8), bytes.count == 7 + 64 else { return false }
        return bytes.dropFirst(7).allSatisfy { byte in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
        }
    }

    /// `application/json`, with parameters or without.
    private static func isJSON(_ type: String) -> Bool {
        let name = type.prefix { $0 != ";" }
        return name.filter { $0 != " " && $0 != "\t" }.lowercased() == "application/json"
    }
}
