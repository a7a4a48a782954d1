import Printing
import WabaWatchInterface

/// What `doctor` shows: first what is wrong, by account and the worst account first, each with what to do; then what is not known; then what is well, of
/// accounts their number.
struct DoctorReport {
    let findings: [Finding]
    /// Lists everything that is well or not known of each account, too.
    var showsAll = false

    /// So many findings are listed one by one, unless everything is.
    static let mostListed = 200

    func lines(_ page: Page) -> [PrintableText] {
        let parts = [[head(page)], troubleLines(page), unknownLines(page), wellLines(page)]
        return Array(parts.filter { !$0.isEmpty }.joined(separator: [""]))
    }

    private func head(_ page: Page) -> PrintableText {
        func count(_ verdict: Finding.Verdict) -> Int { findings.count { $0.verdict == verdict } }
        var counts: [PrintableText] = []
        if count(.wrong) > 0 { counts.append(page.paint("\(count(.wrong)) wrong", .critical)) }
        if count(.attention) > 0 {
            counts.append(page.paint("\(count(.attention)) \(count(.attention) == 1 ? "deserves" : "deserve") attention", .warning))
        }
        if counts.isEmpty { counts.append(page.paint(count(.unknown) == 0 ? "all is well" : "nothing is wrong as far as is known", .good)) }
        if count(.unknown) > 0 { counts.append(page.paint("\(count(.unknown)) not known", .faint)) }
        let worst = findings.filter { $0.verdict != .unknown }.map(\.verdict).max() ?? .unknown
        return "\(page.paint(PrintableText(page.dot), worst.style)) \(counts.joined(separator: ", "))"
    }

    // MARK: What is wrong

    private func troubleLines(_ page: Page) -> [PrintableText] {
        let troubles = Self.worstFirst(findings.filter { $0.verdict >= .attention })
        let shown = showsAll ? troubles[...] : troubles.prefix(Self.mostListed)
        var lines = shown.flatMap { self.lines(of: $0, page) }
        if shown.count < troubles.count {
            lines.append("  and \(troubles.count - shown.count) more: wabawatch doctor -o full")
        }
        return lines
    }

    /// The host first, then the accounts, those with the worst first, and of each its findings by their check.
    private static func worstFirst(_ findings: [Finding]) -> [Finding] {
        let worst = Dictionary(findings.map { ($0.account, $0.verdict) }, uniquingKeysWith: max)
        func isBefore(_ left: Finding, _ right: Finding) -> Bool {
            guard left.account != right.account else {
                return left.verdict == right.verdict ? left.check < right.check : left.verdict > right.verdict
            }
            guard let one = left.account, let other = right.account else { return left.account == nil }
            let (first, second) = (worst[one] ?? .well, worst[other] ?? .well)
            return first == second ? one < other : first > second
        }
        return findings.sorted(by: isBefore)
    }

    private func lines(of finding: Finding, _ page: Page) -> [PrintableText] {
        let place = finding.account.map { "\($0): " } ?? ""
        let dot = page.paint(PrintableText(page.dot), finding.verdict.style)
        let name = page.paint(PrintableText("\(place)\(finding.check.words)"), .bold)
        var found: [PrintableText] = ["\(dot) \(name) \(page.paint(PrintableText(finding.verdict.words), finding.verdict.style))"]
        found += Self.wrapped(finding.sentence, after: "    ", page)
        if let advice = finding.advice { found += Self.wrapped(advice, after: "    \(page.arrow) ", page) }
        // A command is not broken: it is copied.
        if let command = finding.command { found.append("      \(page.paint(PrintableText(command), .bold))") }
        return found
    }

    /// A text at the page's width, its first line behind a head, and the others below it.
    private static func wrapped(_ text: String, after head: PrintableText, _ page: Page) -> [PrintableText] {
        var head = head
        let indent = head.displayWidth
        // Behind a head that leaves no room the text goes as far as it must.
        return PrintableText(text).wrapped(to: max(24, (page.width ?? .max) - indent)).map { line in
            defer { head = PrintableText(String(repeating: " ", count: indent)) }
            return head + line
        }
    }

    // MARK: What is not known, and what is well

    /// One reason is told once, with every check that it holds for.
    private func unknownLines(_ page: Page) -> [PrintableText] {
        let unknown = findings.filter { $0.verdict == .unknown }
        guard !unknown.isEmpty else { return [] }
        var reasons: [String] = []
        var byReason: [String: [Finding]] = [:]
        for finding in unknown {
            if byReason[finding.sentence] == nil { reasons.append(finding.sentence) }
            byReason[finding.sentence, default: []].append(finding)
        }
        let shown = showsAll ? reasons[...] : reasons.prefix(Self.mostListed)
        var lines: [PrintableText] = ["Not known:"]
        for reason in shown {
            let found = byReason[reason] ?? []
            let checks = Set(found.map(\.check)).sorted().map(\.words).joined(separator: ", ")
            lines += Self.wrapped("\(checks)\(Self.whose(found, all: showsAll)): \(reason)", after: "  ", page)
        }
        if shown.count < reasons.count { lines.append("  and \(reasons.count - shown.count) more: wabawatch doctor -o full") }
        return lines
    }

    /// ` of acme`, ` of 198 accounts`; nothing for the host.
    private static func whose(_ findings: [Finding], all: Bool) -> String {
        let accounts = Set(findings.compactMap(\.account))
        guard let one = accounts.first else { return "" }
        if accounts.count == 1 { return " of \(one)" }
        return all ? " of \(accounts.sorted().joined(separator: ", "))" : " of \(accounts.count) accounts"
    }

    /// A line of each check; where it was made of several accounts, of how many it is well.
    private func wellLines(_ page: Page) -> [PrintableText] {
        let byCheck = Dictionary(grouping: findings, by: \.check)
        var rows: [(name: String, sentence: String)] = []
        for check in Finding.Check.allCases {
            let all = byCheck[check] ?? []
            let well = all.filter { $0.verdict == .well }
            guard !well.isEmpty else { continue }
            let accounts = Set(all.compactMap(\.account)).count
            if showsAll || accounts <= 1 {
                rows += well.map { ("\(check.words)\($0.account.map { " of \($0)" } ?? "")", $0.sentence) }
            } else {
                rows.append((check.words, "\(well.count) of \(accounts) accounts"))
            }
        }
        guard !rows.isEmpty else { return [] }
        let names = rows.map { PrintableText($0.name) }
        let width = names.map(\.displayWidth).max() ?? 0
        var lines: [PrintableText] = ["Well:"]
        for (name, row) in zip(names, rows) {
            let space = String(repeating: " ", count: width - name.displayWidth)
            lines += Self.wrapped(row.sentence, after: "  \(page.paint(name, .good))\(space)  ", page)
        }
        return lines
    }
}
