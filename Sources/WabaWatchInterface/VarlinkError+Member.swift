public import StrictJSON
public import Varlink

extension VarlinkError {
    /// What a call with a parameter that is not acceptable is answered.
    public init(_ error: MemberError) { self = .invalidParameter(error.member) }
}
