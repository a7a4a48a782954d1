public import StrictJSON
public import WhatsAppBusiness

/// What is known of an account's token. `Token` in the interface's text. Nothing of the token itself is in it.
public struct TokenStatus: Record {
    /// The account's name in the configuration.
    public var account: String
    /// When Meta said this; `nil` where Meta did not say.
    public var checkedAt: Timestamp?
    /// When the token expires; `nil` where it does not, or nobody knows.
    public var expiresAt: Timestamp?
    /// When access to data ends.
    public var dataAccessExpiresAt: Timestamp?
    /// The permissions that it has.
    public var scopes: [String]?
    /// Those that are needed, or were there, and are not.
    public var missingScopes: [String]?

    /// What is known of a token.
    public init(
        account: String, checkedAt: Timestamp? = nil, expiresAt: Timestamp? = nil, dataAccessExpiresAt: Timestamp? = nil,
        scopes: [String]? = nil, missingScopes: [String]? = nil
    ) {
        self.account = account
        self.checkedAt = checkedAt
        self.expiresAt = expiresAt
        self.dataAccessExpiresAt = dataAccessExpiresAt
        self.scopes = scopes
        self.missingScopes = missingScopes
    }

    public init(json: JSONObject) throws(MemberError) {
        let member = MemberReader(json)
        account = try member("account", .text)
        checkedAt = try member(optional: "checkedAt", .time)
        expiresAt = try member(optional: "expiresAt", .time)
        dataAccessExpiresAt = try member(optional: "dataAccessExpiresAt", .time)
        scopes = try member(optional: "scopes", .list(.text))
        missingScopes = try member(optional: "missingScopes", .list(.text))
    }

    public var json: JSONObject {
        var json: JSONObject = ["account": .string(account)]
        json["checkedAt"] = checkedAt.map { .string($0.description) }
        json["expiresAt"] = expiresAt.map { .string($0.description) }
        json["dataAccessExpiresAt"] = dataAccessExpiresAt.map { .string($0.description) }
        json["scopes"] = scopes.map { .list($0) }
        json["missingScopes"] = missingScopes.map { .list($0) }
        return json
    }
}
