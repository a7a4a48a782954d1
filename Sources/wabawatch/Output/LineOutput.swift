import Dispatch
import Glibc

/// The reader of the output has gone: no reason for a word.
struct BrokenPipe: Error {}

/// The output could not be written.
struct OutputFailure: Error, CustomStringConvertible {
    let description: String
}

/// Lines for a descriptor, gathered until there are many of them or `flush` is called.
final class LineOutput {
    private let descriptor: Int32
    private var bytes: [UInt8] = []
    private static let enough = 32 << 10

    init(_ descriptor: Int32 = STDOUT_FILENO) { self.descriptor = descriptor }

    /// Whether a reader takes what is written, and takes it with it when it goes.
    var isPipe: Bool {
        var about = stat()
        return fstat(descriptor, &about) == 0 && about.st_mode & S_IFMT == S_IFIFO
    }

    /// Ends the process silently when the reader of a pipe goes: whoever waits for changes would notice only when the next one comes.
    func endWithReader() {
        guard isPipe else { return }
        DispatchQueue.global().async { [descriptor] in
            var watched = pollfd(fd: descriptor, events: 0, revents: 0)
            while Glibc.poll(&watched, 1, -1) < 0 && errno == EINTR {}
            _exit(0)
        }
    }

    /// Bytes in the pipe that its reader has not taken yet.
    var unread: Int {
        var count: Int32 = 0
        return ioctl(descriptor, UInt(FIONREAD), &count) == 0 ? Int(count) : 0
    }

    /// Takes a text as it is.
    func text(_ text: String) throws {
        bytes.append(contentsOf: text.utf8)
        if bytes.count >= Self.enough { try flush() }
    }

    /// Takes a line.
    func line(_ line: String) throws {
        bytes.append(contentsOf: line.utf8)
        try text("\n")
    }

    /// Takes lines.
    func lines(_ texts: [String]) throws { for text in texts { try line(text) } }

    /// Writes what was taken.
    func flush() throws {
        defer { bytes.removeAll(keepingCapacity: true) }
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress.map { $0 + done }, $0.count - done) }
            if count >= 0 {
                done += count
                continue
            }
            switch errno {
            case EINTR: continue
            case EAGAIN: try wait()
            case EPIPE: throw BrokenPipe()
            default: throw OutputFailure(description: "the output cannot be written: \(String(cString: strerror(errno)))")
            }
        }
    }

    /// Somebody else has made the terminal non-blocking.
    private func wait() throws {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = poll(&waiting, 1, -1)
    }
}
