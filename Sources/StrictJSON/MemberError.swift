/// A member of a document, of a call or of a reply that is not what it has to be.
public struct MemberError: Error, Equatable, CustomStringConvertible {
    /// The member with the names around it: `filter.kinds[2]`, `document.about`.
    public let member: String
    /// What is wrong, with the limit where it is one, and without the value that stands there.
    public let problem: String

    /// An error at a member.
    public init(_ member: String, _ problem: String) {
        self.member = member
        self.problem = problem
    }

    public var description: String { "\(member) \(problem)" }
}
