import Glibc
import NIOCore

/// What the values of a call take in memory, told before they are read.
enum CallCost {
    /// A value with what holds it: in the document, and once more in what the handler makes of it.
    private static let value = 160

    /// At the most, about: no more values can stand in a text than there are commas and openings of objects and arrays in it, nor are more read than a
    /// call may have.
    static func bytes(of message: ByteBuffer, values most: Int = .max) -> Int {
        message.withUnsafeReadableBytes { bytes in
            let values = [UInt8(ascii: ","), UInt8(ascii: "["), UInt8(ascii: "{")].reduce(1) { values, sign in
                values + count(sign, in: bytes, atMost: most - values)
            }
            return 2 * bytes.count + value * values
        }
    }

    private static func count(_ byte: UInt8, in bytes: UnsafeRawBufferPointer, atMost most: Int) -> Int {
        guard var place = bytes.baseAddress else { return 0 }
        let end = place + bytes.count
        var count = 0
        while count < most, let found = memchr(place, Int32(byte), end - place) {
            count += 1
            place = UnsafeRawPointer(found) + 1
        }
        return count
    }
}
