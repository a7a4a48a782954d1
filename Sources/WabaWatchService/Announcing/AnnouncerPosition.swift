import Changes
import Ledger
import WhatsAppBusiness

/// Where an announcer stands in the ledger, and whether the next change is told by itself: the first thousand of an observation are, those that follow
/// share entries. A pure decision.
struct AnnouncerPosition: Sendable, Equatable {
    /// The last change that was announced.
    private(set) var sequence: Int64
    /// The observation that it is of, and how many of that one's changes were announced, as far as that matters.
    private var observation: ObservationMark?
    private var count = 0

    init(_ sequence: Int64) { self.sequence = sequence }

    /// Whether this one, the next, shares an entry with others of its observation.
    func isInBulk(_ next: RecordedChange) -> Bool { count >= Bulk.size && observation == ObservationMark(next) }

    /// This one, the next, was announced.
    mutating func pass(_ next: RecordedChange) {
        let mark = ObservationMark(next)
        count = mark == observation ? min(count + 1, Bulk.size) : 1
        observation = mark
        sequence = next.sequence
    }

    /// Everything up to that change of the same observation was announced.
    mutating func pass(bulkTo last: Int64) { sequence = last }
}

/// What the changes of one observation have in common and those before and after them do not: a look is recorded in one transaction, with one time, one
/// change after the other. The ledger numbers no observations. Two looks at the same unit within a millisecond would count as one.
private struct ObservationMark: Sendable, Equatable {
    var observedAt: Timestamp
    var account: String
    var kind: Kind
    var phoneNumberID: String?
    var origin: Origin

    init(_ change: RecordedChange) {
        let resource = change.change.resource
        observedAt = change.observedAt
        account = resource.account
        kind = resource.kind
        // A list of numbers is one observation.
        phoneNumberID = kind == .phoneNumber ? nil : resource.phoneNumberID
        origin = change.change.origin
    }
}
