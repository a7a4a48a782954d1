internal import Glibc
internal import StrictJSON

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
    func redact(_ value: JSONValue) -> JSONValue { redacted(value) ?? value }

    /// The text without secrets.
    func redact(_ text: String) -> String { redacted(text) ?? text }

    /// Whether something of a page would be redacted. A key is short and a token is long, so this costs nothing.
    func touches(_ page: KeyPage) -> Bool {
        let shortest = secrets.map(\.count).min() ?? 0
        return page.keys.contains { $0.utf8.count >= min(shortest, 32) && redacted($0) != nil }
            || [page.before, page.after].contains { $0.flatMap(redacted) != nil }
    }

    private func redacted(_ value: JSONValue) -> JSONValue? {
        switch value {
        case .string(let text): return redacted(text).map(JSONValue.string)
        case .number(let number): return redacted(number.text).map(JSONValue.string)
        case .array(let elements):
            var changed: [JSONValue]?
            for (index, element) in elements.enumerated() {
                if let element = redacted(element) {
                    changed = changed ?? elements
                    changed?[index] = element
                }
            }
            return changed.map(JSONValue.array)
        case .object(let object):
            var changed: JSONObject?
            for member in object {
                let isSecret = Self.members.contains(member.name.lowercased()) && !member.value.isNull
                if let value = isSecret ? .string(Self.replacement) : redacted(member.value) {
                    changed = changed ?? object
                    changed?[member.name] = value
                }
                if let name = redacted(member.name) {
                    let value = (changed ?? object)[member.name]
                    changed = changed ?? object
                    changed?[member.name] = nil
                    changed?[name] = value
                }
            }
            return changed.map(JSONValue.object)
        case .null, .bool: return nil
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
                rest = rest.starts(with: replacement) ? rest.dropFirst(replacement.count) : rest.drop { !Self.delimiters.contains($0) }
            }
        }
        return result + rest
    }

    private static var delimiters: Set<UInt8> { Set(" &#\"'<>;,)\n".utf8) }

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
