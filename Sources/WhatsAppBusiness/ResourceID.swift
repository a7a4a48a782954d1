/// What one thing is told apart by. A user may be blocked at two numbers, so the number belongs to it.
public struct ResourceID: Sendable, Hashable {
    /// The account's name in the configuration.
    public var account: String
    /// What kind of thing it is.
    public var kind: OpenEnum<Kind>
    /// Meta's id of it: decimal digits for most, kept as text because they can pass 2^53.
    public var id: String
    /// The number that it belongs to; a phone number belongs to itself.
    public var phoneNumberID: String?

    /// The account of what concerns all of them: the connection, the service itself. No account can have this name, and every filter of accounts lets it through.
    public static let allAccounts = "*"

    /// The identity of one thing.
    public init(account: String, kind: Kind, id: String, phoneNumberID: String? = nil) {
        self.init(account: account, kind: OpenEnum(kind), id: id, phoneNumberID: phoneNumberID)
    }

    /// The identity of one thing, whose kind only a later release may know.
    @_disfavoredOverload
    public init(account: String, kind: OpenEnum<Kind>, id: String, phoneNumberID: String? = nil) {
        self.account = account
        self.kind = kind
        self.id = id
        self.phoneNumberID = phoneNumberID
    }
}
