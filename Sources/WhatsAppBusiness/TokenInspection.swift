public import StrictJSON

/// What Meta says of an access token: the `data` of `GET /debug_token`
/// (https://developers.facebook.com/docs/facebook-login/guides/access-tokens/debugging). Any member may be missing.
public struct TokenInspection: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object([
        "app_id": .id, "application": .string, "type": .string, "user_id": .id, "is_valid": .bool, "expires_at": .integer,
        "data_access_expires_at": .integer, "issued_at": .integer, "scopes": .array(.string),
        "granular_scopes": .array(GranularScope.shape),
        "error": .object(["code": .integer, "subcode": .integer, "message": .string]),
    ])

    /// The permission without which nothing of an account can be asked for.
    public static let managementScope = "whatsapp_business_management"

    /// A permission and the accounts that it is limited to.
    public struct GranularScope: Document {
        public let json: JSONObject
        public init(checked json: JSONObject) { self.json = json }

        public static let shape = Shape.object(["scope": .string, "target_ids": .array(.id)])

        /// The permission's name.
        public var scope: String? { text("scope") }
        /// The ids that it holds for; `nil` where it holds for all that the token reaches.
        public var targetIDs: [String]? { ids("target_ids") }
    }

    /// The app that the token was made by.
    public var appID: String? { id("app_id") }
    /// That app's name.
    public var application: String? { text("application") }
    /// Whom it was made for.
    public var userID: String? { id("user_id") }
    /// `SYSTEM_USER`, `USER`, `PAGE` …
    public var type: String? { text("type") }
    /// Whether Meta takes it.
    public var isValid: Bool? { flag("is_valid") }
    /// When it ends; `nil` where Meta does not say, and where it never does (`expires_at` is 0).
    public var expiresAt: Timestamp? { moment("expires_at") }
    /// Whether Meta says that it never ends.
    public var neverExpires: Bool { lenientInteger("expires_at") == 0 }
    /// When data can no longer be asked for with it, unless its user agrees again; `nil` where that never happens or is not said.
    public var dataAccessExpiresAt: Timestamp? { moment("data_access_expires_at") }
    /// The permissions; `nil` where Meta does not say.
    public var scopes: [String]? { texts("scopes") }
    /// The permissions with the accounts that they are limited to.
    public var granularScopes: [GranularScope]? { parts("granular_scopes") }
    /// Why it is not valid.
    public var refusal: String? { json["error"]?["message"]?.string }

    /// Seconds since 1970, of a year that people write with four digits.
    private func moment(_ name: String) -> Timestamp? {
        lenientInteger(name).flatMap { 1..<253_402_300_800 ~= $0 ? Timestamp(milliseconds: $0 * 1000) : nil }
    }
}
