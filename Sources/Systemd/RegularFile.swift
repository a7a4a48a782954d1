internal import Glibc

/// A file's bytes, read so that nothing in its place can hold up the service: no FIFO, no device, no more than was asked for.
public enum RegularFile {
    /// Why a file could not be read, as the end of a sentence that names it.
    public struct Failure: Error, Sendable, Equatable, CustomStringConvertible {
        /// What is wrong, without the system's word for it.
        let sentence: String
        /// The system's error number, if a call failed.
        public let errorNumber: Int32?
        /// Whether there are more bytes than were allowed.
        public let isTooLarge: Bool

        init(_ description: String, errorNumber: Int32? = nil, isTooLarge: Bool = false) {
            sentence = description
            self.errorNumber = errorNumber
            self.isTooLarge = isTooLarge
        }

        /// The end of a sentence that begins with the file's name.
        public var description: String { sentence + (errorNumber.map { ": \(SystemdError.text(of: $0))" } ?? "") }
    }

    /// The bytes of the file that a path leads to; symbolic links are followed.
    /// - Parameter limit: the most bytes that it may have.
    public static func read(_ path: String, limit: Int) throws(Failure) -> [UInt8] {
        // Without O_NONBLOCK a FIFO in the file's place would hold the service for ever.
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard file >= 0 else { throw Failure("cannot be opened", errorNumber: errno) }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw Failure("cannot be examined", errorNumber: errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw Failure("is not a regular file") }
        // One byte more than is allowed, to tell "just at the limit" from "over it", whatever the file's size claims.
        var bytes = [UInt8](repeating: 0, count: min(limit, max(0, Int(status.st_size))) + 1)
        var count = 0
        while true {
            if count == bytes.count {
                guard count <= limit else { throw Failure("is larger than \(limit) bytes", isTooLarge: true) }
                bytes += [UInt8](repeating: 0, count: min(limit + 1 - count, 65_536))
            }
            let received = bytes.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress.map { $0 + count }, $0.count - count) }
            if received < 0 && errno == EINTR { continue }
            guard received >= 0 else { throw Failure("cannot be read", errorNumber: errno) }
            if received == 0 { break }
            count += received
        }
        guard count <= limit else { throw Failure("is larger than \(limit) bytes", isTooLarge: true) }
        return Array(bytes[..<count])
    }

    /// The names in a folder, sorted by their bytes, without `.` and `..`; `nil` where there is nothing at its path, not even a link.
    /// - Parameter most: no more names are read.
    public static func names(in folder: String, most: Int) throws(Failure) -> [String]? {
        var status = stat()
        guard lstat(folder, &status) == 0 else {
            if errno == ENOENT { return nil }
            throw Failure("cannot be examined", errorNumber: errno)
        }
        guard let stream = opendir(folder) else { throw Failure("cannot be read", errorNumber: errno) }
        defer { closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                guard errno == 0 else { throw Failure("cannot be read", errorNumber: errno) }
                return names.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
            }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) }
            if name == "." || name == ".." { continue }
            guard names.count < most else { throw Failure("holds more than \(most) files", isTooLarge: true) }
            names.append(name)
        }
    }
}
