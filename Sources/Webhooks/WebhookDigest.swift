internal import CCrypto
internal import StrictJSON

/// What a reported change is known by, so that it is recorded once however often Meta sends it: SHA-256 of entry id, time, field and value, in their
/// canonical JSON. Meta gives its webhooks no id.
public struct WebhookDigest: Sendable, Hashable {
    /// The 32 bytes.
    public let bytes: [UInt8]

    /// The digest of a change as it came; what is missing counts as `null`.
    init(entryID: JSONValue?, time: JSONValue?, field: String, value: JSONValue?) {
        let text = JSONValue.array([entryID ?? .null, time ?? .null, .string(field), value ?? .null]).bytes
        var digest = [UInt8](repeating: 0, count: 32)
        // libcrypto refuses a digest only when it is out of memory or was built without SHA-256.
        precondition(ccrypto_sha256(text, text.count, &digest) == 1, "libcrypto computes SHA-256")
        bytes = digest
    }
}
