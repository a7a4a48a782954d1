import Glibc

/// A file that is replaced as a whole: who reads it finds the old content or the new one, never a part.
struct ReplacedFile {
    private let path: String

    init(_ path: String) { self.path = path }

    /// Writes parts until there are no more, then puts the new file in the old one's place. Others may read it.
    func write(_ next: () throws -> [UInt8]?) throws {
        // Beside it, by a name that the textfile collector does not read and that leads nowhere else.
        let temporary = "\(path).\(getpid()).new"
        // One of the same number that was killed left its own, as in a container.
        unlink(temporary)
        let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw Failure("\(path) cannot be written: \(Self.reason)") }
        do {
            defer { close(file) }
            while let part = try next() { try Self.write(part[...], to: file, path) }
            guard fchmod(file, 0o644) == 0, fsync(file) == 0 else { throw Failure("\(path) cannot be written: \(Self.reason)") }
        } catch {
            unlink(temporary)
            throw error
        }
        guard rename(temporary, path) == 0 else {
            let reason = Self.reason
            unlink(temporary)
            throw Failure("\(path) cannot be written: \(reason)")
        }
    }

    private static func write(_ bytes: ArraySlice<UInt8>, to file: Int32, _ path: String) throws {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Failure("\(path) cannot be written: \(reason)") }
            rest = rest.dropFirst(count)
        }
    }

    private static var reason: String { String(cString: strerror(errno)) }
}
