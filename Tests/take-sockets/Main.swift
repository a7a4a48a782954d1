import Glibc
import Systemd

/// Takes the sockets that its parent passed, twice, and says what it got: the first thing that it does, as in the daemon, before anything else has opened a
/// descriptor.
@main
enum Program {
    static func main() {
        for round in 1...2 {
            do {
                for socket in try InheritedSockets.take() {
                    let flags = (fcntl(socket.fileDescriptor, F_GETFD) & FD_CLOEXEC, fcntl(socket.fileDescriptor, F_GETFL) & O_NONBLOCK)
                    print(round, socket.name, socket.fileDescriptor, flags.0 != 0 ? "cloexec" : "-", flags.1 != 0 ? "nonblocking" : "-")
                }
            } catch {
                print(round, error)
            }
        }
        for name in ["LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"] where getenv(name) != nil { print(name, "is left") }
    }
}
