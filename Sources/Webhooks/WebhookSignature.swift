/// The value of `X-Hub-Signature-256`: `sha256=` and the body's HMAC-SHA-256 under the app's secret in hexadecimal
/// (https://developers.facebook.com/docs/graph-api/webhooks/getting-started#validate-payloads).
public struct WebhookSignature: Sendable, Equatable {
    /// The 32 bytes.
    public let bytes: [UInt8]

    /// Bytes of a signature.
    private static let length = 32

    /// Reads the header's value. `nil` where it is not exactly `sha256=` and 64 hexadecimal digits.
    public init?(header: String) {
        let (prefix, text) = (Array("sha256=".utf8), Array(header.utf8))
        guard text.count == prefix.count + 2 * Self.length, text.starts(with: prefix) else { return nil }
        let digits = text.dropFirst(prefix.count).compactMap(Self.digit)
        guard digits.count == 2 * Self.length else { return nil }
        bytes = (0..<Self.length).map { digits[2 * $0] << 4 | digits[2 * $0 + 1] }
    }

    /// Whether it is the expected one. It takes the same time wherever the two differ, so that nobody finds a signature byte by byte.
    public func matches(_ expected: [UInt8]) -> Bool {
        guard expected.count == bytes.count else { return false }
        var difference: UInt8 = 0
        for index in bytes.indices { difference |= bytes[index] ^ expected[index] }
        return difference == 0
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
