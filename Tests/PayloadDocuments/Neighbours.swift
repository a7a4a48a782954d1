public import StrictJSON
public import WhatsAppBusiness

/// `GET /{PHONE}/official_business_account` (https://developers.facebook.com/docs/whatsapp/cloud-api/reference).
public struct OfficialBusinessAccount: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object(["id": .id, "oba_status": .string, "status_message": .string])

    /// Meta's id.
    public var id: String? { id("id") }
    /// Whether the number has the badge.
    public var status: String? { text("oba_status") }
    /// Why.
    public var statusMessage: String? { text("status_message") }
}

/// `GET /{PHONE}/whatsapp_business_encryption`.
public struct EncryptionKey: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object(["business_public_key": .string, "business_public_key_signature_status": .string])

    /// PEM.
    public var publicKey: String? { text("business_public_key") }
    /// `VALID` or `MISMATCH`.
    public var signatureStatus: String? { text("business_public_key_signature_status") }
}

/// `GET /{PHONE}/business_compliance_info` (India).
public struct ComplianceInfo: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object([
        "entity_name": .string, "entity_type": .string, "is_registered": .bool, "messaging_product": .string,
        "whatsapp_business_account_id": .id,
    ])

    /// The legal name.
    public var entityName: String? { text("entity_name") }
    /// The legal form.
    public var entityType: String? { text("entity_type") }
    /// Whether it is registered.
    public var isRegistered: Bool? { flag("is_registered") }
    /// The account.
    public var accountID: String? { id("whatsapp_business_account_id") }
}

/// `GET /{PHONE}/username`.
public struct Username: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object(["username": .string, "status": .string])

    /// The name by which people find the number.
    public var username: String? { text("username") }
    /// `approved`, `reserved` or `deleted`.
    public var status: String? { text("status") }
}

/// `GET /{WABA}/flows`.
public struct Flow: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object(["id": .id, "name": .string, "status": .string, "categories": .array(.string)])

    /// Meta's id of it.
    public var id: String? { id("id") }
    /// Its name.
    public var name: String? { text("name") }
    /// `DRAFT` …
    public var status: String? { text("status") }
    /// What it is for.
    public var categories: [String]? { texts("categories") }
}

/// `GET /{WABA}/solutions`.
public struct Solution: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object(["id": .id, "name": .string, "status": .string, "owner_app": ApplicationInfo.shape])

    /// Meta's id of it.
    public var id: String? { id("id") }
    /// Its name.
    public var name: String? { text("name") }
    /// `ACTIVE` …
    public var status: String? { text("status") }
    /// The app that owns it.
    public var ownerApp: ApplicationInfo? { part("owner_app") }
}

/// `GET /{WABA}/activities`. The sources contradict each other: the time is a number or text.
public struct Activity: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object([
        "id": .id, "activity_type": .string, "event_type": .string, "timestamp": .anything, "actor_id": .id,
    ])

    /// Meta's id of it.
    public var id: String? { id("id") }
    /// What happened.
    public var activityType: String? { text("activity_type") }
    /// What happened, in newer documents.
    public var eventType: String? { text("event_type") }
    /// When.
    public var timestamp: JSONValue? { json["timestamp"] }
    /// Who did it.
    public var actorID: String? { id("actor_id") }
}

/// `GET /{WABA}/template_analytics`.
public struct TemplateAnalytics: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object(["granularity": .string, "product_type": .string, "data_points": .anything])

    /// `DAILY`.
    public var granularity: String? { text("granularity") }
    /// `cloud_api`.
    public var productType: String? { text("product_type") }
    /// The counts, as they came.
    public var dataPoints: JSONValue? { json["data_points"] }
}
