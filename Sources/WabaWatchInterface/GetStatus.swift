public import StrictJSON

/// Parameters of `GetStatus`: none. With `more` the answer comes in parts, each watch and each budget in one of them; without it, whole or not at all.
public struct GetStatusParameters: Parameters {
    public typealias Reply = GetStatusReply
    public static let method = "GetStatus"

    /// No parameters.
    public init() {}
    public init(json: JSONObject) throws(MemberError) { try MemberReader(json).expectOnly() }
    public var json: JSONObject { JSONObject() }
}

/// What `GetStatus` answers.
public struct GetStatusReply: Record {
    /// The daemon as a whole.
    public var status: Status

    /// A reply.
    public init(status: Status) { self.status = status }
    public init(json: JSONObject) throws(MemberError) { status = try MemberReader(json)("status", .record(Status.self)) }
    public var json: JSONObject { ["status": .object(status.json)] }
}
