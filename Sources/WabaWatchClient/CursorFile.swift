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

    /// Replaces the cursor. When this returns, the new one is on disk, whatever happens to the machine; until then the old one is.
    public func write(_ cursor: Cursor) throws(CursorFileError) {
        let temporary = path + ".new"
        var file = Self.create(temporary)
        if file < 0, errno == EEXIST {
            // Of a reader that was killed, or of somebody who wants to lead the cursor elsewhere: it is never written into.
            guard unlink(temporary) == 0 || errno == ENOENT else { throw CursorFileError(path, "cannot be written", errno) }
            file = Self.create(temporary)
        }
        guard file >= 0 else { throw CursorFileError(path, "cannot be written", errno) }
        var problem = Self.write(Array("\(cursor.text)\n".utf8), to: file)
        if problem == nil, fsync(file) != 0 { problem = errno }
        if close(file) != 0, problem == nil { problem = errno }
        if problem == nil, rename(temporary, path) != 0 { problem = errno }
        guard problem == nil else {
            _ = unlink(temporary)
            throw CursorFileError(path, "cannot be written", problem)
        }
        try syncFolder()
    }

    private static func create(_ path: String) -> Int32 { open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600) }

    /// Writes all of it; errno if it cannot.
    private static func write(_ bytes: [UInt8], to file: Int32) -> Int32? {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return count < 0 ? errno : EIO }
            rest = rest.dropFirst(count)
        }
        return nil
    }

    /// A new name is durable once its folder is.
    private func syncFolder() throws(CursorFileError) {
        let folder = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        // Where the folder may be entered but not read, it cannot be synced either: the name is in place all the same.
        if file < 0, errno == EACCES { return }
        guard file >= 0 else { throw CursorFileError(path, "cannot be written", errno) }
        defer { _ = close(file) }
        // EINVAL: a file system that cannot do it (fsync(2)).
        guard fsync(file) == 0 || errno == EINVAL else { throw CursorFileError(path, "cannot be written", errno) }
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
