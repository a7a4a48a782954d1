internal import Glibc
internal import Printing

/// Lines on standard error, each in one write. They go through `Printing`: a line break in a text would begin a line of
/// the text's choosing.
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
        let output = LineOutput(fileDescriptor)
        do {
            try output.line("\(prefixes ? "<\(priority.rawValue)>" : "")\(text)")
            try output.flush()
        } catch {
            throw SystemdError(
                .standardErrorClosed, "standard error cannot be written to", errorNumber: (error as? OutputFailure)?.number ?? EPIPE)
        }
    }
}

extension Unicode.Scalar {
    /// Whether it is of the general category Cc, which Unicode has closed: C0, DEL and C1.
    var isControl: Bool { value < 0x20 || 0x7F...0x9F ~= value }
}
