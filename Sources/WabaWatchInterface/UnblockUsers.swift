public import StrictJSON

/// Parameters of `UnblockUsers`.
public struct UnblockUsersParameters: Parameters {
    public typealias Reply = UnblockUsersReply
    public static let method = "UnblockUsers"

    /// Whom to unblock, and where.
    public var list: UserList

    /// Users to unblock.
    public init(_ list: UserList) { self.list = list }
    public init(json: JSONObject) throws(MemberError) { list = try UserList(json: json) }
    public var json: JSONObject { list.json }
}

/// What `UnblockUsers` answers.
public struct UnblockUsersReply: Record {
    /// Who is not blocked any more.
    public var removed: [BlockedUserRecord]
    /// Who still is, and why.
    public var failed: [BlockFailure]

    /// A reply.
    public init(removed: [BlockedUserRecord], failed: [BlockFailure] = []) {
        self.removed = removed
        self.failed = failed
    }

    public init(json: JSONObject) throws(MemberError) {
        let member = MemberReader(json)
        removed = try member("removed", .list(.record(BlockedUserRecord.self)))
        failed = try member("failed", .list(.record(BlockFailure.self)))
    }

    public var json: JSONObject { ["removed": .list(removed), "failed": .list(failed)] }
}
