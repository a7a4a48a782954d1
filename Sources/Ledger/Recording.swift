public import Changes
public import StrictJSON
public import WhatsAppBusiness

/// What recording an observation came to.
public struct Recording: Sendable, Equatable {
    /// How many changes were recorded.
    public var changes: Int
    /// Members that Meta dropped from every thing at once; their last values are kept.
    public var drifted: [String]
    /// Members that are gone and keep their last value for now.
    public var vanished: [String] = []
    /// Those of them that are believed to be gone, whoever took them.
    public var confirmed: Set<String> = []
    /// Those of them that the next poll decides about.
    public var doubtful: Set<String> = []
    /// What is open of members that things no longer show.
    public var quorum = Quorum()
    /// What is open of things that are missing.
    public var hold = Hold()
    /// Whether things are missed that are not removed yet: the next poll decides, even if its answer is the same.
    public var pending: Bool
    /// Of an account's list of numbers: the ids that it shows now. Empty for all else.
    public var ids: Set<String>
    /// The ids of the things that were added; none by a first poll.
    public var added: Set<String> = []
    /// The ids of the things that were removed.
    public var removed: Set<String>
    /// The ids of the things that are missed and not removed yet, those that are held included.
    public var missed: Set<String> = []
    /// Whether nothing was recorded, because the phone number that the target belongs to is gone.
    public var isVoid = false
}

extension Recording {
    /// Nothing.
    static let void = Recording(changes: 0, drifted: [], pending: false, ids: [], removed: [], isVoid: true)

    /// A poll that shows what is kept, and nothing else.
    init(agreeing observation: Observation) {
        self.init(changes: 0, drifted: [], quorum: observation.quorum, pending: false, ids: observation.numbers, removed: [])
        if !observation.isComparedAgain { quorum.agreed() }
    }

    init(_ comparison: Comparison, _ observation: Observation) {
        self.init(
            changes: comparison.changes.count, drifted: comparison.drifted, vanished: comparison.vanished, confirmed: comparison.confirmed,
            doubtful: comparison.doubtful, quorum: comparison.quorum, hold: comparison.hold,
            pending: !comparison.missed.isEmpty || comparison.hasUnseen,
            ids: observation.numbers, added: Set(comparison.changes.lazy.filter { $0.operation == .added }.map(\.resource.id)),
            removed: Set(comparison.writes.filter { $0.entry == nil }.map(\.id)), missed: comparison.missed)
    }
}

/// The state of a watch that is to be kept, and what is to be told of it.
public struct WatchNote: Sendable {
    /// The watch.
    public var watch: ResourceID
    /// Its state.
    public var document: JSONObject
    /// What is told, if anything.
    public var change: DetectedChange?
    /// What the watch is no more without, if it was removed meanwhile: then nothing is written.
    public var needs = Observation.Needs.nothing

    /// A watch's state.
    public init(watch: ResourceID, document: JSONObject, change: DetectedChange? = nil) {
        self.watch = watch
        self.document = document
        self.change = change
    }
}

extension Observation {
    /// The ids of the numbers that an account's list shows; empty for another target.
    var numbers: Set<String> { target.kind == .phoneNumber ? Set(items.map(\.id)) : [] }
}
