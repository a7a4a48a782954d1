public import StrictJSON
public import WhatsAppBusiness

/// The reply to a request that makes something.
public struct CreatedThing: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object(["id": .id, "status": .string, "category": .string], required: ["id"])

    /// Meta's id of it.
    public var id: String? { id("id") }
    /// Where it stands.
    public var status: String? { text("status") }
    /// What it is for.
    public var category: String? { text("category") }
}
