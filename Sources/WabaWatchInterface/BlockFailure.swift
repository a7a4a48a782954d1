public import StrictJSON

/// A user that could not be blocked or unblocked.
public struct BlockFailure: Record {
    /// What the caller wrote.
    public var input: String
    /// The user's WhatsApp id, where Meta tells one.
    public var waID: String?
    /// Meta's error code.
    public var code: Int
    /// Meta's words.
    public var message: String

    /// A failure.
    public init(input: String, waID: String? = nil, code: Int, message: String) {
        self.input = input
        self.waID = waID
        self.code = code
        self.message = message
    }

    public init(json: JSONObject) throws(MemberError) {
        let member = MemberReader(json)
        input = try member("input", .text)
        waID = try member(optional: "waId", .text)
        code = try member("code", .integer)
        message = try member("message", .text)
    }

    public var json: JSONObject {
        var json: JSONObject = ["input": .string(input), "code": .integer(code), "message": .string(message)]
        json["waId"] = waID.map(JSONValue.string)
        return json
    }
}
