internal import Dispatch
public import Glibc

/// The reader of the output has gone: no reason for a word.
public struct BrokenPipe: Error {}

/// The output could not be written.
public struct OutputFailure: Error, CustomStringConvertible {
    /// errno.
    public let number: Int32
    public var description: String { "the output cannot be written: \(String(cString: strerror(number)))" }
}

/// Lines for a descriptor, gathered until there are many of them or `flush` is called. Every program's words leave it here: it takes
/// `PrintableText` alone.
public final class LineOutput {
    private let descriptor: Int32
    private var bytes: [UInt8] = []
    private static let enough = 32 << 10

    /// An output for what is open there; it stays open.
    public init(_ descriptor: Int32 = STDOUT_FILENO) { self.descriptor = descriptor }

    /// Standard error.
    public static var errors: LineOutput { LineOutput(STDERR_FILENO) }

    /// Whether a reader takes what is written, and takes it with it when it goes.
    public var isPipe: Bool {
        var about = stat()
        return fstat(descriptor, &about) == 0 && about.st_mode & S_IFMT == S_IFIFO
    }

    /// Ends the process silently when the reader of a pipe goes: whoever waits for changes would notice only when the next one comes.
    public func endWithReader() {
        guard isPipe else { return }
        DispatchQueue.global().async { [descriptor] in
            var watched = pollfd(fd: descriptor, events: 0, revents: 0)
            while Glibc.poll(&watched, 1, -1) < 0 && errno == EINTR {}
            _exit(0)
        }
    }

    /// Bytes in the pipe that its reader has not taken yet.
    public var unread: Int {
        var count: Int32 = 0
        return ioctl(descriptor, UInt(FIONREAD), &count) == 0 ? Int(count) : 0
    }

    /// Takes a line.
    public func line(_ line: PrintableText) throws {
        bytes.append(contentsOf: line.rendered.utf8)
        bytes.append(UInt8(ascii: "\n"))
        if bytes.count >= Self.enough { try flush() }
    }

    /// Takes lines.
    public func lines(_ texts: [PrintableText]) throws { for text in texts { try line(text) } }

    /// Writes a text that a line begins with, for whoever is to complete it.
    public func prompt(_ text: PrintableText) throws {
        bytes.append(contentsOf: text.rendered.utf8)
        try flush()
    }

    /// Writes a text over the terminal's present line: to its begin, the text, and what was behind it erased.
    public func overwrite(with text: PrintableText) throws {
        bytes.append(contentsOf: "\r\(text.rendered)\u{1B}[K".utf8)
        try flush()
    }

    /// Writes what was taken.
    public func flush() throws {
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
            default: throw OutputFailure(number: errno)
            }
        }
    }

    /// Somebody else has made the terminal non-blocking.
    private func wait() throws {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = poll(&waiting, 1, -1)
    }
}
