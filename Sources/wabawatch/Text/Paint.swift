import WhatsAppBusiness

/// How a piece of text looks.
enum Style: Equatable {
    case plain, bold, faint, good, warning, critical

    /// journalctl's: red, yellow and bold for what is worse than information.
    init(_ severity: Severity) {
        switch severity {
        case .critical: self = .critical
        case .warning: self = .warning
        case .notice: self = .bold
        case .info: self = .plain
        }
    }

    fileprivate var sequence: String {
        switch self {
        case .plain: ""
        case .bold: "\u{1B}[0;1;39m"
        case .faint: "\u{1B}[0;90m"
        case .good: "\u{1B}[0;1;32m"
        case .warning: "\u{1B}[0;1;33m"
        case .critical: "\u{1B}[0;1;31m"
        }
    }
}

/// Colours text where colour is wanted.
struct Paint {
    /// Whether colour is wanted.
    var isColored: Bool

    func callAsFunction(_ text: String, _ style: Style) -> String {
        isColored && style != .plain && text.contains { $0 != " " } ? style.sequence + text + "\u{1B}[0m" : text
    }
}
