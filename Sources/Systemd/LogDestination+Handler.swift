public import Logging

extension LogDestination {
    /// The handler that writes there, for `LoggingSystem.bootstrap`.
    ///
    /// `identifier` is the program's name in the journal (`journalctl -t`); what is for the journal goes through the queue.
    public func handler(
        label: String, identifier: String, level: Logger.Level, through queue: JournalQueue, provider: Logger.MetadataProvider? = nil
    ) -> any LogHandler {
        switch self {
        case .journal:
            var handler = JournalLogHandler(label: label, identifier: identifier, send: queue.add)
            handler.logLevel = level
            handler.metadataProvider = provider
            return handler
        case .standardError(let prefixes):
            var handler = StandardErrorLogHandler(label: label, prefixes: prefixes)
            handler.logLevel = level
            handler.metadataProvider = provider
            return handler
        }
    }
}
