public import StrictJSON

/// Parameters of `BlockUsers`.
public struct BlockUsersParameters: Parameters {
    public typealias Reply = BlockUsersReply
    public static let method = "BlockUsers"

    /// Whom to block, and where.
    public var list: UserList

    /// Users to block.
    public init(_ list: UserList) { self.list = list }
    public init(json: JSONObject) throws(MemberError) { list = try UserList(json: json) }
    public var json: JSONObject { list.json }
}

/// What `BlockUsers` answers.
public struct BlockUsersReply: Record {
    /// Who is blocked now.
    public var added: [BlockedUserRecord]
    /// Who is not, and why.
    public var failed: [BlockFailure]

    /// A reply.
    public init(added: [BlockedUserRecord], failed: [BlockFailure] = []) {
        self.added = added
        self.failed = failed
    }

    public init(json: JSONObject) throws(MemberError) {
        let member = MemberReader(json)
        added = try member("added", .list(.record(BlockedUserRecord.self)))
        failed = try member("failed", .list(.record(BlockFailure.self)))
    }

    public var json: JSONObject { ["added": .list(added), "failed": .list(failed)] }
}
