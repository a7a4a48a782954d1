import Glibc

/// Where a server listens.
public enum ListeningSocket: Sendable, Equatable {
    /// A socket file that is made with this mode and taken away at the end. One that nobody answers on is replaced.
    case path(String, mode: UInt32)
    /// A Unix stream socket that listens already, such as systemd passes. The server closes it.
    case inherited(fileDescriptor: Int32)
}

extension ListeningSocket: CustomStringConvertible {
    public var description: String {
        switch self {
        case .path(let path, _): path
        case .inherited(let descriptor): "the inherited socket \(descriptor)"
        }
    }
}

/// A descriptor that listens, and the file that goes with it.
struct OpenSocket: Sendable {
    let descriptor: Int32
    fileprivate let file: (path: String, identity: FileIdentity)?

    /// Takes the file away, unless another has taken its place.
    func remove() {
        guard let file, FileIdentity(of: file.path) == file.identity else { return }
        unlink(file.path)
    }
}

extension ListeningSocket {
    func open() throws(ServerSetupError) -> OpenSocket {
        switch self {
        case .inherited(let descriptor):
            guard Self.option(SO_DOMAIN, of: descriptor) == AF_UNIX, Self.option(SO_ACCEPTCONN, of: descriptor) == 1,
                Self.option(SO_TYPE, of: descriptor) == Int32(SOCK_STREAM.rawValue)
            else { throw .badDescriptor(descriptor) }
            return OpenSocket(descriptor: descriptor, file: nil)
        case .path(let path, let mode):
            let address = try UnixSocketAddress(path)
            try Self.clear(path, address)
            let descriptor = try Self.socket()
            do throws(ServerSetupError) {
                // Closed to everybody until it has the mode that was asked for.
                try Self.check("fchmod", fchmod(descriptor, 0))
                try Self.check("bind", address.with { bind(descriptor, $0, $1) })
                try Self.check("chmod", chmod(path, mode_t(mode)))
                try Self.check("listen", listen(descriptor, 4096))
                guard let identity = FileIdentity(of: path) else { throw .system(call: "stat", number: errno) }
                return OpenSocket(descriptor: descriptor, file: (path, identity))
            } catch {
                close(descriptor)
                throw error
            }
        }
    }

    /// Takes away a socket file that nobody answers on.
    private static func clear(_ path: String, _ address: UnixSocketAddress) throws(ServerSetupError) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else { throw .badPath(path) }
        let probe = try socket()
        defer { close(probe) }
        guard address.with({ connect(probe, $0, $1) }) != 0, errno == ECONNREFUSED else { throw .addressInUse(path) }
        try check("unlink", unlink(path))
    }

    private static func socket() throws(ServerSetupError) -> Int32 {
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let descriptor = Glibc.socket(AF_UNIX, kind, 0)
        try check("socket", descriptor)
        return descriptor
    }

    private static func check(_ call: String, _ result: Int32) throws(ServerSetupError) {
        if result < 0 { throw .system(call: call, number: errno) }
    }

    private static func option(_ name: Int32, of descriptor: Int32) -> Int32? {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, name, &value, &length) == 0 ? value : nil
    }
}

/// Which file a path leads to. Numbers of inodes are used again at once, so that the time of its making belongs to it.
private struct FileIdentity: Equatable, Sendable {
    var device: dev_t
    var inode: ino_t
    var seconds: Int
    var nanoseconds: Int

    init?(of path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        device = status.st_dev
        inode = status.st_ino
        seconds = status.st_mtim.tv_sec
        nanoseconds = status.st_mtim.tv_nsec
    }
}
