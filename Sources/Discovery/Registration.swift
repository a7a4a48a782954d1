import Glibc

/// A link by which others find the daemon's socket: in `/run/varlink/registry`, under the interface's name (systemd 260 and later).
struct Registration: Sendable {
    private let link: String
    private let target: String

    /// Makes the link where the folder exists; `nil` where it does not. A link of that name is replaced, anything else is left.
    /// - Throws: `RegistrationError`.
    init?(of socket: String, as name: String, in folder: String) throws(RegistrationError) {
        link = "\(folder)/\(name)"
        target = socket
        guard Self.exists(folder) else { return nil }
        // Made beside and moved over, so that nobody finds none.
        let temporary = "\(folder)/.\(name).new"
        unlink(temporary)
        var status = stat()
        if lstat(link, &status) == 0, status.st_mode & S_IFMT != S_IFLNK { throw RegistrationError(link: link, number: EEXIST) }
        guard symlink(target, temporary) == 0, rename(temporary, link) == 0 else { throw RegistrationError(link: link, number: errno) }
    }

    static func exists(_ folder: String) -> Bool { access(folder, F_OK) == 0 }

    /// Takes the link away, if it still leads to this socket.
    func remove() {
        var buffer = [CChar](repeating: 0, count: 4096)
        let length = readlink(link, &buffer, buffer.count)
        guard length >= 0, buffer.prefix(length).elementsEqual(target.utf8.map { CChar(bitPattern: $0) }) else { return }
        unlink(link)
    }
}

/// The link could not be made.
struct RegistrationError: Error, CustomStringConvertible {
    let link: String
    let number: Int32

    var description: String { "cannot make \(link): \(String(cString: strerror(number)))" }
}
