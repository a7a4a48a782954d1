internal import Glibc
public import Logging

/// Writes log events to standard error, one line each and each in one write: `<4>` if a manager reads it, else `warning:`, then the sentence.
public struct StandardErrorLogHandler: LogHandler {
    public var logLevel: Logger.Level = .info
    public var metadata: Logger.Metadata = [:]
    public var metadataProvider: Logger.MetadataProvider?

    private let prefixes: Bool
    private let lines: StandardErrorLines

    /// - Parameter prefixes: whether a line begins with its priority in angle brackets (sd-daemon(3)).
    public init(label: String, prefixes: Bool) {
        self.init(prefixes: prefixes, fileDescriptor: STDERR_FILENO)
    }

    init(prefixes: Bool, fileDescriptor: Int32) {
        self.prefixes = prefixes
        lines = StandardErrorLines(prefixes: prefixes, fileDescriptor: fileDescriptor)
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        write(LogLine(event, handler: metadata, provider: metadataProvider).text, priority: event.level.priority)
    }

    func write(_ text: String, priority: JournalPriority) {
        // Where standard error is closed, nobody is left to be told.
        try? lines.write(prefixes ? text : "\(priority): \(text)", priority: priority)
    }
}
