/// How urgent a journal entry is: the levels of syslog(3), most urgent first.
public enum JournalPriority: Int, Sendable, CaseIterable, Comparable {
    case emergency = 0
    case alert, critical, error, warning, notice, informational, debug

    /// Less urgent is greater, as in the numbers.
    public static func < (left: JournalPriority, right: JournalPriority) -> Bool { left.rawValue < right.rawValue }
}
