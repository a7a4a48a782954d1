internal import Logging

/// A log event put together: what both handlers write, each in its own way.
struct LogLine {
    /// The constant sentence, then the metadata in parentheses, in the order of its keys: a reader of `journalctl` sees what the fields hold.
    let text: String
    /// The metadata of event, provider and handler together, the nearer one winning.
    let metadata: Logger.Metadata

    init(_ event: LogEvent, handler: Logger.Metadata, provider: Logger.MetadataProvider?) {
        var metadata = handler
        if let provided = provider?.get() { metadata.merge(provided) { _, nearer in nearer } }
        if let error = event.error { metadata["error"] = "\(error)" }
        if let own = event.metadata { metadata.merge(own) { _, nearer in nearer } }
        self.metadata = metadata
        let pairs = metadata.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
        text = pairs.isEmpty ? "\(event.message)" : "\(event.message) (\(pairs.joined(separator: ", ")))"
    }
}

extension Logger.Level {
    /// The priority of syslog(3) that stands for this level.
    var priority: JournalPriority {
        switch self {
        case .trace, .debug: .debug
        case .info: .informational
        case .notice: .notice
        case .warning: .warning
        case .error: .error
        case .critical: .critical
        }
    }
}
