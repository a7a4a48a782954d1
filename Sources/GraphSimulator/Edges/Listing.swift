import StrictJSON
import WhatsAppBusiness

/// A list that is served in pages.
protocol Listing {
    var count: Int { get }
    /// What changes whenever the list does, for cursors that hold a version.
    var version: Int64 { get }
    func key(at index: Int) -> String
    func index(of key: String) -> Int?
    /// Unix seconds.
    func time(at index: Int) -> Int64
    func document(at index: Int) -> JSONObject
    /// Only what lies between two times, both included, newest first; nothing where they are the wrong way round.
    func between(_ since: Int64, _ until: Int64) -> any Listing
}

/// A list of documents.
struct DocumentListing: Listing {
    let documents: [JSONObject]
    private let served: Edge?

    /// - Parameter edge: what lists them.
    init(documents: [JSONObject], edge: SimulatedEdge) {
        self.documents = documents
        served = edge.served
    }

    var count: Int { documents.count }
    /// Documents have no version; their length stands for one.
    var version: Int64 { Int64(documents.count) }
    func document(at index: Int) -> JSONObject { documents[index] }
    func index(of key: String) -> Int? { documents.firstIndex { self.key(of: $0) == key } }
    func key(at index: Int) -> String { key(of: documents[index]) }

    private func key(of document: JSONObject) -> String {
        guard let served else { return document["id"]?.string ?? "" }
        return served.key(of: .object(document)) ?? ""
    }

    /// The time that a document tells; one that tells none is a minute older than the one before it.
    func time(at index: Int) -> Int64 {
        for name in ["creation_time", "timestamp"] {
            if let time = documents[index][name]?.integer { return time }
        }
        return 1_700_000_000 - Int64(index) * 60
    }

    func between(_ since: Int64, _ until: Int64) -> any Listing {
        let kept = documents.indices.map { ($0, time(at: $0)) }.filter { since <= $0.1 && $0.1 <= until }
        let sorted = kept.sorted { ($1.1, $0.0) < ($0.1, $1.0) }
        return TimedListing(listing: self, entries: sorted)
    }
}

/// What is left of documents between two times, with the times that they had in the whole list.
struct TimedListing: Listing {
    var listing: DocumentListing
    var entries: [(index: Int, time: Int64)]

    var count: Int { entries.count }
    var version: Int64 { listing.version }
    func key(at index: Int) -> String { listing.key(at: entries[index].index) }
    func index(of key: String) -> Int? { entries.firstIndex { listing.key(at: $0.index) == key } }
    func time(at index: Int) -> Int64 { entries[index].time }
    func document(at index: Int) -> JSONObject { listing.document(at: entries[index].index) }
    func between(_ since: Int64, _ until: Int64) -> any Listing {
        TimedListing(listing: listing, entries: entries.filter { since <= $0.time && $0.time <= until })
    }
}

/// A slice of a block list. A user is a second older than the one blocked next.
struct BlockedListing: Listing {
    var users: BlockedUsers
    var range: Range<Int>

    var count: Int { range.count }
    var version: Int64 { users.version }
    func document(at index: Int) -> JSONObject { users[range.lowerBound + index] }
    func key(at index: Int) -> String { BlockedUsers.key(of: document(at: index)) ?? "" }
    func index(of key: String) -> Int? {
        users.firstIndex(of: key).flatMap { range.contains($0) ? $0 - range.lowerBound : nil }
    }
    /// Counted from the oldest, so that a user who is blocked later moves no one.
    func time(at index: Int) -> Int64 { Self.oldest + Int64(users.count - 1 - range.lowerBound - index) }
    func between(_ since: Int64, _ until: Int64) -> any Listing {
        let newest = Self.oldest + Int64(users.count - 1)
        // A window lies within what `PageRequest` reads, so nothing overflows.
        let wanted = Int(newest - until)..<max(Int(newest - until), Int(newest - since) + 1)
        return BlockedListing(users: users, range: wanted.clamped(to: range))
    }

    static let oldest: Int64 = 1_700_000_000
}
