import Changes
import Ledger
import WhatsAppBusiness

/// Baselines that follow each other, whatever they are of, gathered: one group for each account and kind, which is one entry. A pure decision, the same
/// for the same changes: who ends in the midst of telling them goes on with the next group of the same window.
struct BaselineWindow {
    /// How many changes one holds at the most.
    static let size: Int64 = 65_536

    /// The last change in it; `nil` while it is empty.
    private(set) var last: RecordedChange?
    /// Whether what follows is not of it.
    private(set) var isClosed = false
    private let end: Int64
    private var open: [Key: Int] = [:]
    private var groups: [Group] = []

    private struct Key: Hashable {
        var account: String
        var kind: OpenEnum<Kind>
        var isFirstPoll: Bool
    }

    private struct Group {
        var first: RecordedChange
        var bulk: Bulk
        /// By the number, the poll that showed its things: another poll of the same is other news.
        var polls: [String: ObservationMark]
    }

    /// - Parameters:
    ///   - position: the place in front of it.
    ///   - end: where it ended when some of it was told already.
    init(after position: Int64, upTo end: Int64? = nil) { self.end = end ?? position + Self.size }

    /// Takes the next change, if it is of this window.
    mutating func add(_ next: RecordedChange) {
        guard !isClosed, next.change.operation == .baseline, next.sequence <= end else {
            isClosed = true
            return
        }
        last = next
        let resource = next.change.resource
        let key = Key(account: resource.account, kind: resource.kind, isFirstPoll: next.change.isOfFirstPoll)
        let (place, mark) = (ObservationMark.place(of: resource), ObservationMark(next))
        if let index = open[key], groups[index].polls[place, default: mark] == mark {
            groups[index].bulk.add(next)
            groups[index].polls[place] = mark
        } else {
            open[key] = groups.count
            groups.append(Group(first: next, bulk: Bulk(next, key.isFirstPoll ? .found : .joined), polls: [place: mark]))
        }
        isClosed = next.sequence == end
    }

    /// What is told, in the order of the last change in each.
    var announcements: [Announcement] {
        groups.map { $0.bulk.count == 1 ? .change($0.first) : .bulk($0.bulk) }.sorted { $0.sequence < $1.sequence }
    }
}

/// How far the telling of a window has come: so many of its announcements were handed over. It counts only where the announcer stands in front of it.
struct WindowProgress: Sendable, Equatable {
    /// The last change of the window.
    var end: Int64
    /// How many of its announcements were handed over.
    var told: Int

    init(end: Int64, told: Int) { (self.end, self.told) = (end, told) }

    private static let toldBits: Int64 = 20
    /// Kept among announcers' places, of which the lowest says what may be forgotten: it is above all of them.
    private static let mark: Int64 = 1 << 62

    /// As one number, for the ledger.
    var kept: Int64 { Self.mark | end << Self.toldBits | Int64(told) }

    /// From that number; `nil` if it is none.
    init?(kept: Int64) {
        guard kept & Self.mark != 0 else { return nil }
        self.init(end: (kept ^ Self.mark) >> Self.toldBits, told: Int(kept & ((1 << Self.toldBits) - 1)))
    }
}
