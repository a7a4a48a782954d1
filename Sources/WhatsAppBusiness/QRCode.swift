public import StrictJSON

/// A code and a short link that open a chat: `GET /{PHONE}/message_qrdls`
/// (https://developers.facebook.com/docs/whatsapp/business-management-api/qr-codes).
public struct QRCode: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object([
        "code": .id, "prefilled_message": .string, "deep_link_url": .string, "qr_image_url": .string,
    ])

    /// Fourteen characters; its identity.
    public var code: String? { id("code") }
    /// What people find written; at most 140 characters.
    public var prefilledMessage: String? { text("prefilled_message") }
    /// The short link.
    public var deepLinkURL: String? { text("deep_link_url") }
    /// A signed address whose query changes by itself; only on demand.
    public var imageURL: String? { text("qr_image_url") }
}
