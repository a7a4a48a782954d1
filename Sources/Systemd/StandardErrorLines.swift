internal import Glibc

/// Lines on standard error, each in one write. Control characters are escaped: a line break in a text would begin a line of the text's choosing.
public struct StandardErrorLines: Sendable {
    private let prefixes: Bool
    private let fileDescriptor: Int32

    /// Lines that begin with `<N>` where a manager reads them (sd-daemon(3)), and with nothing elsewhere.
    public init(prefixes: Bool) { self.init(prefixes: prefixes, fileDescriptor: STDERR_FILENO) }

    init(prefixes: Bool, fileDescriptor: Int32) {
        self.prefixes = prefixes
        self.fileDescriptor = fileDescriptor
    }

    /// Writes one line. Throws where nobody reads any more.
    public func write(_ text: String, priority: JournalPriority) throws(SystemdError) {
        var line = Array((prefixes ? "<\(priority.rawValue)>" : "").utf8)
        for scalar in text.unicodeScalars {
            line.append(contentsOf: (scalar.isControl ? scalar.escaped(asASCII: true) : String(scalar)).utf8)
        }
        line.append(UInt8(ascii: "\n"))
        var rest = line[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(fileDescriptor, $0.baseAddress, $0.count) }
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { throw SystemdError(.standardErrorClosed, "standard error cannot be written to", errorNumber: errno) }
            rest = rest.dropFirst(written)
        }
    }
}

extension Unicode.Scalar {
    /// Whether it is of the general category Cc, which Unicode has closed: C0, DEL and C1.
    var isControl: Bool { value < 0x20 || 0x7F...0x9F ~= value }
}
