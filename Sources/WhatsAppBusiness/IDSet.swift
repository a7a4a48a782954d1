internal import Glibc

/// Ids, each once, in the order in which they came. Some twenty bytes each.
public struct IDSet: Sendable {
    /// The ids.
    public private(set) var ids = IDList()
    /// At the place that an id's hash gives it, or the next free one: a power of two of them, at most half in use.
    private var slots: [Slot] = []

    private struct Slot {
        var hash: UInt32 = 0
        /// The id's index and one; zero where there is none.
        var number: UInt32 = 0
    }

    /// None.
    public init() {}

    /// These ids, each once, without those that are too long.
    public init(_ ids: some Sequence<String>) { for id in ids { _ = insert(id) } }

    /// Adds an id unless it is there or not one; says whether it did.
    public mutating func insert(_ id: String) -> Bool {
        var id = id
        return id.withUTF8 { insert(UnsafeRawBufferPointer($0)) }
    }

    /// Adds those that are not there yet; returns how many they were.
    public mutating func insert(_ list: IDList) -> Int {
        let before = count
        if list.hasOthers { list.forEachPair { _ = insert($0, also: $1) } } else { list.forEachBytes { _ = insert($0) } }
        return count - before
    }

    /// Adds an id by its UTF-8 bytes, and a second one beside it.
    public mutating func insert(_ id: UnsafeRawBufferPointer, also other: UnsafeRawBufferPointer? = nil) -> Bool {
        if 2 * count >= slots.count { grow() }
        let hash = Self.hash(id)
        let slot = slot(of: id, hash)
        guard slots[slot].number == 0, other == nil ? ids.append(id) : ids.append(id, also: other) else { return false }
        slots[slot] = Slot(hash: hash, number: UInt32(ids.count))
        return true
    }

    /// Where an id stands in the order.
    public func index(of id: UnsafeRawBufferPointer) -> Int? {
        guard !slots.isEmpty else { return nil }
        let number = slots[slot(of: id, Self.hash(id))].number
        return number == 0 ? nil : Int(number) - 1
    }

    /// Whether an id is one of them.
    public func contains(_ id: String) -> Bool {
        var id = id
        return id.withUTF8 { index(of: UnsafeRawBufferPointer($0)) != nil }
    }

    /// Whether two hold the same ids, in whatever order.
    public func hasSameIDs(as other: IDSet) -> Bool {
        guard count == other.count else { return false }
        var isSame = true
        ids.forEachBytes { if isSame { isSame = other.index(of: $0) != nil } }
        return isSame
    }

    /// Whether the second id of one is the first of another: very likely one thing that came twice.
    public var hasTwins: Bool {
        guard ids.hasOthers else { return false }
        var hasTwins = false
        ids.forEachOther { owner, other in
            if !hasTwins, let index = index(of: other) { hasTwins = index != owner }
        }
        return hasTwins
    }

    /// The slot that holds the id, or that it belongs into.
    private func slot(of id: UnsafeRawBufferPointer, _ hash: UInt32) -> Int {
        var index = Int(hash) & (slots.count - 1)
        while slots[index].number != 0 {
            let slot = slots[index]
            if slot.hash == hash, ids.withBytes(at: Int(slot.number) - 1, { $0.hasSameBytes(as: id) }) { break }
            index = (index + 1) & (slots.count - 1)
        }
        return index
    }

    private mutating func grow() {
        var larger = Array(repeating: Slot(), count: Swift.max(16, 2 * slots.count))
        for slot in slots where slot.number != 0 {
            var index = Int(slot.hash) & (larger.count - 1)
            while larger[index].number != 0 { index = (index + 1) & (larger.count - 1) }
            larger[index] = slot
        }
        slots = larger
    }
}

extension IDSet: RandomAccessCollection, ExpressibleByArrayLiteral {
    public init(arrayLiteral elements: String...) { self.init(elements) }
    public var startIndex: Int { 0 }
    public var endIndex: Int { ids.count }
    public subscript(index: Int) -> String { ids[index] }
}

extension IDSet {
    private static func hash(_ id: UnsafeRawBufferPointer) -> UInt32 {
        var hasher = Hasher()
        hasher.combine(bytes: id)
        return UInt32(truncatingIfNeeded: hasher.finalize())
    }
}

extension UnsafeRawBufferPointer {
    func hasSameBytes(as other: UnsafeRawBufferPointer) -> Bool {
        guard let start = baseAddress, let otherStart = other.baseAddress, count == other.count else { return count == other.count }
        return memcmp(start, otherStart, count) == 0
    }
}
