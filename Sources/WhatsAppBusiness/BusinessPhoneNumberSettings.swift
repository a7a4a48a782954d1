public import StrictJSON

/// What a number is set to: `GET /{PHONE}/settings`
/// (https://developers.facebook.com/docs/whatsapp/cloud-api/calling/call-settings). Enums come in either letter case.
public struct BusinessPhoneNumberSettings: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object([
        "calling": CallingSettings.shape, "storage_configuration": StorageConfiguration.shape,
        "user_identity_change": UserIdentityChange.shape, "payload_encryption": PayloadEncryption.shape,
    ])

    /// Calls.
    public var calling: CallingSettings? { part("calling") }
    /// Where messages rest.
    public var storageConfiguration: StorageConfiguration? { part("storage_configuration") }
    /// What happens when a user's identity changes.
    public var userIdentityChange: UserIdentityChange? { part("user_identity_change") }
    /// Whether payloads are encrypted.
    public var payloadEncryption: PayloadEncryption? { part("payload_encryption") }
}

/// Where the messages of a number rest. Missing or `DEFAULT` when it was never set.
public struct StorageConfiguration: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object(["status": .string, "data_localization_region": .string, "retention_minutes": .integer])

    /// Whether they rest in a country of choice.
    public var status: OpenEnum<StorageStatus>? { open("status") }
    /// That country, two letters.
    public var region: String? { text("data_localization_region") }
    /// How long they rest, without storage.
    public var retentionMinutes: Int64? { integer("retention_minutes") }
}

/// What happens when a user's identity changes.
public struct UserIdentityChange: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object(["enable_identity_key_check": .bool])

    /// Whether messages are held until the new identity is confirmed.
    public var isKeyCheckEnabled: Bool? { flag("enable_identity_key_check") }
}

/// Whether payloads are encrypted, with which keys.
public struct PayloadEncryption: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object([
        "status": .string, "client_encryption_key_fingerprint": .string, "cloud_encryption_key": .string,
    ])

    /// Whether they are.
    public var status: OpenEnum<Switch>? { open("status") }
    /// The fingerprint of the business's key.
    public var clientKeyFingerprint: String? { text("client_encryption_key_fingerprint") }
    /// Meta's public key.
    public var cloudKey: String? { text("cloud_encryption_key") }
}

/// Whether messages rest in a country of choice.
public enum StorageStatus: String, Sendable, CaseIterable {
    case `default` = "DEFAULT"
    case inCountryStorageEnabled = "IN_COUNTRY_STORAGE_ENABLED"
    case inCountryStorageDisabled = "IN_COUNTRY_STORAGE_DISABLED"
    case noStorageEnabled = "NO_STORAGE_ENABLED"
}

/// On or off.
public enum Switch: String, Sendable, CaseIterable {
    case enabled = "ENABLED"
    case disabled = "DISABLED"
}
