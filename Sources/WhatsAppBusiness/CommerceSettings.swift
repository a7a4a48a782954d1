public import StrictJSON

/// What a number shows of a catalogue: `GET /{PHONE}/whatsapp_commerce_settings`
/// (https://developers.facebook.com/docs/whatsapp/cloud-api/guides/sell-products-and-services/set-commerce-settings).
/// Without a catalogue the answer's `data` is empty, which is the document `{}` here.
public struct CommerceSettings: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object(["id": .id, "is_cart_enabled": .bool, "is_catalog_visible": .bool])

    /// The catalogue; `id` on the wire.
    public var catalogID: String? { id("id") }
    /// Whether people can fill a cart; on by default.
    public var isCartEnabled: Bool? { flag("is_cart_enabled") }
    /// Whether people see the catalogue; off by default.
    public var isCatalogVisible: Bool? { flag("is_catalog_visible") }

    /// Whether there is no catalogue.
    public var isNone: Bool { json.isEmpty }
}
