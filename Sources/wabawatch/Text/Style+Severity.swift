import Printing
import WhatsAppBusiness

extension Style {
    /// journalctl's: red, yellow and bold for what is worse than information.
    init(_ severity: Severity) {
        switch severity {
        case .critical: self = .critical
        case .warning: self = .warning
        case .notice: self = .bold
        case .info: self = .plain
        }
    }
}
