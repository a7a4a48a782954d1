import Changes
import Ledger
import WhatsAppBusiness

/// Where an announcer stands in the ledger, and whether the next change is told by itself: the first thousand of an observation are, those that follow
/// share entries; baselines of one observation share one, and so do first looks at things of one account and kind. A pure decision.
struct AnnouncerPosition: Sendable, Equatable {
    /// The last change that was announced.
    private(set) var sequence: Int64
    /// The observation that it is of, and how many of that one's changes but baselines were announced, as far as that matters.
    private var observation: ObservationMark?
    private var count = 0
    /// What is known of the accounts of the changes.
    var accounts = KnownAccounts()

    init(_ sequence: Int64) { self.sequence = sequence }

    /// Why this one, the next, may share an entry with those of its observation behind it; `nil` if it is told by itself.
    /// - Parameter following: the change behind it, if that has been read.
    func sharing(_ next: RecordedChange, following: RecordedChange?) -> Bulk.Reason? {
        if count >= Bulk.size, observation == ObservationMark(next) { return .many }
        guard next.change.operation == .baseline else { return nil }
        let reason = next.change.isFirstLook ? Bulk.Reason.found : .joined
        return following.map { shares($0, with: next, reason) } ?? true ? reason : nil
    }

    /// Whether this change shares the entry of one before it, which is the next.
    func shares(_ change: RecordedChange, with next: RecordedChange, _ reason: Bulk.Reason) -> Bool {
        switch reason {
        case .many: observation == ObservationMark(change)
        case .joined: change.change.operation == .baseline && ObservationMark(change) == ObservationMark(next)
        case .found: change.change.isFirstLook && FirstLookMark(change) == FirstLookMark(next)
        }
    }

    /// This one, the next, was announced.
    mutating func pass(_ next: RecordedChange) {
        let mark = ObservationMark(next)
        let earlier = mark == observation ? count : 0
        count = next.change.operation == .baseline ? earlier : min(earlier + 1, Bulk.size)
        observation = mark
        sequence = next.sequence
    }

    /// This one, the next, was announced, and everything up to that change with it: of its observation, or first looks, each of which is an
    /// observation that has nothing behind it.
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

/// What first looks that share an entry have in common: an account and a kind.
private struct FirstLookMark: Sendable, Equatable {
    var account: String
    var kind: OpenEnum<Kind>
    var origin: OpenEnum<Origin>

    init(_ change: RecordedChange) {
        account = change.change.resource.account
        kind = change.change.resource.kind
        origin = change.change.origin
    }
}
