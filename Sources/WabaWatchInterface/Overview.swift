public import StrictJSON
public import WhatsAppBusiness

/// The interface by which the daemon tells what is not well of very many accounts, at its one socket: `GetStatus` and `List` of `io.wabawatch` tell of
/// everything, which costs a reader more the more there is.
public enum OverviewInterface {
    /// Its name.
    public static let name = "io.wabawatch.Overview"
    /// The one method's full name.
    public static let get = "\(name).Get"

    /// Its text in Varlink's language.
    public static let text = #"""
        # What is not well, and how much is: for whoever watches very many accounts.
        interface io.wabawatch.Overview

        # The number of things of an account and a kind (account, phone_number) that are well, and when an answer last showed them: RFC 3339.
        type Well (account: string, kind: string, things: int, confirmedAt: string)

        # Called with "more", in parts. "status" is a Status of io.wabawatch with all budgets, but only with the watches that are not current and those over
        # accounts and their lists of numbers. "resources" are Resources of io.wabawatch: the accounts and phone numbers that deserve attention. All others
        # are counted in "well".
        method Get() -> (status: ?object, resources: ?[]object, well: ?[]Well)

        """#
}

/// One reply of `io.wabawatch.Overview.Get`.
public struct OverviewReply: Record {
    /// Things that are well.
    public struct Well: Record {
        /// The account's name in the configuration.
        public var account: String
        /// What kind of things.
        public var kind: OpenEnum<Kind>
        /// How many.
        public var things: Int
        /// When an answer last showed them.
        public var confirmedAt: Timestamp

        /// So many things that are well.
        public init(account: String, kind: OpenEnum<Kind>, things: Int, confirmedAt: Timestamp) {
            (self.account, self.kind, self.things, self.confirmedAt) = (account, kind, things, confirmedAt)
        }

        public init(json: JSONObject) throws(MemberError) {
            let member = MemberReader(json)
            account = try member("account", .text)
            kind = try member("kind", .open(Kind.self))
            things = try member("things", .integer(in: 0...1_000_000_000))
            confirmedAt = try member("confirmedAt", .time)
        }

        public var json: JSONObject {
            [
                "account": .string(account), "kind": .string(kind.rawValue), "things": .integer(things),
                "confirmedAt": .string(confirmedAt.description),
            ]
        }
    }

    /// A part of the daemon's status.
    public var status: Status?
    /// Accounts and phone numbers that deserve attention.
    public var resources: [Resource]
    /// Those that are well.
    public var well: [Well]

    /// A reply.
    public init(status: Status? = nil, resources: [Resource] = [], well: [Well] = []) {
        (self.status, self.resources, self.well) = (status, resources, well)
    }

    /// Adds what the next part of the same answer tells.
    public mutating func add(_ part: OverviewReply) {
        if let more = part.status { if status == nil { status = more } else { status?.add(more) } }
        resources += part.resources
        well += part.well
    }

    /// Watches, budgets, resources and counts.
    public var recordCount: Int { (status.map { $0.watches.count + $0.budgets.count } ?? 0) + resources.count + well.count }

    public init(json: JSONObject) throws(MemberError) {
        let member = MemberReader(json)
        status = try member(optional: "status", .record(Status.self))
        resources = try member(optional: "resources", .list(.record(Resource.self))) ?? []
        well = try member(optional: "well", .list(.record(Well.self))) ?? []
    }

    public var json: JSONObject {
        var json = JSONObject()
        json["status"] = status.map { .object($0.json) }
        if !resources.isEmpty { json["resources"] = .list(resources) }
        if !well.isEmpty { json["well"] = .list(well) }
        return json
    }
}
