import Changes
import Ledger
import WhatsAppBusiness

/// Where an announcer stands in the ledger, and whether the next change is told by itself: the first thousand of an observation are, those that follow
/// share entries. Baselines are told by windows: see `BaselineWindow`. A pure decision.
struct AnnouncerPosition: Sendable, Equatable {
    /// The last change that was announced.
    private(set) var sequence: Int64
    /// The observation that it is of, and how many of that one's changes but baselines were announced, as far as that matters.
    private var observation: ObservationMark?
    private var count = 0
    /// What was told of the window of baselines that it stands in front of, if any was.
    private(set) var progress: WindowProgress?

    init(_ sequence: Int64) { self.sequence = sequence }

    /// How this one, the next, is told.
    enum Telling { case alone, amongMany, inWindow }

    /// How this one, the next, is told: by itself, with as many of its observation as may be behind it, or as part of a window of baselines.
    func telling(_ next: RecordedChange) -> Telling {
        if count >= Bulk.size, shares(next) { return .amongMany }
        return next.change.operation == .baseline ? .inWindow : .alone
    }

    /// Whether this change is of the observation that it stands in.
    func shares(_ change: RecordedChange) -> Bool { observation == ObservationMark(change) }

    /// So much of the window behind this place was told.
    mutating func hold(_ progress: WindowProgress) { self.progress = progress }

    /// This one, the next, was announced.
    mutating func pass(_ next: RecordedChange) {
        let mark = ObservationMark(next)
        let earlier = mark == observation ? count : 0
        count = next.change.operation == .baseline ? earlier : min(earlier + 1, Bulk.size)
        observation = mark
        sequence = next.sequence
        progress = nil
    }

    /// This one, the next, was announced, and everything up to that change of its observation with it.
    mutating func pass(_ next: RecordedChange, sharedUpTo last: Int64) {
        pass(next)
        sequence = last
    }
}

/// What the changes of one observation have in common and those before and after them do not: a poll is recorded in one transaction, one change after
/// the other. Changes of a release that numbered no transactions have their time instead; two polls one unit within a millisecond would count as one.
struct ObservationMark: Sendable, Equatable {
    var transaction: Int64?
    var observedAt: Timestamp?
    var account: String
    var kind: OpenEnum<Kind>
    var phoneNumberID: String?
    var origin: OpenEnum<Origin>

    init(_ change: RecordedChange) {
        let resource = change.change.resource
        transaction = change.transaction
        observedAt = transaction == nil ? change.observedAt : nil
        account = resource.account
        kind = resource.kind
        phoneNumberID = kind == .phoneNumber ? nil : resource.phoneNumberID
        origin = change.change.origin
    }

    /// The number that a thing was polled at; empty for an account's own. A list of numbers is one observation.
    static func place(of resource: ResourceID) -> String { resource.kind == .phoneNumber ? "" : resource.phoneNumberID ?? "" }
}
