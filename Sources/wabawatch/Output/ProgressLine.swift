import Glibc
import Printing

/// One line on the terminal that is written over and over, and gone at the end.
struct ProgressLine {
    private let terminal: Terminal
    private let output = LineOutput.errors

    /// `nil` where nobody would see it.
    init?() {
        terminal = .system(STDERR_FILENO)
        guard terminal.isTerminal, Terminal.environment("TERM") != "dumb" else { return nil }
    }

    /// Shows a text, cut to the terminal's width.
    func show(_ text: PrintableText) throws {
        try output.overwrite(with: text.fitted(to: (terminal.width ?? 80) - 1, ellipsis: terminal.isUnicode ? "…" : "..."))
    }

    /// Leaves the line as it was before.
    func clear() throws { try output.overwrite(with: "") }
}
