import Glibc
import NIOCore

/// The kernel's `struct ucred`, which Glibc shows only to C with _GNU_SOURCE.
private struct SocketCredentials: Sendable {
    var processID: Int32 = 0
    var userID: UInt32 = 0
    var groupID: UInt32 = 0
}

/// Who is at the other end of a Unix socket.
func peer(of channel: any Channel) -> EventLoopFuture<Peer> {
    guard let options = channel as? any SocketOptionProvider else { return channel.eventLoop.makeFailedFuture(ConnectionClosed()) }
    let credentials: EventLoopFuture<SocketCredentials> = options.unsafeGetSocketOption(
        level: NIOBSDSocket.OptionLevel(rawValue: SOL_SOCKET), name: NIOBSDSocket.Option(rawValue: SO_PEERCRED))
    return credentials.map { Peer(processID: $0.processID, userID: $0.userID, groupID: $0.groupID) }
}
