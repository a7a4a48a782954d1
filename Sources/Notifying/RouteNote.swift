/// What a route says in the log.
package enum RouteNote: Sendable, Equatable {
    /// The daemon cannot be reached; it is waited for.
    case disconnected(String)
    /// The daemon is there again, and nothing was missed.
    case connected
    /// A change of a newer daemon cannot be read, and is passed over.
    case unreadable(String)
    /// The daemon does not have what came after the cursor any more.
    case historyLost
    /// More alarms last than are kept.
    case tooManyAlarms
    /// A delivery failed for the first time, or has for another hour; it is tried again.
    case failing(DeliveryFailure, attempts: Int)
    /// A delivery has succeeded after failures.
    case recovered(attempts: Int)
    /// What the destination refuses for good is passed over: the ids of the events, or the message's subject.
    case refused(DeliveryFailure, what: [String])
    /// Of what was tried a few times nobody knows whether it arrived; it is not tried again.
    case uncertain(DeliveryFailure, what: [String])
    /// The place of a route cannot be written, or cannot for another hour; it is tried again.
    case unwritten(String)
    /// The place of a route is written after failures.
    case written
    /// A destination has failed for a day: what was not delivered is given up.
    case gaveUp(DeliveryFailure)
}
