import ArgumentParser
import Glibc
import Testing

@testable import Printing
@testable import Programs

@Suite struct PrintableTextTests {
    @Test(arguments: [
        ("abc", 3), ("", 0), ("é", 1), ("e\u{301}", 1), ("配送", 4), ("😀", 2), ("👩‍👩‍👧", 2), ("❤️", 2), ("한국", 4), ("…", 1), ("क्ष", 2),
        ("می‌خواهم", 7),
        ("\u{600}١٢", 3), ("1️⃣", 2), ("🇧🇷", 2), ("\u{1B}", 6), ("a\u{202E}b", 10), ("ᄒ\u{1161}\u{11AB}", 2),
    ]) func width_isThatOfWhatIsShown(text: String, width: Int) { #expect(PrintableText(text).displayWidth == width) }

    @Test func interpolation_escapesWhatIsPutIn_once() {
        let name = PrintableText("a\u{1B}b")
        let painted = Paint(isColored: true)("x\(name)\u{9B}", .critical)
        let line: PrintableText = "1 \(painted) \(name) \("\u{202E}") \(7) \(["\n"])"
        #expect(line.plain == #"1 xa\u{1B}b\u{9B} a\u{1B}b \u{202E} 7 ["\n"]"#)
        #expect(line.rendered == "1 \u{1B}[0;1;31mxa\\u{1B}b\\u{9B}\u{1B}[0m a\\u{1B}b \\u{202E} 7 [\"\\n\"]")
        #expect(Paint(isColored: false)(name, .critical).rendered == name.plain)
        #expect([name, name].joined(separator: ", ").plain == #"a\u{1B}b, a\u{1B}b"#)
    }

    @Test func name_withColoursOfItsOwn_getsNone() {
        for isColored in [true, false] {
            let text = Paint(isColored: isColored)("\("\u{1B}[0;1;31mred\u{1B}[0m")", .plain)
            #expect(!text.rendered.contains("\u{1B}"))
        }
    }

    @Test func lines_ofAText_areItsOwn_withTabs() {
        #expect(PrintableText.lines(of: "a\tb\r\n\u{1B}c\n").map(\.rendered) == ["a\tb\\r", "\\u{1B}c", ""])
    }

    @Test func output_writesLinesAsTheyAreShown() throws {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        let output = LineOutput(ends[1])
        try output.lines(["a\("\u{1B}]0;title\u{7}")b", Paint(isColored: true)("c", .good)])
        try output.flush()
        try output.overwrite(with: "\("\r\u{9B}2J")")
        close(ends[1])
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = read(ends[0], &buffer, buffer.count)
        close(ends[0])
        #expect(
            String(decoding: buffer[..<max(0, count)], as: UTF8.self)
                == "a\\u{1B}]0;title\\u{7}b\n\u{1B}[0;1;32mc\u{1B}[0m\n\r\\r\\u{9B}2J\u{1B}[K")
    }

    @Test func argument_thatTheParserRepeats_beginsNoLine() {
        let message = "Error: Unexpected argument '--x=a\nError: all is well'"
        #expect(!Command.withoutForgedLines(message, ["--x=a\nError: all is well"]).contains("\n"))
        #expect(!Command.withoutForgedLines("The value 'b\nc' is invalid", ["--x=b\nc"]).contains("\n"))
    }
}

private struct Command: AsyncParsableCommand {}
