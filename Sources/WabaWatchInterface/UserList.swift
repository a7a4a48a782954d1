public import StrictJSON

/// Whom to block or unblock at which number: the parameters that both methods have.
public struct UserList: Record {
    /// Users that one call may name.
    public static let limit = 64_000
    /// Users of one request to Meta: whoever asks for so many at a time is told in between how far it is.
    public static let requestSize = 1000

    /// The account's name in the configuration.
    public var account: String
    /// The number at which.
    public var phoneNumberID: String
    /// The users, by number or id.
    public var users: [String]

    /// Users at a number.
    public init(account: String, phoneNumberID: String, users: [String]) {
        self.account = account
        self.phoneNumberID = phoneNumberID
        self.users = users
    }

    public init(json: JSONObject) throws(MemberError) {
        let member = MemberReader(json)
        try member.expectOnly("account", "phoneNumberId", "users")
        account = try member("account", .name)
        phoneNumberID = try member("phoneNumberId", .name)
        users = try member("users", .list(.name, atMost: Self.limit))
    }

    public var json: JSONObject {
        ["account": .string(account), "phoneNumberId": .string(phoneNumberID), "users": .list(users)]
    }
}
