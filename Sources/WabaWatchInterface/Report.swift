public import StrictJSON

/// Parameters of `Report`.
public struct ReportParameters: Parameters {
    public typealias Reply = ReportReply
    public static let method = "Report"

    /// The webhook's body in base64, byte for byte as Meta sent it.
    public var body: String
    /// The value of its header `X-Hub-Signature-256`, such as `sha256=0123…`.
    public var signature: String

    /// Bytes that the body of a webhook may have at most, before it is encoded: Meta sends up to 3 MB.
    /// <https://developers.facebook.com/docs/whatsapp/cloud-api/guides/set-up-webhooks>
    public static let bodyLimit = 3 << 20
    /// Bytes of a signature.
    public static let signatureLimit = 1000

    /// A webhook to be recorded.
    public init(body: String, signature: String) {
        self.body = body
        self.signature = signature
    }

    public init(json: JSONObject) throws(MemberError) {
        let member = MemberReader(json)
        try member.expectOnly("body", "signature")
        body = try member("body", .text(atMost: (Self.bodyLimit + 2) / 3 * 4))
        signature = try member("signature", .text(atMost: Self.signatureLimit))
    }

    public var json: JSONObject { ["body": .string(body), "signature": .string(signature)] }
}

/// What `Report` answers, once everything that it counts is on disk.
public struct ReportReply: Record {
    /// Where the changes stand.
    public var cursor: Cursor
    /// How many changes were recorded.
    public var changes: Int
    /// How many of the webhook's changes are of no account that is watched, of a field that is not, or known already.
    public var ignored: Int

    /// A reply.
    public init(cursor: Cursor, changes: Int, ignored: Int) {
        self.cursor = cursor
        self.changes = changes
        self.ignored = ignored
    }

    public init(json: JSONObject) throws(MemberError) {
        let member = MemberReader(json)
        cursor = try member("cursor", .cursor)
        changes = try member("changes", .integer)
        ignored = try member("ignored", .integer)
    }

    public var json: JSONObject { ["cursor": .string(cursor.text), "changes": .integer(changes), "ignored": .integer(ignored)] }
}
