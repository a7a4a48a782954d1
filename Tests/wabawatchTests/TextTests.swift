import Testing

@testable import wabawatch

@Suite struct TextTests {
    @Test(arguments: [
        ("abc", 3), ("", 0), ("é", 1), ("e\u{301}", 1), ("配送", 4), ("😀", 2), ("👩‍👩‍👧", 2), ("❤️", 2), ("한국", 4), ("…", 1),
    ]) func width_isThatOfATerminal(text: String, width: Int) { #expect(text.displayWidth == width) }

    @Test(arguments: [("abcdef", 4, "abc…"), ("abc", 3, "abc"), ("配送車", 5, "配送…"), ("配送車", 4, "配…"), ("ab", 0, ""), ("ab", 1, "…")])
    func text_thatIsTooWide_isCutByColumns(text: String, width: Int, expected: String) { #expect(text.fitted(to: width) == expected) }

    @Test func emoji_thatAreJoined_stayAsTheyAre() { #expect("👩‍👩‍👧 ok".printable == "👩‍👩‍👧 ok") }

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
