import Glibc
import NIOCore

/// A descriptor of our own for the socket of a channel: it stays that socket's whatever the channel does with its own, so that any thread may write to it.
/// The peer sees the end when both are closed.
final class DirectSocket: Sendable {
    private let descriptor: Int32

    /// `nil` where there is no descriptor to be had.
    init?(_ socket: Int32) {
        descriptor = fcntl(socket, F_DUPFD_CLOEXEC, 0)
        if descriptor < 0 { return nil }
    }

    deinit { close(descriptor) }

    /// Writes what the socket takes at once; how many bytes that were.
    func write(_ bytes: ByteBuffer) -> Int {
        max(0, bytes.withUnsafeReadableBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)) })
    }
}
