/// Why something could not be delivered.
package struct DeliveryFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// The sentence, without a secret.
    package var description: String
    /// How long the destination asks to be left alone.
    package var retryAfter: Duration?
    /// Whether the destination says that it will never take this, whatever it does with others.
    package var isRefusal: Bool
    /// Whether it may have arrived all the same, at a destination where each attempt may be a copy more.
    package var isUncertain: Bool

    package init(_ description: String, retryAfter: Duration? = nil, isRefusal: Bool = false, isUncertain: Bool = false) {
        self.description = description
        self.retryAfter = retryAfter
        self.isRefusal = isRefusal
        self.isUncertain = isUncertain
    }
}

/// What became of a delivery.
package enum DeliveryOutcome: Sendable, Equatable {
    /// All of it is there.
    case delivered
    /// It is not all there; of events, so many are.
    case failed(DeliveryFailure, done: Int = 0)
}
