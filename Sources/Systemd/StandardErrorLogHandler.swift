internal import Glibc
public import Logging

/// Writes log events to standard error, one line each and each in one write: `<4>` if a manager reads it, else `warning:`, then the sentence.
public struct StandardErrorLogHandler: LogHandler {
    public var logLevel: Logger.Level = .info
    public var metadata: Logger.Metadata = [:]
    public var metadataProvider: Logger.MetadataProvider?

    private let prefixes: Bool
    private let fileDescriptor: Int32

    /// - Parameter prefixes: whether a line begins with its priority in angle brackets (sd-daemon(3)).
    public init(label: String, prefixes: Bool) {
        self.init(prefixes: prefixes, fileDescriptor: STDERR_FILENO)
    }

    init(prefixes: Bool, fileDescriptor: Int32) {
        self.prefixes = prefixes
        self.fileDescriptor = fileDescriptor
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        write(LogLine(event, handler: metadata, provider: metadataProvider).text, priority: event.level.priority)
    }

    func write(_ text: String, priority: JournalPriority) {
        var line = Array((prefixes ? "<\(priority.rawValue)>" : "\(priority): ").utf8)
        // A line break in a value would begin a line with a priority of the value's choosing; escape codes would reach the terminal.
        for scalar in text.unicodeScalars {
            line.append(contentsOf: (scalar.properties.generalCategory == .control ? scalar.escaped(asASCII: true) : String(scalar)).utf8)
        }
        line.append(UInt8(ascii: "\n"))
        var rest = line[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(fileDescriptor, $0.baseAddress, $0.count) }
            if written < 0 && errno == EINTR { continue }
            // Nobody is left to be told.
            guard written > 0 else { return }
            rest = rest.dropFirst(written)
        }
    }
}
