import Glibc
import NIOCore

/// What the values of a call take in memory, told before they are read.
enum CallCost {
    /// A value with what holds it: in the document, and once more in what the handler makes of it.
    private static let value = 160

    /// At the most, about: no more values can stand in a text than there are commas and openings of objects and arrays in it.
    static func bytes(of message: ByteBuffer) -> Int {
        message.withUnsafeReadableBytes { bytes in
            2 * bytes.count + value
                * (1 + [UInt8(ascii: ","), UInt8(ascii: "["), UInt8(ascii: "{")].reduce(0) { $0 + count($1, in: bytes) })
        }
    }

    private static func count(_ byte: UInt8, in bytes: UnsafeRawBufferPointer) -> Int {
        guard var place = bytes.baseAddress else { return 0 }
        let end = place + bytes.count
        var count = 0
        while let found = memchr(place, Int32(byte), end - place) {
            count += 1
            place = UnsafeRawPointer(found) + 1
        }
        return count
    }
}
