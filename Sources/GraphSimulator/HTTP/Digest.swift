import CCrypto

/// SHA-256 and HMAC-SHA-256 in hexadecimal.
enum Digest {
    static func sha256(_ bytes: [UInt8]) -> String {
        var digest = [UInt8](repeating: 0, count: 32)
        precondition(ccrypto_sha256(bytes, bytes.count, &digest) == 1, "libcrypto computes SHA-256")
        return hex(digest)
    }

    static func hmac(key: String, message: String) -> String { hmac(key: Array(key.utf8), message: Array(message.utf8)) }

    static func hmac(key: [UInt8], message: [UInt8]) -> String {
        var digest = [UInt8](repeating: 0, count: 32)
        precondition(ccrypto_hmac_sha256(key, key.count, message, message.count, &digest) == 1, "libcrypto computes HMAC-SHA-256")
        return hex(digest)
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
