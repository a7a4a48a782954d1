import FakeDaemon
import Testing

@testable import Printing
@testable import wabawatch

@Suite struct TextTests {
    @Test(arguments: [
        ("abc", 3), ("", 0), ("é", 1), ("e\u{301}", 1), ("配送", 4), ("😀", 2), ("👩‍👩‍👧", 2), ("❤️", 2), ("한국", 4), ("…", 1),
    ]) func width_isThatOfATerminal(text: String, width: Int) { #expect(text.displayWidth == width) }

    @Test(arguments: [("abcdef", 4, "abc…"), ("abc", 3, "abc"), ("配送車", 5, "配送…"), ("配送車", 4, "配…"), ("ab", 0, ""), ("ab", 1, "…")])
    func text_thatIsTooWide_isCutByColumns(text: String, width: Int, expected: String) { #expect(text.fitted(to: width) == expected) }

    /// A pager that could run a shell would be root's, run by sudo. It is told so whatever the pager's command is made of.
    @Test(
        arguments: [
            ([:], "1"), (["SYSTEMD_PAGERSECURE": "0"], ""), (["SYSTEMD_PAGERSECURE": "no"], ""), (["SYSTEMD_PAGERSECURE": "yes"], "1"),
            (["LESSSECURE": "0"], "1"), (["SYSTEMD_PAGERSECURE": "perhaps"], "1"),
        ] as [([String: String], String)],
        ["cat >/dev/null; echo \"<$LESSSECURE>\"", "cat >/dev/null | cat; env | sed -n 's/^LESSSECURE=\\(.*\\)/<\\1>/p'"])
    func pager_isToldToBeSecure(variables: ([String: String], String), command: String) async throws {
        try await withSocket { path in
            try await serving(FakeDaemon(FakeLog(resources: Sample.resources), status: Sample.status), at: path) {
                let outcome = try await BuiltCommand(["list"], socket: path, environment: variables.0.merging(["PAGER": command]) { $1 })
                    .run(inTerminalOf: 80)
                let isTold = outcome.output == "<\(variables.1)>\n" || (variables.1.isEmpty && outcome.output.isEmpty)
                #expect(isTold, "\(outcome)")
            }
        }
    }

    @Test(
        arguments: [
            ([:], true, true, true), ([:], false, false, true), (["NO_COLOR": "1"], true, false, true),
            (["NO_COLOR": ""], true, true, true),
            (["SYSTEMD_COLORS": "1", "NO_COLOR": "1"], false, true, true), (["SYSTEMD_COLORS": "0"], true, false, true),
            (["SYSTEMD_COLORS": "16"], false, true, true), (["TERM": "dumb"], true, false, true), (["LANG": "C"], true, true, false),
            (["LANG": "C.UTF-8"], true, true, true), (["LC_ALL": "POSIX", "LANG": "de_DE.UTF-8"], true, true, false),
            (["LANG": "de_DE.utf8"], true, true, true), (["SYSTEMD_UTF8": "0"], true, true, false),
        ] as [([String: String], Bool, Bool, Bool)])
    func terminal_isTakenFromTheEnvironment(environment: [String: String], isTerminal: Bool, isColored: Bool, isUnicode: Bool) {
        let terminal = Terminal(environment: { environment[$0] }, isTerminal: isTerminal, columns: 100)
        #expect(terminal.isColored == isColored)
        #expect(terminal.isUnicode == isUnicode)
        #expect(terminal.width == (isTerminal ? 100 : nil))
    }

    @Test(
        arguments: [
            ([:], "less"), (["PAGER": "more"], "more"), (["PAGER": "cat"], nil), (["PAGER": ""], nil),
            (["SYSTEMD_PAGER": "most", "PAGER": "more"], "most"), (["SYSTEMD_PAGER": "", "PAGER": "more"], nil),
        ] as [([String: String], String?)])
    func pager_isChosenAsSystemdDoes(environment: [String: String], command: String?) {
        #expect(Pager.command(environment: { environment[$0] }, isInstalled: { $0 == "less" }) == command)
        #expect(Pager.command(environment: { environment[$0] }, isInstalled: { _ in false }) == (environment.isEmpty ? nil : command))
    }
}
