public import WabaWatchInterface

import Glibc

/// A file that holds the cursor of a reader, so that it goes on where it was after a restart. It is replaced as a whole: who reads it finds the old
/// cursor or the new one. One reader has one file.
public struct CursorFile: Sendable {
    /// Where it is.
    public let path: String

    /// Bytes that a cursor may have.
    static let limit = 4096

    /// A file by its path.
    public init(_ path: String) { self.path = path }

    /// The cursor. `nil` if there is no file; an empty or a strange one is an error, because beginning anew would be a silent gap.
    public func read() throws(CursorFileError) -> Cursor? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT { return nil }
            throw CursorFileError(path, "cannot be read", errno)
        }
        defer { _ = close(file) }
        var bytes = [UInt8](repeating: 0, count: Self.limit + 1)
        let count = bytes.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress, $0.count) }
        guard count >= 0 else { throw CursorFileError(path, "cannot be read", errno) }
        let text = String(decoding: bytes[..<count], as: UTF8.self)
        let cursor = text.hasSuffix("\n") ? text.dropLast() : text[...]
        guard count <= Self.limit, !cursor.isEmpty, cursor.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw CursorFileError(path, "does not hold a cursor", nil)
        }
        return Cursor(String(cursor))
    }

    /// Replaces the cursor.
    public func write(_ cursor: Cursor) throws(CursorFileError) {
        let temporary = path + ".new"
        let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard file >= 0 else { throw CursorFileError(path, "cannot be written", errno) }
        let bytes = Array("\(cursor.text)\n".utf8)
        let written = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
        let reason = written == bytes.count ? nil : errno
        guard close(file) == 0, reason == nil, rename(temporary, path) == 0 else {
            let reason = reason ?? errno
            _ = unlink(temporary)
            throw CursorFileError(path, "cannot be written", reason)
        }
    }
}

/// Why a cursor file cannot be used.
public struct CursorFileError: Error, Equatable, CustomStringConvertible {
    /// One sentence, with the file's path.
    public let description: String

    init(_ path: String, _ problem: String, _ number: Int32?) {
        description = "the cursor file \(path) \(problem)\(number.map { ": " + String(cString: strerror($0)) } ?? "")"
    }
}
