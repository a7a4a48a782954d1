import Changes
package import Ledger
import StrictJSON
import WhatsAppBusiness

/// What is told at once: one change, several of one observation, or several that were found at first.
package enum Announcement: Sendable {
    /// A change by itself.
    case change(RecordedChange)
    /// Changes that are told as one.
    case bulk(Bulk)

    /// The sequence of the last change in it.
    package var sequence: Int64 {
        switch self {
        case .change(let change): change.sequence
        case .bulk(let bulk): bulk.last
        }
    }

    /// How many changes it stands for; they follow each other.
    package var count: Int {
        switch self {
        case .change: 1
        case .bulk(let bulk): bulk.count
        }
    }

    /// The account that it is about.
    var account: String {
        switch self {
        case .change(let change): change.change.resource.account
        case .bulk(let bulk): bulk.worst.resource.account
        }
    }

    /// One English sentence for a person.
    var summary: String {
        switch self {
        case .change(let change): change.change.summary
        case .bulk(let bulk): bulk.summary
        }
    }

    /// How urgent it is, by the most urgent change in it.
    var severity: Severity {
        switch self {
        case .change(let change): change.change.severity.level
        case .bulk(let bulk): bulk.worst.severity.level
        }
    }
}

/// Changes that follow each other and are told as one: of one observation, or first looks at things of one account and kind.
package struct Bulk: Sendable {
    /// Why they are.
    enum Reason: Sendable {
        /// There are so many of them.
        case many
        /// Of each thing, members became known that were not asked for before: nothing happened to it.
        case joined
        /// Each is what was found when a thing, or a number's list, was looked at for the first time.
        case found
    }

    /// So many changes of an observation are told one by one before any are told as one, and so many are told as one at the most; of members that
    /// became known, as many as there are.
    static let size = 1_000

    /// Why they are told as one.
    let reason: Reason
    /// The most urgent of them, the first of these.
    private(set) var worst: DetectedChange
    /// The sequence of the last of them.
    private(set) var last: Int64
    /// How many there are of each operation.
    private(set) var counts: [OpenEnum<ChangeOperation>: Int] = [:]
    /// The members that became known.
    private(set) var members: Set<String> = []
    /// How many things were found: a list's first look counts its things.
    private var found: Int64 = 0
    /// Whether lists were found, and the numbers at which they or single things were.
    private var isOfLists = false
    private var numbers: Set<String> = []
    /// The number that they belong to, as people know it.
    var displayNumber: String?

    init(_ first: RecordedChange, _ reason: Reason = .many) {
        self.reason = reason
        worst = first.change
        last = first.sequence
        count(first)
    }

    mutating func add(_ next: RecordedChange) {
        if next.change.severity.level > worst.severity.level { worst = next.change }
        last = next.sequence
        count(next)
    }

    private mutating func count(_ next: RecordedChange) {
        counts[next.change.operation, default: 0] += 1
        switch reason {
        case .many: break
        case .joined: members.formUnion((next.change.after ?? [:]).names)
        case .found:
            let things = next.change.countFound
            isOfLists = isOfLists || things != nil
            found += things ?? 1
            if let number = next.change.resource.phoneNumberID { numbers.insert(number) }
        }
    }

    /// How many there are of each operation, in the order of the interface's text; those that are not known come last.
    var counted: [(operation: OpenEnum<ChangeOperation>, count: Int)] {
        let known = ChangeOperation.allCases.map(OpenEnum.init)
        let others = counts.keys.filter { $0.known == nil }.sorted { $0.rawText < $1.rawText }
        return (known + others).compactMap { operation in counts[operation].map { (operation, $0) } }
    }

    /// How many there are. They follow each other: the first one's sequence is the last one's less this, and one more.
    var count: Int { counts.values.reduce(0, +) }

    /// The phone number that all of them belong to; `nil` for the account's own lists.
    var phoneNumberID: String? { worst.resource.kind == .phoneNumber || numbers.count > 1 ? nil : worst.resource.phoneNumberID }

    /// `acme: 1000 blocked users of +1 555-093-4873 (107878721936019) at once: 988 added, 12 removed (changes 2001 to 3000)`, or
    /// `acme: search_visibility, throughput of 20 phone numbers are now known (changes 101 to 120)`, or
    /// `acme: 20 business profiles found (first look)`, `acme: 600 blocked users of 20 phone numbers found (first look)`
    var summary: String {
        let place = phoneNumberID.map { id in " of \(displayNumber.map { "\($0) (\(id))" } ?? id)" } ?? ""
        let things = "\(count) \(Rules.of(worst.resource.kind).plural)\(place)"
        let changes = "(changes \(last - Int64(count) + 1) to \(last))"
        switch reason {
        case .many:
            let operations = counted.map { "\($0.count) \($0.operation)" }
            return "\(worst.resource.account): \(things) at once: \(operations.joined(separator: ", ")) \(changes)"
        case .found:
            let rules = Rules.of(worst.resource.kind)
            let lists = isOfLists && numbers.count > 1 ? " of \(numbers.count) \(Rules.of(.phoneNumber).plural)" : place
            return "\(worst.resource.account): \(found) \(found == 1 ? rules.noun : rules.plural)\(lists) found (first look)"
        case .joined:
            let names = members.sorted().joined(separator: ", ")
            return "\(worst.resource.account): \(names) of \(things) \(members.count == 1 ? "is" : "are") now known \(changes)"
        }
    }
}
