import Foundation
import Testing

/// Programs have one way out: `Printing`. It is read from the sources, so that another way is seen when it is written.
@Suite struct BoundaryTests {
    private static let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../Sources")
        .standardized

    /// The way out itself; and a program for developers that prints figures of its own.
    private static let exempt = ["Printing/", "wabawatch-bench/"]

    /// What Swift and C have to print with, and the files that are a terminal. A pattern is slow: it is tried only in a text with one of its marks.
    private static var ways: [(name: String, marks: [String], pattern: Regex<Substring>)] {
        [
            ("print", ["rint(", "dump("], #/(?:^|[^.\w]|Swift\.)(?:print|debugPrint|dump)\(/#),
            (
                "stdio", ["printf(", "puts(", "putc(", "putchar(", "fwrite(", "perror(", "psignal(", "err(", "warn(", "warnx("],
                #/\b(?:v?f?d?printf|f?puts|f?putc|putchar|fwrite|perror|psignal|err|warnx?)\(/#
            ),
            ("streams", ["stdout", "stderr"], #/\b(?:stdout|stderr)\b/#),
            ("Foundation", ["FileHandle", "NSLog"], #/\bFileHandle\.standard(?:Output|Error)\b|\bNSLog\(/#),
            ("descriptor", ["_FILENO"], #/\bSTD(?:OUT|ERR)_FILENO\b/#),
            ("number", ["write(", "writev(", "send(", "dup2("], #/\b(?:write|pwrite|writev|send|dup2)\(\s*[12]\s*,/#),
            ("device", ["/dev/"], #/\/dev\/(?:tty|stdout|stderr|fd|pts|console)/#), ("syslog", ["syslog("], #/\bv?syslog\(/#),
            ("parser", ["exit(", "StandardError", "printHelp"], #/\bexit\(withError|\bStandardError\b\(|\bprintHelp\b/#),
        ]
    }

    /// Descriptors are named to be asked about, to be handed to `LineOutput`, and to be another program's.
    private static func isAsking(_ line: Substring) -> Bool {
        [
            "fstat(", "isatty(", "ioctl(", "LineOutput(", ".system(STDERR", "system(_ descriptor",
            "init(prefixes: prefixes, fileDescriptor: STDERR_FILENO)",
            "path == \"-\" ? STDOUT_FILENO", "posix_spawn_file_actions_adddup2(",
        ].contains { line.contains($0) }
    }

    private static func findings(_ text: String, _ file: String) -> [String] {
        let ways = ways.filter { way in way.marks.contains { text.contains($0) } }
        return text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().flatMap { number, line -> [String] in
            let code = line.drop { $0 == " " }
            guard !code.hasPrefix("//"), !code.contains("func print(") else { return [] }
            return ways.filter {
                line.firstMatch(of: $0.pattern.wordBoundaryKind(.simple)) != nil && !($0.name == "descriptor" && isAsking(line))
            }.map {
                "\(file):\(number + 1): \($0.name): \(code)"
            }
        }
    }

    @Test func programs_printThroughPrinting_andNowhereElse() throws {
        let files = try #require(FileManager.default.enumerator(atPath: Self.sources.path)).compactMap { $0 as? String }
            .filter { $0.hasSuffix(".swift") && !Self.exempt.contains(where: $0.hasPrefix) }
        #expect(files.count > 200)
        for file in files {
            let text = try String(contentsOf: Self.sources.appendingPathComponent(file), encoding: .utf8)
            for finding in Self.findings(text, file) { Issue.record("\(finding)") }
        }
    }

    /// Every program's errors go through it as well, the parser's own among them.
    @Test func programs_beginByStart() throws {
        let files = try #require(FileManager.default.enumerator(atPath: Self.sources.path)).compactMap { $0 as? String }
            .filter { $0.hasSuffix(".swift") && !Self.exempt.contains(where: $0.hasPrefix) }
        var programs: [String] = []
        for file in files {
            let text = try String(contentsOf: Self.sources.appendingPathComponent(file), encoding: .utf8)
            guard text.contains(#/(?m)^@main\b/#) else { continue }
            programs.append(file)
            #expect(text.contains("await start("), "\(file)")
        }
        #expect(programs.count >= 4, "\(programs)")
    }

    @Test(arguments: [
        "print(name)", "Swift.print(\"x\")", "    debugPrint(x)", "fputs(text, stderr)", "write(1, bytes, 3)",
        "FileHandle.standardError.write(data)",
        "_ = write(STDERR_FILENO, text, 4)", "open(\"/dev/tty\", O_WRONLY)", "vfprintf(file, format, list)", "dump(error)", "puts(text)",
        "exit(withError: error)",
    ]) func way_aroundIt_isFound(code: String) { #expect(!Self.findings(code, "x").isEmpty) }
}
