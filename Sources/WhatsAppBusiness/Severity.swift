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

extension OpenEnum where Known == Severity {
    /// What it counts as where severities are compared. One that is not known is a warning: it is passed over by nobody who asks for those, and wakes
    /// nobody who asks for what is critical.
    public var level: Severity { known ?? .warning }
}
