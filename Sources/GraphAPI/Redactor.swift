internal import Glibc
internal import StrictJSON
internal import WhatsAppBusiness

/// Takes secrets out of what Meta sends before anybody sees it. Meta writes the token into `next`, and echoes malformed ones in messages.
struct Redactor: Sendable {
    static let replacement = "(redacted)"
    private static let members: Set = ["access_token", "verify_token", "sip_user_password", "appsecret_proof", "input_token"]
    private static let parameters = ["access_token=", "appsecret_proof=", "verify_token=", "sip_user_password=", "input_token="]
        .map { Array($0.utf8) }
    private let secrets: [[UInt8]]
    private let needles: [[UInt8]]

    init(token: AccessToken, appSecret: AppSecret?) {
        let texts = [token.secret.text] + (appSecret.map { [$0.secret.text, token.proof($0)] } ?? [])
        secrets = texts.map { Array($0.utf8) }
        needles = secrets + Self.parameters
    }

    /// The value without secrets; the same value if there are none.
    func redact(_ value: consuming JSONValue) -> JSONValue {
        var value = value
        clean(&value)
        return value
    }

    /// The text without secrets.
    func redact(_ text: String) -> String { redacted(text) ?? text }

    /// Whether something of a page would be redacted. A key is short and a token is long, so this costs nothing.
    func touches(_ page: KeyPage) -> Bool {
        let shortest = secrets.map(\.count).min() ?? 0
        return page.keys.contains(withAtLeast: min(shortest, 32))
            && (page.keys.contains { redacted($0) != nil } || page.keys.others.contains { redacted($0) != nil })
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
            if Self.members.contains(name.lowercased()) { value = .string(Self.replacement) } else { clean(&value) }
            object[name] = value
        }
    }

    private func redacted(_ text: String) -> String? {
        let mayHoldOne = text.withBytes { bytes in
            needles.contains { bytes.firstOffset(of: $0) != nil } || bytes.contains(UInt8(ascii: "%"))
        }
        guard mayHoldOne else { return nil }
        var result = Array(text.utf8)
        for parameter in Self.parameters { result = result.replacing(parameter, valueOnly: true) }
        for secret in secrets { result = result.replacing(secret, valueOnly: false) }
        // Encoded once or more, in whole or in part: then nothing of the text is worth keeping.
        var decoded = String(decoding: result, as: UTF8.self)
        for _ in 0..<3 where decoded.utf8.contains(UInt8(ascii: "%")) {
            decoded = decoded.percentDecoded
            let bytes = Array(decoded.utf8)
            let cleaned = Self.parameters.reduce(bytes) { $0.replacing($1, valueOnly: true) }
            if cleaned != bytes || secrets.contains(where: { bytes.firstOffset(of: $0) != nil }) { return Self.replacement }
        }
        let redacted = String(decoding: result, as: UTF8.self)
        return redacted.hasSameUTF8(as: text) ? nil : redacted
    }
}

extension Array<UInt8> {
    /// Replaces each `needle`, or else what stands behind it up to the next delimiter. By bytes: a combining mark behind a secret hides nothing.
    fileprivate func replacing(_ needle: [UInt8], valueOnly: Bool) -> [UInt8] {
        let replacement = Array(Redactor.replacement.utf8)
        var result: [UInt8] = []
        var rest = self[...]
        while let offset = rest.withUnsafeBytes({ $0.firstOffset(of: needle) }) {
            let end = rest.startIndex + offset + needle.count
            result += rest[..<(valueOnly ? end : end - needle.count)]
            result += replacement
            rest = rest[end...]
            if valueOnly {
                rest = rest.starts(with: replacement) ? rest.dropFirst(replacement.count) : rest.drop { !Self.isDelimiter($0) }
            }
        }
        return result + rest
    }

    private static func isDelimiter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "&"), UInt8(ascii: "#"), UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "<"),
            UInt8(ascii: ">"), UInt8(ascii: ";"), UInt8(ascii: ","), UInt8(ascii: ")"), UInt8(ascii: "\n"):
            true
        default: false
        }
    }

    fileprivate func firstOffset(of needle: [UInt8]) -> Int? { withUnsafeBytes { $0.firstOffset(of: needle) } }
}

extension UnsafeRawBufferPointer {
    /// Where the bytes begin for the first time.
    fileprivate func firstOffset(of needle: [UInt8]) -> Int? {
        guard let start = baseAddress, let first = needle.first, count >= needle.count else { return nil }
        var offset = 0
        while offset <= count - needle.count, let found = memchr(start + offset, Int32(first), count - needle.count + 1 - offset) {
            offset = UnsafeRawPointer(found) - start
            if memcmp(found, needle, needle.count) == 0 { return offset }
            offset += 1
        }
        return nil
    }
}

extension String {
    fileprivate func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        utf8.withContiguousStorageIfAvailable { body(UnsafeRawBufferPointer($0)) } ?? Array(utf8).withUnsafeBytes(body)
    }
}
