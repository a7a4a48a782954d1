internal import CCrypto

/// A SHA-256 digest (FIPS 180-4).
public struct Digest: Sendable, Hashable, CustomStringConvertible {
    /// The 32 bytes, without an array of their own: one is kept for every unit.
    private let words: SIMD4<UInt64>

    /// The 32 bytes.
    public var bytes: [UInt8] { withUnsafeBytes(of: words, Array.init) }

    /// The digest of some bytes.
    public init(of content: [UInt8]) {
        words = Self.filled { ccrypto_sha256(content, content.count, $0) }
    }

    /// The HMAC-SHA-256 of some bytes (RFC 2104).
    init(of content: [UInt8], key: [UInt8]) {
        words = Self.filled { ccrypto_hmac_sha256(key, key.count, content, content.count, $0) }
    }

    /// The digest in hexadecimal.
    public var description: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    private static func filled(_ compute: (UnsafeMutablePointer<UInt8>?) -> Int32) -> SIMD4<UInt64> {
        var words = SIMD4<UInt64>()
        withUnsafeMutableBytes(of: &words) { buffer in
            // libcrypto refuses a digest only when it is out of memory or was built without SHA-256.
            precondition(compute(buffer.bindMemory(to: UInt8.self).baseAddress) == 1, "libcrypto computes SHA-256")
        }
        return words
    }
}

extension AppSecret {
    /// The HMAC-SHA-256 of some bytes under the secret, 32 bytes: so Meta signs the webhooks of the app
    /// (https://developers.facebook.com/docs/graph-api/webhooks/getting-started#validate-payloads). It tells nothing of the secret.
    public func signature(of body: [UInt8]) -> [UInt8] { Digest(of: body, key: Array(secret.text.utf8)).bytes }
}

extension AccessToken {
    /// `appsecret_proof`: the token's HMAC-SHA-256 under the app's secret, in hexadecimal (Meta, "Secure Graph API calls").
    func proof(_ appSecret: AppSecret) -> String {
        Digest(of: Array(secret.text.utf8), key: Array(appSecret.secret.text.utf8)).description
    }
}
