internal import StrictJSON
internal import WhatsAppBusiness

/// Takes secrets out of what Meta sends before anybody sees it. Meta writes the token into `next`, and echoes malformed ones in messages, cut off
/// or encoded.
struct Redactor: Sendable {
    static let replacement = "(redacted)"
    /// Members and parameters that hold a secret, whoever's it is.
    private static let names = [
        "access_token", "accesstoken", "verify_token", "verifytoken", "sip_user_password", "appsecret_proof", "input_token", "app_secret",
        "appsecret", "client_secret", "fb_exchange_token",
    ]
    /// The same without signs in between: how a member's name may end, in whatever case.
    private static let endings = [
        "accesstoken", "verifytoken", "inputtoken", "exchangetoken", "appsecret", "clientsecret", "appsecretproof", "sipuserpassword",
    ].map { Array($0.utf8) }
    /// Layers of encoding that are polled through.
    private static let layers = 4
    private let index: FragmentIndex

    init(token: AccessToken, appSecret: AppSecret?) {
        let secrets = [token.secret.text] + (appSecret.map { [$0.secret.text, token.proof($0)] } ?? [])
        index = FragmentIndex(secrets.flatMap(SecretForm.forms) + Self.names.map(SecretForm.name))
    }

    /// The value without secrets; the same value if there are none.
    func redact(_ value: consuming JSONValue) -> JSONValue {
        var value = value
        clean(&value)
        return value
    }

    /// The text without secrets.
    func redact(_ text: String) -> String { redacted(text) ?? text }

    /// Whether something of a page would be redacted. Its keys are polled as one text first, which costs next to nothing.
    func touches(_ page: KeyPage) -> Bool {
        page.keys.withAllBytes(mayHoldOne) && page.keys.contains { redacted($0) != nil }
            || page.keys.others.contains { redacted($0) != nil }
            || [page.before, page.after].contains { $0.flatMap(redacted) != nil }
    }

    /// In place: a second tree beside the first would be as large as the largest body.
    private func clean(_ value: inout JSONValue) {
        switch value {
        case .string(let text): if let text = redacted(text) { value = .string(text) }
        case .number(let number): if let text = redacted(number.text) { value = .string(text) }
        case .array(var elements):
            // Held once only, so that it is not copied.
            value = .null
            for index in elements.indices { clean(&elements[index]) }
            value = .array(elements)
        case .object(var object):
            value = .null
            clean(&object)
            value = .object(object)
        case .null, .bool: break
        }
    }

    private func clean(_ object: inout JSONObject) {
        // Members whose names hold secrets become one: renaming them one by one would cost the square of their number.
        if object.contains(where: { redacted($0.name) != nil }) {
            let kept = object.lazy.filter { redacted($0.name) == nil }.map { ($0.name, $0.value) }
            object = JSONObject(kept + [(Self.replacement, .string(Self.replacement))])
        }
        for name in Array(object.names) {
            guard var value = object[name], !value.isNull else { continue }
            object[name] = .null
            if Self.holdsSecret(name) { value = .string(Self.replacement) } else { clean(&value) }
            object[name] = value
        }
    }

    /// `access_token`, `accessToken`, `hub.verify_token`.
    private static func holdsSecret(_ name: String) -> Bool {
        guard name.utf8.count >= 9, let last = name.utf8.last, [0x6E, 0x74, 0x66, 0x64].contains(last | 0x20) else { return false }
        let letters = name.utf8.map { $0 | 0x20 }.filter { 0x61...0x7A ~= $0 }
        return endings.contains { letters.hasSuffix($0) }
    }

    /// A quick poll that nearly every text passes: no piece of a secret as it stands, and nothing that could be a layer over one.
    private func mayHoldOne(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count >= index.shortest else { return false }
        return !bytes.allSatisfy { 0x21...0x7E ~= $0 && !Unescaping.isMark($0) } || !index.hits(in: bytes, atMost: 1).isEmpty
    }

    private func redacted(_ text: String) -> String? {
        guard text.withBytes(mayHoldOne) else { return nil }
        let original = Array(text.utf8)
        let result = withoutSecrets(original)
        // Encoded once or more, or broken into pieces, in whole or in part: then nothing of the text is worth keeping. A layer that shows more of a
        // secret than the text itself did shows what was left of it.
        let taken = index.secretBytes(in: original)
        var (layer, rest) = (original, result)
        for _ in 0..<Self.layers {
            // Names are not looked for where spaces were taken out: "access token: Session has expired" tells none.
            if let joined = Unescaping.joined(layer), index.secretBytes(in: joined) > taken { return Self.replacement }
            guard let decoded = Unescaping.decoded(layer) else { break }
            if index.secretBytes(in: decoded) > taken { return Self.replacement }
            if let decoded = Unescaping.decoded(rest) {
                if withoutSecrets(decoded) != decoded { return Self.replacement }
                rest = decoded
            }
            layer = decoded
        }
        return result == original ? nil : String(decoding: result, as: UTF8.self)
    }

    /// The bytes with each piece of a secret, and whatever stands behind a name that holds one, replaced. By bytes: a combining mark behind a
    /// secret hides nothing.
    private func withoutSecrets(_ bytes: [UInt8]) -> [UInt8] {
        let hits = bytes.withUnsafeBytes { index.hits(in: $0) }
        guard !hits.isEmpty else { return bytes }
        let replacement = Array(Self.replacement.utf8)
        var result: [UInt8] = []
        var position = 0
        for hit in hits where hit.range.upperBound > position {
            var range = hit.range
            if hit.isName {
                guard let value = Self.value(behind: hit.range.upperBound, in: bytes), !bytes[value.lowerBound...].starts(with: replacement)
                else { continue }
                range = value
            }
            // A secret may hold what ends a value.
            guard range.lowerBound >= position else {
                position = max(position, range.upperBound)
                continue
            }
            result += bytes[position..<range.lowerBound]
            // Two pieces that touch are one secret.
            if !result.hasSuffix(replacement) || range.lowerBound > position { result += replacement }
            position = range.upperBound
        }
        return result + bytes[position...]
    }

    /// What a name is given: behind `=` or `:` and quotes, up to a delimiter.
    private static func value(behind name: Int, in bytes: [UInt8]) -> Range<Int>? {
        let isFiller: (UInt8) -> Bool = { [UInt8(ascii: " "), UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "\\")].contains($0) }
        guard let sign = bytes[name...].firstIndex(where: { !isFiller($0) }), [UInt8(ascii: "="), UInt8(ascii: ":")].contains(bytes[sign])
        else {
            return nil
        }
        let start = bytes[(sign + 1)...].firstIndex { !isFiller($0) } ?? bytes.endIndex
        let end = bytes[start...].firstIndex(where: isDelimiter) ?? bytes.endIndex
        return start..<end
    }

    private static func isDelimiter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "&"), UInt8(ascii: "#"), UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "<"),
            UInt8(ascii: ">"), UInt8(ascii: ";"), UInt8(ascii: ","), UInt8(ascii: ")"), UInt8(ascii: "\n"), UInt8(ascii: "\r"),
            UInt8(ascii: "\t"):
            true
        default: false
        }
    }
}

extension [UInt8] {
    fileprivate func hasSuffix(_ suffix: [UInt8]) -> Bool { count >= suffix.count && self[(count - suffix.count)...].elementsEqual(suffix) }
}

extension String {
    fileprivate func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        utf8.withContiguousStorageIfAvailable { body(UnsafeRawBufferPointer($0)) } ?? Array(utf8).withUnsafeBytes(body)
    }
}
