import StrictJSON

/// In what order the things of a list come. Meta says it of no list of ids.
public enum ListOrder: String, Sendable, CaseIterable {
    /// As lists are kept.
    case newestFirst
    case oldestFirst
    /// By the bytes of their keys.
    case byKey
    /// Another order whenever the list changes.
    case shuffled

    func applied(to listing: any Listing) -> any Listing {
        let places = 0..<listing.count
        switch self {
        case .newestFirst: return listing
        case .oldestFirst: return OrderedListing(listing: listing, places: places.reversed())
        case .byKey:
            let keys = places.map { (key: listing.key(at: $0), place: $0) }
            return OrderedListing(listing: listing, places: keys.sorted { $0.key < $1.key }.map(\.place))
        case .shuffled:
            let start = UInt64(bitPattern: listing.version)
            let ranks = places.map { place in
                (rank: listing.key(at: place).utf8.reduce(start) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }.byteSwapped, place: place)
            }
            return OrderedListing(listing: listing, places: ranks.sorted { ($0.rank, $0.place) < ($1.rank, $1.place) }.map(\.place))
        }
    }
}

/// A list in another order.
private struct OrderedListing: Listing {
    var listing: any Listing
    /// Where each thing stands in the list as it is kept.
    var places: [Int]

    var count: Int { places.count }
    var version: Int64 { listing.version }
    func key(at index: Int) -> String { listing.key(at: places[index]) }
    func index(of key: String) -> Int? { listing.index(of: key).flatMap(places.firstIndex) }
    func time(at index: Int) -> Int64 { listing.time(at: places[index]) }
    func document(at index: Int) -> JSONObject { listing.document(at: places[index]) }
    func between(_ since: Int64, _ until: Int64) -> any Listing { listing.between(since, until) }
}
