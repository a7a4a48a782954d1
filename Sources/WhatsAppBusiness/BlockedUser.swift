public import StrictJSON

/// Somebody who cannot write to a number: `GET /{PHONE}/block_users`
/// (https://developers.facebook.com/docs/whatsapp/cloud-api/block-users). Personal data.
public struct BlockedUser: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object([
        "messaging_product": .string, "wa_id": .id, "user_id": .id, "parent_user_id": .id, "input": .string,
    ])

    /// `whatsapp`.
    public var messagingProduct: String? { text("messaging_product") }
    /// The digits of their number.
    public var waID: String? { id("wa_id") }
    /// Their id for this business, instead of or beside the digits.
    public var userID: String? { id("user_id") }
    /// Their id for the parent business.
    public var parentUserID: String? { id("parent_user_id") }
    /// What was asked for; only in the reply to a block.
    public var input: String? { text("input") }

    /// What they are told apart by: the digits, else the id.
    public var key: String? { waID ?? userID }
}
