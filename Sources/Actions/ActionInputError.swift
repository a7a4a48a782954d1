/// Why an action is refused before Meta is asked: which member is wrong, and what is. The sentence never repeats the value.
public struct ActionInputError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The parameter of the call, with the members inside of it: `document.about`, `users[3]`.
    public let member: String
    /// What is wrong, with the limit where it is one.
    public let problem: String

    /// An error at a member.
    public init(_ member: String, _ problem: String) {
        self.member = member
        self.problem = problem
    }

    public var description: String { "\(member) \(problem)" }
}
