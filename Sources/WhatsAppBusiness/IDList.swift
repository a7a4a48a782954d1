/// Many ids in one piece of memory, in the order in which they came; bytes are what counts. A list of blocked users has tens of thousands.
public struct IDList: Sendable, Equatable {
    /// The most bytes of an id. Meta's have up to thirty.
    public static let longest = 512
    /// The most ids, so that their bytes can be counted in 32 bits.
    public static let most = 1 << 22

    private var bytes: [UInt8] = []
    private var ends: [UInt32] = []
    /// Second ids, see `IDList+Others`.
    public internal(set) var others = Others()

    /// None.
    public init() {}

    /// These ids, without those that are too long.
    public init(_ ids: some Sequence<String>) { for id in ids { _ = append(id) } }

    /// Adds an id; says whether it did, as it does not with one that is empty or too long, or one too many.
    public mutating func append(_ id: String) -> Bool {
        var id = id
        return id.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }

    /// Adds an id by its UTF-8 bytes.
    public mutating func append(_ id: UnsafeRawBufferPointer) -> Bool {
        guard 1...Self.longest ~= id.count, count < Self.most else { return false }
        bytes.append(contentsOf: id)
        ends.append(UInt32(bytes.count))
        return true
    }

    /// The bytes of one id.
    func withBytes<Result>(at index: Int, _ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try bytes.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[range(index)])) }
    }

    /// Whether one, or a second one, has so many bytes or more.
    public func contains(withAtLeast length: Int) -> Bool {
        indices.contains { range($0).count >= length } || others.owners.indices.contains { others.range($0).count >= length }
    }

    private func range(_ index: Int) -> Range<Int> { (index == 0 ? 0 : Int(ends[index - 1]))..<Int(ends[index]) }
}

extension IDList: RandomAccessCollection, ExpressibleByArrayLiteral {
    public init(arrayLiteral elements: String...) { self.init(elements) }
    public var startIndex: Int { 0 }
    public var endIndex: Int { ends.count }
    public subscript(index: Int) -> String { String(decoding: bytes[range(index)], as: UTF8.self) }
}

extension IDList {
    /// All ids' bytes, one behind the other.
    public func withAllBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try bytes.withUnsafeBytes(body)
    }

    /// Each id's bytes, in order.
    public func forEachBytes(_ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
        try bytes.withUnsafeBytes { bytes in
            var start = 0
            for end in ends {
                try body(UnsafeRawBufferPointer(rebasing: bytes[start..<Int(end)]))
                start = Int(end)
            }
        }
    }
}
