public import GraphAPI

/// What an action did, as Meta says it.
public enum ActionResult: Sendable, Equatable {
    /// Who was blocked or unblocked, and who was not.
    case users(done: [ActedUser], failed: [FailedUser])
    /// Whether it worked, and the id of what was made.
    case success(Bool, id: String?)
    /// A message that Meta took.
    case sent(SentTemplateReport)
}

/// Somebody who was blocked or unblocked.
public struct ActedUser: Sendable, Equatable {
    /// What the caller wrote.
    public var input: String
    /// The digits of their number, and their id for this business, where Meta tells them.
    public var waID: String?
    public var userID: String?
}

/// Somebody who was not.
public struct FailedUser: Sendable, Equatable {
    /// What the caller wrote.
    public var input: String
    /// The digits of their number, where Meta tells them.
    public var waID: String?
    /// Meta's number; 0 where it is not Meta that says why.
    public var code: Int
    /// Why.
    public var message: String
}

/// A message made of a template, as Meta took it.
public struct SentTemplateReport: Sendable, Equatable {
    /// Meta's id of the message.
    public var id: String
    /// To whom it was to go, as Meta understood it, and the digits of their number.
    public var input: String
    public var toUser: String?
    /// The number that it comes from.
    public var fromPhoneID: String
    /// `accepted`, `held_for_quality_assessment`, `paused`, or what else Meta says.
    public var status: String?
}

/// How an action ended.
public enum ActionOutcome: Sendable {
    /// Meta answered; what it did is the result. It may be that nothing was done.
    case done(ActionResult)
    /// Nothing was done, and Meta was not asked: it may be called again.
    case unsent(Obstacle)
    /// Meta refused it, and nothing was done.
    case refused(GraphFailure)
    /// Whether Meta did it is open, and why.
    case uncertain(String)

    /// Why a request was not made.
    public enum Obstacle: Sendable, Equatable {
        /// The budget has none for so long.
        case budget(Duration)
        /// There is no way to Meta, or none with this token: a watch's state, and why.
        case way(state: String, reason: String)
    }
}
