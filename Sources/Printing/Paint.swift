/// How a piece of text polls.
public enum Style: Equatable, Sendable {
    case plain, bold, faint, good, warning, critical

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
public struct Paint: Sendable {
    /// Whether colour is wanted.
    public var isColored: Bool

    /// - Parameter isColored: whether colour is wanted.
    public init(isColored: Bool) { self.isColored = isColored }

    /// The text in that style; as it is where nothing of it would be seen.
    public func callAsFunction(_ text: PrintableText, _ style: Style) -> PrintableText {
        guard isColored, style != .plain, text.plain.utf8.contains(where: { $0 != UInt8(ascii: " ") }) else { return text }
        return PrintableText(plain: text.plain, rendered: style.sequence + text.plain + "\u{1B}[0m")
    }
}
