/// A member of a call or a reply that is not what the interface says.
public struct MemberError: Error, Equatable, CustomStringConvertible {
    /// The member with the names around it: `filter.kinds`.
    public let member: String
    /// What is wrong, without the value that stands there.
    public let problem: String

    /// An error at a member.
    public init(_ member: String, _ problem: String) {
        self.member = member
        self.problem = problem
    }

    /// The parameter of the call, as Varlink's `InvalidParameter` names it: `filter` for `filter.kinds`.
    public var parameter: String { String(member.prefix { $0 != "." }) }

    public var description: String { "\(member) \(problem)" }
}
