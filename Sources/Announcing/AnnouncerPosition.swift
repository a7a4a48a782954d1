import Changes
import Ledger
import WhatsAppBusiness

/// Where an announcer stands in the ledger, and whether the next change is told by itself: the first thousand of an observation are, those that follow
/// share entries, and baselines of one observation share one. A pure decision.
struct AnnouncerPosition: Sendable, Equatable {
    /// The last change that was announced.
    private(set) var sequence: Int64
    /// The observation that it is of, and how many of that one's changes but baselines were announced, as far as that matters.
    private var observation: ObservationMark?
    private var count = 0

    init(_ sequence: Int64) { self.sequence = sequence }

    /// Why this one, the next, may share an entry with those of its observation behind it; `nil` if it is told by itself.
    /// - Parameter following: the change behind it, if that has been read.
    func sharing(_ next: RecordedChange, following: RecordedChange?) -> Bulk.Reason? {
        if count >= Bulk.size, observation == ObservationMark(next) { return .many }
        guard next.change.operation == .baseline else { return nil }
        return following.map { Self.areJoined(next, $0) } ?? true ? .joined : nil
    }

    /// Whether this change shares the entry of one before it, which is the next.
    func shares(_ change: RecordedChange, with next: RecordedChange, _ reason: Bulk.Reason) -> Bool {
        switch reason {
        case .many: observation == ObservationMark(change)
        case .joined: Self.areJoined(next, change)
        }
    }

    /// A first poll has one baseline, so where an observation has several, members became known of things that were known.
    private static func areJoined(_ one: RecordedChange, _ other: RecordedChange) -> Bool {
        one.change.operation == .baseline && other.change.operation == .baseline && ObservationMark(one) == ObservationMark(other)
    }

    /// This one, the next, was announced.
    mutating func pass(_ next: RecordedChange) {
        let mark = ObservationMark(next)
        let earlier = mark == observation ? count : 0
        count = next.change.operation == .baseline ? earlier : min(earlier + 1, Bulk.size)
        observation = mark
        sequence = next.sequence
    }

    /// This one, the next, was announced, and everything up to that change of its observation with it.
    mutating func pass(_ next: RecordedChange, sharedUpTo last: Int64) {
        pass(next)
        sequence = last
    }
}

/// What the changes of one observation have in common and those before and after them do not: a poll is recorded in one transaction, one change after
/// the other. Changes of a release that numbered no transactions have their time instead; two polls one unit within a millisecond would count as one.
private struct ObservationMark: Sendable, Equatable {
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
        // A list of numbers is one observation.
        phoneNumberID = kind == .phoneNumber ? nil : resource.phoneNumberID
        origin = change.change.origin
    }
}
