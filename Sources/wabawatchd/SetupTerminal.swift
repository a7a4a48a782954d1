import Glibc
import Printing
import ServiceConfiguration

/// The terminal that setup talks on: what is said goes to standard output, what is asked is read from standard input.
struct SetupTerminal {
    /// No answer is longer, in bytes.
    private static let longestAnswer = 4096

    /// Whether there is a person: both ends are terminals.
    let isThere = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1

    /// Says lines.
    func say(_ lines: [String]) throws {
        let output = LineOutput()
        try output.lines(lines.map { PrintableText($0) })
        try output.flush()
    }

    /// Asks on one line and waits for the answer, without the white space around it; `nil` where the input ends.
    func ask(_ question: String) throws -> String? {
        try prompt(question)
        var line: [UInt8] = []
        while true {
            guard let byte = Self.byte() else { return nil }
            if byte == 0x0A { break }
            if line.count < Self.longestAnswer { line.append(byte) }
        }
        let text = String(decoding: line, as: UTF8.self)
        return String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }

    /// The same for a secret: nothing of it is shown, and the terminal is as it was afterwards, also where a signal ends the process.
    func askHidden(_ question: String) throws -> [UInt8]? {
        var settings = termios()
        guard tcgetattr(STDIN_FILENO, &settings) == 0 else { return nil }
        let before = settings
        hiddenTerminal = before
        settings.c_lflag &= ~tcflag_t(ECHO | ECHONL | ICANON | ISIG)
        let signals = [SIGTERM, SIGHUP, SIGINT, SIGQUIT]
        for number in signals {
            signal(number) { number in
                tcsetattr(STDIN_FILENO, TCSANOW, &hiddenTerminal)
                signal(number, SIG_DFL)
                raise(number)
            }
        }
        guard tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings) == 0 else { return nil }
        defer {
            var before = before
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &before)
            for number in signals { signal(number, SIG_DFL) }
        }
        try prompt(question)
        var line = HiddenLine()
        while true {
            switch line.on(Self.byte()) {
            case .more: continue
            case .done(let bytes):
                try say([""])
                return bytes
            case .givenUp:
                try say([""])
                return nil
            }
        }
    }

    /// All of standard input; `nil` where it is longer than that.
    static func input(limit: Int) -> [UInt8]? {
        var bytes: [UInt8] = []
        while let byte = byte() {
            guard bytes.count < limit else { return nil }
            bytes.append(byte)
        }
        return bytes
    }

    private static func byte() -> UInt8? {
        var byte: UInt8 = 0
        while true {
            let count = read(STDIN_FILENO, &byte, 1)
            if count == 1 { return byte }
            guard count < 0, errno == EINTR else { return nil }
        }
    }

    private func prompt(_ question: String) throws {
        let output = LineOutput()
        try output.prompt(PrintableText(question))
    }
}

/// How the terminal was before a secret was asked for. A handler of signals can reach nothing else; it is written before there is one.
nonisolated(unsafe) private var hiddenTerminal = termios()
