internal import Glibc
internal import StrictJSON
internal import WhatsAppBusiness

/// Reads the keys out of a page of blocked users without building it: the one answer that comes in thousands of things.
///
/// It accepts less than the general parser and nothing that the parser refuses: plain ASCII text without escapes, members once each, and only
/// what such a page is made of. At anything else it gives up, and the general parser decides.
struct BlockedUsersScanner {

    private let bytes: UnsafeRawBufferPointer
    private var offset = 0

    /// The page, or `nil` if the general parser has to decide.
    static func scan(_ bytes: [UInt8]) -> KeyPage? {
        bytes.withUnsafeBytes { buffer in
            var scanner = BlockedUsersScanner(bytes: buffer)
            return scanner.page()
        }
    }

    private init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    private mutating func page() -> KeyPage? {
        var result = KeyPage()
        var hasData = false
        var hasPaging = false
        guard take("{") else { return nil }
        repeat {
            guard let name = string(), take(":") else { return nil }
            switch name {
            case "data" where !hasData:
                hasData = true
                guard data(into: &result.keys) else { return nil }
            case "paging" where !hasPaging:
                hasPaging = true
                guard paging(into: &result) else { return nil }
            default: return nil
            }
        } while take(",")
        // Without a cursor the address of the next page would have to be read, which is the parser's work.
        guard take("}"), hasData, !result.hasNext || result.after != nil else { return nil }
        skipSpace()
        return offset == bytes.count ? result : nil
    }

    private mutating func data(into keys: inout IDList) -> Bool {
        guard take("[") else { return false }
        if take("]") { return true }
        repeat {
            // A user is at most five values, so the parser would not refuse fewer.
            guard keys.count < GraphClient.limits.values / 5 - 2, let user = user(), keys.append(user.key, also: user.other) else {
                return false
            }
        } while take(",")
        return take("]")
    }

    /// The key of a user: `wa_id`, else `user_id`; and the latter beside it. An empty one is not a key.
    private mutating func user() -> (key: UnsafeRawBufferPointer, other: UnsafeRawBufferPointer?)? {
        var digits: Text?
        var id: Text?
        var product: Text?
        var parent: Text?
        guard take("{") else { return nil }
        repeat {
            guard let name = string(), take(":"), let value = string() else { return nil }
            switch name {
            case "wa_id" where digits == nil: digits = value
            case "user_id" where id == nil: id = value
            case "messaging_product" where product == nil: product = value
            case "parent_user_id" where parent == nil: parent = value
            default: return nil
            }
        } while take(",")
        guard take("}") else { return nil }
        let second = id.flatMap { $0.bytes.isEmpty ? nil : $0.bytes }
        if let digits, !digits.bytes.isEmpty { return (digits.bytes, second) }
        return second.map { ($0, nil) }
    }

    private mutating func paging(into result: inout KeyPage) -> Bool {
        guard take("{") else { return false }
        if take("}") { return true }
        var seen: Set<String> = []
        repeat {
            guard let name = string()?.string, seen.insert(name).inserted, take(":") else { return false }
            switch name {
            case "cursors": guard cursors(into: &result) else { return false }
            case "next":
                guard let value = string(isAddress: true) else { return false }
                result.hasNext = !value.bytes.isEmpty
            case "previous":
                guard let value = string(isAddress: true) else { return false }
                result.hasPrevious = !value.bytes.isEmpty
            default: return false
            }
        } while take(",")
        return take("}")
    }

    private mutating func cursors(into result: inout KeyPage) -> Bool {
        guard take("{") else { return false }
        if take("}") { return true }
        repeat {
            guard let name = string(), take(":"), let value = string(), 1...4096 ~= value.bytes.count else { return false }
            switch name {
            case "before" where result.before == nil: result.before = value.string
            case "after" where result.after == nil: result.after = value.string
            default: return false
            }
        } while take(",")
        return take("}")
    }
}

// MARK: Bytes

extension BlockedUsersScanner {
    /// Text as it stands between two quotes.
    private struct Text {
        let bytes: UnsafeRawBufferPointer
        var string: String { String(decoding: bytes, as: UTF8.self) }

        static func ~= (name: StaticString, text: Text) -> Bool {
            guard let start = text.bytes.baseAddress, text.bytes.count == name.utf8CodeUnitCount else { return false }
            return memcmp(start, name.utf8Start, text.bytes.count) == 0
        }
    }

    /// Plain ASCII: no escape, no control character. In an address, which is not kept, a slash may be escaped, as Meta does.
    private mutating func string(isAddress: Bool = false) -> Text? {
        guard take("\"") else { return nil }
        let start = offset
        while offset < bytes.count {
            let byte = bytes[offset]
            if byte == UInt8(ascii: "\"") {
                offset += 1
                return Text(bytes: UnsafeRawBufferPointer(rebasing: bytes[start..<(offset - 1)]))
            }
            if byte == UInt8(ascii: "\\") {
                guard isAddress, offset + 1 < bytes.count, bytes[offset + 1] == UInt8(ascii: "/") else { return nil }
                offset += 1
            } else if byte < 0x20 || byte > 0x7E {
                return nil
            }
            offset += 1
        }
        return nil
    }

    private mutating func take(_ byte: Unicode.Scalar) -> Bool {
        skipSpace()
        guard offset < bytes.count, bytes[offset] == UInt8(ascii: byte) else { return false }
        offset += 1
        return true
    }

    private mutating func skipSpace() {
        while offset < bytes.count, bytes[offset] == 0x20 || bytes[offset] == 0x0A || bytes[offset] == 0x0D || bytes[offset] == 0x09 {
            offset += 1
        }
    }
}
