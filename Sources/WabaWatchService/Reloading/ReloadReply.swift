import Glibc

/// The daemon's end of the line to whoever asked for a reload and waits for its outcome (`ReloadRequest`). Taken up when the reload begins, so that what
/// is told is told of one that began after it was asked for.
final class ReloadReply: Sendable {
    private let descriptor: Int32

    /// `nil` where nobody waits, which is so after a signal alone.
    init?(in folder: String, process: Int32 = getpid()) {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        let answer = ReloadRequest.withAddress(ReloadRequest.path(in: folder, process: process)) { connect(descriptor, $0, $1) }
        guard answer == 0 else {
            close(descriptor)
            return nil
        }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// Tells the outcome: why nothing was put in force, or that it was.
    func tell(refusal: String?) {
        let bytes = Array("\(refusal == nil ? "0" : "1")\(String((refusal ?? "").prefix(ReloadRequest.longest)))\n".utf8)
        _ = send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }
}
