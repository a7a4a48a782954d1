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
    /// Members that only whole answers of the look lacked, with the things that lost them and keep their last value until the next look.
    public var torn: [String: Set<String>] = [:]
    /// Whether things are missed that are not removed yet: the next look decides, even if its answer is the same.
    public var pending: Bool
    /// Of an account's list of numbers: the ids that it shows now. Empty for all else.
    public var ids: Set<String>
    /// The ids of the things that were removed.
    public var removed: Set<String>
    /// The ids of the things that are missed and not removed yet.
    public var missed: Set<String> = []
    /// Whether nothing was recorded, because the phone number that the unit belongs to is gone.
    public var isVoid = false
}

extension Recording {
    /// Nothing.
    static let void = Recording(changes: 0, drifted: [], pending: false, ids: [], removed: [], isVoid: true)

    init(_ comparison: Comparison, _ observation: Observation) {
        self.init(
            changes: comparison.changes.count, drifted: comparison.drifted, vanished: comparison.vanished, torn: comparison.torn,
            pending: comparison.writes.contains { $0.entry.map { $0.misses > 0 } ?? false }, ids: observation.numbers,
            removed: Set(comparison.writes.filter { $0.entry == nil }.map(\.id)),
            missed: Set(comparison.writes.filter { ($0.entry?.misses ?? 0) > 0 }.map(\.id)))
    }
}

/// The state of a watch that is to be kept, and what is to be told of it.
public struct WatchNote: Sendable {
    /// The watch.
    public var watch: ResourceID
    /// Its state.
    public var document: JSONObject
    /// What is told, if anything.
    public var change: Change?
    /// What the watch is no more without, if it was removed meanwhile: then nothing is written.
    public var needs = Observation.Needs.nothing

    /// A watch's state.
    public init(watch: ResourceID, document: JSONObject, change: Change? = nil) {
        self.watch = watch
        self.document = document
        self.change = change
    }
}

extension Observation {
    /// The ids of the numbers that an account's list shows; empty for another unit.
    var numbers: Set<String> { unit.kind == .phoneNumber ? Set(items.map(\.id)) : [] }
}
