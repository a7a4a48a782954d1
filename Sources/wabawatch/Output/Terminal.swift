import Glibc

/// What an output can show, by the environment and the terminal.
struct Terminal: Equatable {
    var isTerminal: Bool
    /// Columns; `nil` where the output goes to a file or another program.
    var width: Int?
    var isColored: Bool
    var isUnicode: Bool

    /// Decides by the environment: SYSTEMD_COLORS before NO_COLOR (systemd(1), no-color.org), COLUMNS before the terminal's own width.
    init(environment: (String) -> String?, isTerminal: Bool, columns: Int?) {
        self.isTerminal = isTerminal
        width = environment("COLUMNS").flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil } ?? (isTerminal ? columns ?? 80 : nil)
        let colors = environment("SYSTEMD_COLORS").map { Self.truth($0) ?? true }
        let isBare = environment("NO_COLOR").map { !$0.isEmpty } ?? false
        isColored = colors ?? (!isBare && isTerminal && environment("TERM") != "dumb")
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap(environment).first { !$0.isEmpty }
        // No locale at all is no wish for ASCII; systemd sees it the same way.
        let isUTF8 = locale.map { $0.uppercased().contains("UTF-8") || $0.uppercased().contains("UTF8") } ?? true
        isUnicode = environment("SYSTEMD_UTF8").flatMap(Self.truth) ?? isUTF8
    }

    /// The process's own, at one of its descriptors.
    static func system(_ descriptor: Int32 = STDOUT_FILENO) -> Terminal {
        var size = winsize()
        let isTerminal = isatty(descriptor) == 1
        let columns = isTerminal && ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : nil
        return Terminal(environment: Self.environment, isTerminal: isTerminal, columns: columns)
    }

    /// A variable of the process's environment.
    static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    /// A truth value as systemd reads it; `nil` if it is none.
    static func truth(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "0", "no", "n", "false", "f", "off": false
        case "1", "yes", "y", "true", "t", "on": true
        default: nil
        }
    }
}
