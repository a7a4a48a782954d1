public import StrictJSON

/// A user that was blocked or unblocked.
public struct BlockedUserRecord: Record {
    /// What the caller wrote.
    public var input: String
    /// The user's WhatsApp id, where Meta tells one.
    public var waID: String?
    /// The user's business-scoped id, where Meta tells one.
    public var userID: String?

    /// A user.
    public init(input: String, waID: String? = nil, userID: String? = nil) {
        self.input = input
        self.waID = waID
        self.userID = userID
    }

    public init(json: JSONObject) throws(MemberError) {
        let member = MemberReader(json)
        input = try member("input", .text)
        waID = try member(optional: "waId", .text)
        userID = try member(optional: "userId", .text)
    }

    public var json: JSONObject {
        var json: JSONObject = ["input": .string(input)]
        json["waId"] = waID.map(JSONValue.string)
        json["userId"] = userID.map(JSONValue.string)
        return json
    }
}
