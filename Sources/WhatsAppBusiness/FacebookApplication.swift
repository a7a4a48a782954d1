public import StrictJSON

/// An app that gets the webhooks of an account: `GET /{WABA}/subscribed_apps`
/// (https://developers.facebook.com/docs/graph-api/reference/whats-app-business-account/subscribed_apps/).
public struct FacebookApplication: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object(["whatsapp_business_api_data": ApplicationInfo.shape, "override_callback_uri": .string])

    /// The app.
    public var app: ApplicationInfo? { part("whatsapp_business_api_data") }
    /// Where its webhooks of this account go instead; the most specific override wins.
    public var overrideCallbackURI: String? { text("override_callback_uri") }

    /// The app's id, by which it is told apart.
    public var id: String? { app?.id }
}

/// What is told of an app.
public struct ApplicationInfo: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object(["id": .id, "name": .string, "link": .string])

    /// Meta's id of it.
    public var id: String? { id("id") }
    /// Its name.
    public var name: String? { text("name") }
    /// Its page.
    public var link: String? { text("link") }
}
