/// How much a change matters to a person: journald's levels 2, 4, 5 and 6. The greater, the more urgent.
public enum Severity: String, Sendable, CaseIterable, Comparable {
    case critical
    case warning
    case notice
    case info

    /// journald's `PRIORITY` (syslog(3)): 2, 4, 5 or 6.
    public var journalPriority: Int {
        switch self {
        case .critical: 2
        case .warning: 4
        case .notice: 5
        case .info: 6
        }
    }

    public static func < (left: Severity, right: Severity) -> Bool { left.journalPriority > right.journalPriority }
}
