public import Varlink

/// A member of a call or a reply that is not what the interface says.
public struct MemberError: Error, Equatable, CustomStringConvertible {
    /// The member with the names around it: `filter.kinds[2]`.
    public let member: String
    /// What is wrong, without the value that stands there.
    public let problem: String

    /// An error at a member.
    public init(_ member: String, _ problem: String) {
        self.member = member
        self.problem = problem
    }

    public var description: String { "\(member) \(problem)" }
}

extension VarlinkError {
    /// What a call with a parameter that is not acceptable is answered.
    public init(_ error: MemberError) { self = .invalidParameter(error.member) }
}
