public import WhatsAppBusiness

/// How one watch stands.
public struct WatchFacts: Sendable, Equatable {
    /// Its id: `account`, `phone_number`, `business_profile/107878721936019`, `connection`.
    public var id: String
    /// What is watched; `nil` for the connection.
    public var kind: Kind?
    /// The number that it is of.
    public var phoneNumberID: String?
    /// How it is.
    public var state: WatchState
    /// Why.
    public var reason: String?
    /// How often it is polled, as promised.
    public var every: Duration
    /// For how long it has not been current; `nil` while it is, and before it ever was asked for.
    public var notCurrentFor: Duration?
    /// How long ago it was current last, where it ever was.
    public var sinceSuccess: Duration?
    /// Whether a wider watch tells of its trouble.
    public var isToldByAnother: Bool
    /// The id of that watch, where it is known.
    public var toldBy: String?

    /// A watch.
    public init(
        id: String, kind: Kind?, phoneNumberID: String? = nil, state: WatchState, reason: String? = nil, every: Duration,
        notCurrentFor: Duration? = nil, sinceSuccess: Duration? = nil, isToldByAnother: Bool = false,
        toldBy: String? = nil
    ) {
        self.id = id
        self.kind = kind
        self.phoneNumberID = phoneNumberID
        self.state = state
        self.reason = reason
        self.every = every
        self.notCurrentFor = notCurrentFor
        self.sinceSuccess = sinceSuccess
        self.isToldByAnother = isToldByAnother
        self.toldBy = toldBy
    }
}

extension WatchFacts {
    /// Whether what it shows is not current. A drift is: of everything but what it names.
    var isTrouble: Bool {
        switch state {
        case .starting, .current, .drifted: false
        case .late, .throttled, .unauthorized, .forbidden, .notFound, .unreachable, .invalidAnswer: true
        }
    }

    /// For how long it may be not current before that is an alarm: five intervals, an hour at most.
    var patience: Duration { min(every * 5, .seconds(3600)) }
}
