internal import Glibc

/// Where this process's log lines belong: a decision from what the manager said, before the first line is written.
public enum LogDestination: Sendable, Equatable {
    /// Standard error is the journal, so lines go there as entries with fields.
    case journal
    /// Standard error leads elsewhere. With prefixes, each line begins with `<N>`, the priority that a manager's log reads (sd-daemon(3)).
    case standardError(prefixes: Bool)

    /// What `$JOURNAL_STREAM` and `$SYSTEMD_EXEC_PID` say of this process and its standard error.
    public static var fromEnvironment: LogDestination {
        var status = stat()
        let stream = fstat(STDERR_FILENO, &status) == 0 ? "\(status.st_dev):\(status.st_ino)" : nil
        return decide(
            journalStream: getenv("JOURNAL_STREAM").map { String(cString: $0) },
            standardError: stream,
            isStartedByManager: getenv("SYSTEMD_EXEC_PID").map { String(cString: $0) } == String(getpid()),
            isTerminal: isatty(STDERR_FILENO) == 1,
            isJournalPresent: Journal.isPresent)
    }

    /// The rule itself. `$JOURNAL_STREAM` is inherited by every child, with standard error redirected or not: only device and inode tell.
    static func decide(
        journalStream: String?, standardError: String?, isStartedByManager: Bool, isTerminal: Bool, isJournalPresent: Bool
    ) -> LogDestination {
        let isJournal = journalStream != nil && journalStream == standardError
        if isJournal && isJournalPresent { return .journal }
        return .standardError(prefixes: isJournal || (isStartedByManager && !isTerminal))
    }
}
