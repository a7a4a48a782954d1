public import StrictJSON
public import WhatsAppBusiness

/// The reply to `POST /{PHONE}/block_users`. A mixed one comes with status 400, and holds successes all the same.
public struct UsersBlockedResult: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object(["messaging_product": .string, "block_users": UsersBlocked.shape], required: ["block_users"])

    /// Who was blocked and who was not.
    public var users: UsersBlocked? { part("block_users") }
}

/// Who was blocked and who was not.
public struct UsersBlocked: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object(
        [
            "added_users": .array(BlockedUser.shape), "failed_users": .array(BlockUserFailure.shape),
        ])

    /// Those who are blocked now.
    public var added: [BlockedUser]? { parts("added_users") }
    /// Those who are not.
    public var failed: [BlockUserFailure]? { parts("failed_users") }
}

/// The reply to `DELETE /{PHONE}/block_users`.
public struct UsersUnblockedResult: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object(["messaging_product": .string, "block_users": UsersUnblocked.shape], required: ["block_users"])

    /// Who was unblocked and who was not.
    public var users: UsersUnblocked? { part("block_users") }
}

/// Who was unblocked and who was not.
public struct UsersUnblocked: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object(
        [
            "removed_users": .array(BlockedUser.shape), "failed_users": .array(BlockUserFailure.shape),
        ])

    /// Those who may write again.
    public var removed: [BlockedUser]? { parts("removed_users") }
    /// Those who are still blocked.
    public var failed: [BlockUserFailure]? { parts("failed_users") }
}

/// Somebody who could not be blocked or unblocked.
public struct BlockUserFailure: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object(["input": .string, "wa_id": .id, "user_id": .id, "errors": .array(ItemError.shape)])

    /// What was asked for.
    public var input: String? { text("input") }
    /// The digits of their number, if they have WhatsApp.
    public var waID: String? { id("wa_id") }
    /// Their id for this business.
    public var userID: String? { id("user_id") }
    /// Why.
    public var errors: [ItemError]? { parts("errors") }
}

/// Why one thing of a request failed.
public struct ItemError: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object(["code": .integer, "message": .string, "error_data": .anything])

    /// Meta's number.
    public var code: Int64? { integer("code") }
    /// The sentence.
    public var message: String? { text("message") }
    /// More, as it came.
    public var data: JSONValue? { json["error_data"] }
}
