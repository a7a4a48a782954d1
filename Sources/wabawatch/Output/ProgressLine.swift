import Glibc

/// One line on the terminal that is written over and over, and gone at the end.
struct ProgressLine {
    private let terminal: Terminal
    private let output = LineOutput(STDERR_FILENO)

    /// `nil` where nobody would see it.
    init?() {
        terminal = .system(STDERR_FILENO)
        guard terminal.isTerminal, Terminal.environment("TERM") != "dumb" else { return nil }
    }

    /// Shows a text, cut to the terminal's width.
    func show(_ text: String) throws {
        try put(text.fitted(to: (terminal.width ?? 80) - 1, ellipsis: terminal.isUnicode ? "…" : "..."))
    }

    /// Leaves the line as it was before.
    func clear() throws { try put("") }

    /// To the line's begin, the text, and what was behind it erased.
    private func put(_ text: String) throws {
        try output.text("\r\(text)\u{1B}[K")
        try output.flush()
    }
}
