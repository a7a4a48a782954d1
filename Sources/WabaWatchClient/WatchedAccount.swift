public import StrictJSON
public import WabaWatchInterface
public import WhatsAppBusiness

/// An account that is watched, to act on. Every action changes it at Meta once; `ClientError` says why one was not done, or that nobody knows whether it was.
public struct WatchedAccount: Sendable {
    let client: WabaWatch
    /// Its name in the daemon's configuration.
    public let name: String

    /// One of its numbers, by Meta's id.
    public func number(_ phoneNumberID: String) -> WatchedNumber { WatchedNumber(account: self, phoneNumberID: phoneNumberID) }

    /// Blocks users at a number.
    public func block(_ users: [String], at phoneNumberID: String) async throws -> BlockUsersReply {
        try await number(phoneNumberID).block(users)
    }

    /// Unblocks users at a number.
    public func unblock(_ users: [String], at phoneNumberID: String) async throws -> UnblockUsersReply {
        try await number(phoneNumberID).unblock(users)
    }

    /// Sets members of the account itself.
    public func update(_ document: JSONObject) async throws -> UpdateReply { try await client.update(.account, account: name, document) }

    /// Sets where the app's webhooks of this account go, which Meta confirms with a token; without an address the override is cleared.
    public func setCallback(_ address: String?, verifyToken: String? = nil) async throws -> UpdateReply {
        var document: JSONObject = ["override_callback_uri": .string(address ?? "")]
        document["verify_token"] = verifyToken.map(JSONValue.string)
        return try await client.update(.subscribedApp, account: name, document)
    }

    /// Deletes a template, by its id.
    public func deleteTemplate(_ id: String) async throws -> DeleteReply { try await client.delete(.messageTemplate, id, account: name) }
}

/// A number of an account, to act on.
public struct WatchedNumber: Sendable {
    let account: WatchedAccount
    /// Meta's id of it.
    public let phoneNumberID: String

    private var client: WabaWatch { account.client }
    private func list(_ users: [String]) -> UserList { UserList(account: account.name, phoneNumberID: phoneNumberID, users: users) }

    /// Blocks users, by number or id.
    public func block(_ users: [String]) async throws -> BlockUsersReply { try await client.block(list(users)) }

    /// Unblocks users, by number or id.
    public func unblock(_ users: [String]) async throws -> UnblockUsersReply { try await client.unblock(list(users)) }

    /// Sets members of the number, or of its profile, its settings or its commerce settings.
    public func update(_ kind: Kind, _ document: JSONObject) async throws -> UpdateReply {
        try await client.update(kind, account: account.name, phoneNumberID: phoneNumberID, document)
    }

    /// Creates a QR code with a message; returns the code. `nil` where Meta did not say that it worked.
    public func createQRCode(_ message: String) async throws -> String? {
        try await client.update(.qrCode, account: account.name, phoneNumberID: phoneNumberID, ["prefilled_message": .string(message)]).id
    }

    /// Puts another message behind a QR code.
    public func changeQRCode(_ code: String, _ message: String) async throws -> UpdateReply {
        try await client.update(.qrCode, code, account: account.name, phoneNumberID: phoneNumberID, ["prefilled_message": .string(message)])
    }

    /// Deletes a QR code.
    public func deleteQRCode(_ code: String) async throws -> DeleteReply {
        try await client.delete(.qrCode, code, account: account.name, phoneNumberID: phoneNumberID)
    }

    /// Sends one message made of a template.
    public func send(
        template: String, language: String, to user: String, components: [JSONObject]? = nil
    ) async throws -> SentTemplateRecord {
        try await client.send(
            SendTemplateParameters(
                account: account.name, phoneNumberID: phoneNumberID, to: user, template: template, language: language,
                components: components))
    }
}
