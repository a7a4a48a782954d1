public import Changes
public import StrictJSON
public import WhatsAppBusiness

/// What an account's watching goes on from.
public struct PersistedWatches: Sendable {
    /// A watch as it is kept.
    public struct Watch: Sendable, Equatable {
        /// What it watches.
        public var target: PollTarget
        /// Its state.
        public var document: JSONObject
        /// What was told of it last; nothing if nothing ever was.
        public var told: JSONObject?
        /// When its last change was observed.
        public var changedAt: Timestamp
        /// When the target was last polled completely.
        public var confirmedAt: Timestamp?
    }

    /// The ids of the numbers that the account showed last.
    public var numbers: Set<String> = []
    /// The watches over its targets.
    public var watches: [Watch] = []

    /// An account without watches.
    public init(numbers: Set<String> = []) { self.numbers = numbers }
}
