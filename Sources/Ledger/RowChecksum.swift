internal import CCrypto
import FoundationEssentials
import GRDB

/// Tells rows that are as they were written from rows that are not: SQLite does not notice a bit that was flipped inside a value.
///
/// A row's digest is the first eight bytes of the SHA-256 of its values; a target's is the sum of its resources', so that it is kept up to date
/// from what is written alone, in no order.
struct RowChecksum: Equatable {
    private(set) var value: UInt64 = 0

    /// As it stands in a column.
    var column: Int64 { Int64(bitPattern: value) }

    init() {}
    init(column: Int64) { value = UInt64(bitPattern: column) }

    /// The digest of one row's values.
    init(of values: [DatabaseValue]) {
        var bytes: [UInt8] = []
        for value in values {
            switch value.storage {
            case .null: bytes.append(0)
            case .int64(let number):
                bytes.append(1)
                withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
            case .string(let text):
                bytes.append(2)
                withUnsafeBytes(of: text.utf8.count.littleEndian) { bytes.append(contentsOf: $0) }
                bytes.append(contentsOf: text.utf8)
            // A text with a NUL in it, see Stored.column.
            case .blob(let data):
                bytes.append(2)
                withUnsafeBytes(of: data.count.littleEndian) { bytes.append(contentsOf: $0) }
                bytes.append(contentsOf: data)
            case .double: bytes.append(3)
            }
        }
        value = bytes.withUnsafeBytes(Self.value)
    }

    /// The digest of one resource.
    init(of id: String, _ document: DatabaseValue, misses: Int) {
        self.init(of: [ColumnCoding.column(id), document, misses.databaseValue])
    }

    /// The digest of a resource that is nothing but an id and was not missed.
    init(ofBare id: UnsafeRawBufferPointer) {
        let document = ColumnCoding.bare(id)
        let count = 1 + 8 + id.count + 2 * (1 + 8)
        value = withUnsafeTemporaryAllocation(byteCount: count, alignment: 8) { bytes in
            bytes[0] = 2
            bytes.storeBytes(of: id.count.littleEndian, toByteOffset: 1, as: Int.self)
            UnsafeMutableRawBufferPointer(rebasing: bytes[9...]).copyMemory(from: id)
            bytes[9 + id.count] = 1
            bytes.storeBytes(of: document.littleEndian, toByteOffset: 10 + id.count, as: Int64.self)
            bytes[18 + id.count] = 1
            bytes.storeBytes(of: 0, toByteOffset: 19 + id.count, as: Int64.self)
            return Self.value(UnsafeRawBufferPointer(bytes))
        }
    }

    private static func value(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 32) { digest in
            // libcrypto refuses a digest only when it is out of memory or was built without SHA-256.
            precondition(ccrypto_sha256(bytes.baseAddress, bytes.count, digest.baseAddress) == 1, "libcrypto computes SHA-256")
            return digest.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        }
    }

    static func += (left: inout RowChecksum, right: RowChecksum) { left.value &+= right.value }
    static func + (left: RowChecksum, right: RowChecksum) -> RowChecksum { RowChecksum(column: left.column &+ right.column) }
    static func -= (left: inout RowChecksum, right: RowChecksum) { left.value &-= right.value }
}
