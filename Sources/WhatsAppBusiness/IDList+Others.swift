// A blocked user may have two ids, a number and an id for the business. One of them is what the list is of, the other stands beside it; most lists have
// none of these, and pay nothing for them.

extension IDList {
    /// The second ids of some of a list's ids.
    public struct Others: Sendable, Equatable {
        var bytes: [UInt8] = []
        var ends: [UInt32] = []
        /// At which place in the list the id stands that each is of, upwards.
        var owners: [UInt32] = []

        func range(_ index: Int) -> Range<Int> { (index == 0 ? 0 : Int(ends[index - 1]))..<Int(ends[index]) }
    }

    /// Whether some of the ids have a second one.
    public var hasOthers: Bool { !others.owners.isEmpty }

    /// Adds an id with a second one, which is left out where it is none or the same.
    public mutating func append(_ id: UnsafeRawBufferPointer, also other: UnsafeRawBufferPointer?) -> Bool {
        guard append(id) else { return false }
        guard let other, 1...Self.longest ~= other.count, !other.hasSameBytes(as: id) else { return true }
        others.bytes.append(contentsOf: other)
        others.ends.append(UInt32(others.bytes.count))
        others.owners.append(UInt32(count - 1))
        return true
    }

    /// Adds an id with a second one.
    public mutating func append(_ id: String, also other: String?) -> Bool {
        var (id, other) = (id, other ?? "")
        return id.withUTF8 { id in other.withUTF8 { append(UnsafeRawBufferPointer(id), also: UnsafeRawBufferPointer($0)) } }
    }

    /// Each second id's bytes with the place of the id that it belongs to, in order.
    public func forEachOther(_ body: (_ index: Int, _ other: UnsafeRawBufferPointer) throws -> Void) rethrows {
        try others.bytes.withUnsafeBytes { bytes in
            for (number, owner) in others.owners.enumerated() {
                try body(Int(owner), UnsafeRawBufferPointer(rebasing: bytes[others.range(number)]))
            }
        }
    }

    /// The second id of the id at a place, if it has one.
    public func other(at index: Int) -> String? {
        var (low, high) = (0, others.owners.count)
        while low < high {
            let middle = (low + high) / 2
            if others.owners[middle] < UInt32(index) { low = middle + 1 } else { high = middle }
        }
        guard low < others.owners.count, others.owners[low] == UInt32(index) else { return nil }
        return String(decoding: others.bytes[others.range(low)], as: UTF8.self)
    }

    /// Each id's bytes with those of its second one, if it has one, in order.
    public func forEachPair(_ body: (_ id: UnsafeRawBufferPointer, _ other: UnsafeRawBufferPointer?) throws -> Void) rethrows {
        try others.bytes.withUnsafeBytes { bytes in
            var (index, number) = (0, 0)
            try forEachBytes { id in
                var other: UnsafeRawBufferPointer?
                if number < others.owners.count, Int(others.owners[number]) == index {
                    other = UnsafeRawBufferPointer(rebasing: bytes[others.range(number)])
                    number += 1
                }
                try body(id, other)
                index += 1
            }
        }
    }
}

extension IDList.Others: Sequence {
    public func makeIterator() -> some IteratorProtocol<String> {
        owners.indices.lazy.map { String(decoding: bytes[range($0)], as: UTF8.self) }.makeIterator()
    }
}
