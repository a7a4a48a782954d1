public import Logging

/// Writes log events to the journal as entries: the sentence as `MESSAGE`, the level as `PRIORITY`, and every metadata as a field of its own
/// (`account` becomes `WABAWATCH_ACCOUNT`), so that `journalctl WABAWATCH_ACCOUNT=acme` finds log lines and changes alike.
///
/// A line that is not taken goes to standard error instead.
public struct JournalLogHandler: LogHandler {
    public var logLevel: Logger.Level = .info
    public var metadata: Logger.Metadata = [:]
    public var metadataProvider: Logger.MetadataProvider?

    private let label: String
    private let identifier: String
    private let prefix: JournalField
    private let send: @Sendable (JournalEntry) throws -> Void

    /// - Parameters:
    ///   - label: the logger's label, kept in the field `…LOGGER`.
    ///   - identifier: the program's name, `SYSLOG_IDENTIFIER`.
    ///   - prefix: what every metadata's field begins with.
    ///   - send: where entries go.
    public init(
        label: String, identifier: String, prefix: JournalField = "WABAWATCH_",
        send: @escaping @Sendable (JournalEntry) throws -> Void
    ) {
        self.label = label
        self.identifier = identifier
        self.prefix = prefix
        self.send = send
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        let line = LogLine(event, handler: metadata, provider: metadataProvider)
        var entry = JournalEntry(message: line.text, priority: event.level.priority)
        entry.append(.identifier, identifier)
        entry.append(JournalField(adapting: "LOGGER", prefix: prefix), label)
        for (key, value) in line.metadata.sorted(by: { $0.key < $1.key }) {
            entry.append(JournalField(adapting: key, prefix: prefix), "\(value)")
        }
        do {
            try send(entry)
        } catch {
            StandardErrorLogHandler(label: label, prefixes: true).write(line.text, priority: event.level.priority)
        }
    }
}
