import Glibc
import NIOCore

/// The kernel's `struct ucred`, which Glibc shows only to C with _GNU_SOURCE.
private struct SocketCredentials {
    var processID: Int32 = 0
    var userID: UInt32 = 0
    var groupID: UInt32 = 0
}

/// The first form of the kernel's `struct pidfd_info`, 64 bytes.
private struct ProcessInformation {
    var mask: UInt64
    var controlGroupID: UInt64 = 0
    var rest: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0, 0)
}

/// Who is at the other end of a Unix socket.
func peer(of channel: any Channel) -> EventLoopFuture<Peer> {
    let loop = channel.eventLoop
    return loop.inEventLoop ? loop.makeCompletedFuture { try Peer(of: channel) } : loop.submit { try Peer(of: channel) }
}

extension Peer {
    /// Asks the kernel, on the channel's loop.
    fileprivate init(of channel: any Channel) throws {
        let peer = try channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) { try Peer(socket: $0) }
        guard let peer else { throw ConnectionClosed() }
        self = peer
    }

    private init(socket: Int32) throws(ConnectionClosed) {
        var credentials = SocketCredentials()
        var length = socklen_t(MemoryLayout<SocketCredentials>.size)
        guard getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0 else { throw ConnectionClosed() }
        self.init(
            processID: credentials.processID, userID: credentials.userID, groupID: credentials.groupID,
            supplementaryGroupIDs: Self.groups(of: socket),
            controlGroupID: credentials.userID == Self.unknownID ? Self.controlGroup(of: socket) : nil)
    }

    /// The control group's id, by the process's own descriptor: neither needs any right, and no number can have become another's.
    static func controlGroup(of socket: Int32) -> UInt64? {
        // SO_PEERPIDFD, PIDFD_GET_INFO and PIDFD_INFO_CGROUPID (linux/pidfd.h), which this system's headers may not have.
        let (peerProcess, getInfo, wanted): (Int32, UInt, UInt64) = (77, 0xC040_FF0B, 1 << 2)
        var (process, length): (Int32, socklen_t) = (-1, socklen_t(MemoryLayout<Int32>.size))
        guard getsockopt(socket, SOL_SOCKET, peerProcess, &process, &length) == 0, process >= 0 else { return nil }
        defer { close(process) }
        var info = ProcessInformation(mask: wanted)
        let result = withUnsafeMutablePointer(to: &info) { ioctl(process, getInfo, $0) }
        return result == 0 && info.mask & wanted != 0 ? info.controlGroupID : nil
    }

    /// The kernel says how many there are where the room that it is given is too small. Where it says nothing there are none.
    private static func groups(of socket: Int32) -> [UInt32] {
        var groups = [UInt32](repeating: 0, count: 32)
        while true {
            var length = socklen_t(groups.count * MemoryLayout<UInt32>.size)
            let result = getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, &groups, &length)
            let count = Int(length) / MemoryLayout<UInt32>.size
            if result == 0 { return Array(groups.prefix(count)) }
            guard errno == ERANGE, count > groups.count else { return [] }
            groups = [UInt32](repeating: 0, count: count)
        }
    }
}
