public import Changes
public import StrictJSON
public import WhatsAppBusiness

/// What a ledger keeps of a target, for the ledger of another host: with it the next poll there is a comparison.
public struct TargetCopy: Sendable, Equatable {
    /// A thing that has another id besides the one that it is kept under.
    public struct OtherID: Sendable, Equatable {
        /// The id that it is kept under.
        public var id: String
        /// The other one.
        public var other: String

        /// A pair of ids.
        public init(id: String, other: String) {
            self.id = id
            self.other = other
        }
    }

    /// The target.
    public var target: PollTarget
    /// The things and what was asked for.
    public var snapshot: Snapshot
    /// Other ids of the things.
    public var others: [OtherID]
    /// When it was last polled completely.
    public var confirmedAt: Timestamp

    /// A copy.
    public init(target: PollTarget, snapshot: Snapshot, others: [OtherID] = [], confirmedAt: Timestamp) {
        self.target = target
        self.snapshot = snapshot
        self.others = others
        self.confirmedAt = confirmedAt
    }
}

/// The state of a watch or an alarm, for the ledger of another host.
public struct StandingCopy: Sendable, Equatable {
    /// The watch or the alarm.
    public var resource: ResourceID
    /// Its state.
    public var document: JSONObject

    /// A copy.
    public init(resource: ResourceID, document: JSONObject) {
        self.resource = resource
        self.document = document
    }
}
