import Testing

@testable import Webhooks

/// The signature's header, read and compared.
@Suite struct WebhookSignatureTests {
    private static let digits = String(repeating: "0aF9", count: 16)

    @Test func header_isExactlyThePrefixAnd64Digits() throws {
        let signature = try #require(WebhookSignature(header: "sha256=" + Self.digits))
        #expect(signature.bytes == (0..<16).flatMap { _ in [0x0A, 0xF9] as [UInt8] })
        for header in [
            "", "sha256=", Self.digits, "sha1=" + Self.digits, "SHA256=" + Self.digits, " sha256=" + Self.digits,
            "sha256=" + Self.digits + "0", "sha256=" + Self.digits.dropLast(), "sha256=" + Self.digits.dropLast() + "g",
            "sha256=" + Self.digits + "\n",
        ] { #expect(WebhookSignature(header: header) == nil, "\(header)") }
    }

    @Test func anyByteThatDiffers_isNoMatch() throws {
        let signature = try #require(WebhookSignature(header: "sha256=" + Self.digits))
        #expect(signature.matches(signature.bytes) && !signature.matches([]) && !signature.matches(signature.bytes + [0]))
        for index in signature.bytes.indices {
            for bit in 0..<8 {
                var other = signature.bytes
                other[index] ^= 1 << bit
                #expect(!signature.matches(other))
            }
        }
    }
}
