import Changes
import Ledger
import NIOCore
import StrictJSON
import Varlink

/// A stretch of the ledger with no gap, as it is kept in memory. A change is encoded when the first reader wants it, once for all of them.
struct ChangePage: Sendable {
    /// What a filter selects of the page: bytes that many readers are sent, and where each change ends in them.
    private struct Selection: Sendable {
        var bytes = ByteBuffer()
        var sequences: [Int64] = []
        var ends: [Int] = []
    }

    private var changes: [RecordedChange]
    /// Where in `encoded` each change stands, if it does.
    private var places: [Range<Int>?]
    /// The changes that were wanted, in the order of that.
    private var encoded = ByteBuffer()
    private var selections: [Int: Selection] = [:]
    /// What the page takes in memory, about.
    private(set) var byteCount: Int
    /// When it was last read, by the count of readings.
    var lastUse = 0

    /// Changes that follow each other; one at least.
    init(_ changes: [RecordedChange]) {
        self.changes = changes
        places = Array(repeating: nil, count: changes.count)
        byteCount = 256 + changes.reduce(0) { $0 + $1.footprint }
    }

    var first: Int64 { changes[0].sequence }
    var last: Int64 { changes[changes.count - 1].sequence }
    var count: Int { changes.count }

    /// What that filter lets through after that place.
    mutating func replies(after position: Int64, _ filter: ReaderFilter, _ encoder: inout ChangeEncoder) -> Frames {
        let selection = selections[filter.number] ?? select(filter, &encoder)
        let skipped = position < first ? 0 : selection.sequences.firstIndex { $0 > position } ?? selection.sequences.count
        let start = skipped == 0 ? 0 : selection.ends[skipped - 1]
        let bytes = selection.bytes.getSlice(at: start, length: selection.bytes.writerIndex - start) ?? ByteBuffer()
        return Frames(encoded: bytes, count: selection.sequences.count - skipped)
    }

    private mutating func select(_ filter: ReaderFilter, _ encoder: inout ChangeEncoder) -> Selection {
        let wanted = changes.indices.filter { filter.matches(changes[$0]) }
        var selection = Selection()
        guard let first = wanted.first else { return selection }
        for index in wanted where self.places[index] == nil { encode(index, &encoder) }
        let places = wanted.compactMap { self.places[$0] }
        var length = 0
        for (index, place) in zip(wanted, places) {
            length += place.count
            selection.sequences.append(changes[index].sequence)
            selection.ends.append(length)
        }
        let begin = self.places[first]?.lowerBound ?? 0
        if zip(places, places.dropFirst()).allSatisfy({ $0.upperBound == $1.lowerBound }) {
            selection.bytes = encoded.getSlice(at: begin, length: length) ?? ByteBuffer()
        } else {
            selection.bytes.reserveCapacity(length)
            for place in places {
                selection.bytes.writeImmutableBuffer(encoded.getSlice(at: place.lowerBound, length: place.count) ?? ByteBuffer())
            }
            if filter.readers > 1 { byteCount += length }
        }
        // What one reader alone wants is wanted once.
        if filter.readers > 1 {
            selections[filter.number] = selection
            byteCount += 24 * wanted.count
        }
        return selection
    }

    private mutating func encode(_ index: Int, _ encoder: inout ChangeEncoder) {
        let start = encoded.writerIndex
        encoder.write(changes[index], into: &encoded)
        places[index] = start..<encoded.writerIndex
        byteCount -= changes[index].footprint
        // Filters need only the rest.
        changes[index].change.before = nil
        changes[index].change.after = nil
        changes[index].change.summary = ""
        byteCount += changes[index].footprint + encoded.writerIndex - start
    }
}

extension RecordedChange {
    /// What it takes in memory, about.
    var footprint: Int { 512 + change.summary.utf8.count + (change.before?.footprint ?? 0) + (change.after?.footprint ?? 0) }
}

extension JSONObject {
    fileprivate var footprint: Int { members.reduce(0) { $0 + 32 + $1.name.utf8.count + $1.value.footprint } }
}

extension JSONValue {
    fileprivate var footprint: Int {
        switch self {
        case .null, .bool: 0
        case .number(let number): number.text.utf8.count
        case .string(let text): text.utf8.count
        case .array(let values): values.reduce(0) { $0 + 32 + $1.footprint }
        case .object(let object): object.footprint
        }
    }
}
