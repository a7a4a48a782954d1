import Printing
import TestTools
import Testing

@testable import wabawatch

/// Tables of anything in terminals of any width.
@Suite struct TablePropertyTests {
    private static func page(_ width: Int?) -> Page {
        Page(width: width, paint: Paint(isColored: false), isUnicode: true, time: .utc, now: 0)
    }

    private static func made(_ random: inout SeededGenerator) -> Table {
        let words = ["", "a", "Lucky Shrub", "配送車配送車", "😀", "+1 555-100-0002", "e\u{301}", "\u{1B}[2J", String(repeating: "x", count: 40)]
        let columns = (0..<random.number(1...5)).map { index in
            Table.Column(title: "C\(index)", least: random.chance(0.6) ? random.number(2...6) : nil, isRight: random.chance(0.3))
        }
        var table = Table(columns: columns)
        table.rows = (0..<random.below(6)).map { _ in columns.map { _ in Table.Cell(random.pick(words)) } }
        return table
    }

    @Test(arguments: 0..<60 as Range<UInt64>) func table_keepsItsColumnsInLine(seed: UInt64) {
        var random = SeededGenerator(state: seed)
        let table = Self.made(&random)
        let whole = table.lines(Self.page(nil))
        #expect(whole.count == (table.rows.isEmpty ? 0 : table.rows.count + 1))
        for line in whole { #expect(!line.plain.contains("\u{1B}") && !line.plain.hasSuffix(" "), "nothing is obeyed, nothing hangs over") }
        // Where nothing need be cut, every text stands whole.
        for (row, line) in zip(table.rows, whole.dropFirst()) {
            for cell in row { #expect(line.plain.contains(cell.text.plain)) }
        }
        // A column without a text is left out.
        for (index, column) in table.columns.enumerated() where !table.rows.isEmpty {
            let isFilled = table.rows.contains { !$0[index].text.isEmpty }
            #expect(whole[0].plain.split(separator: " ").contains(Substring(column.title)) == isFilled)
        }
    }

    @Test(arguments: 100..<160 as Range<UInt64>) func table_thatMayBeCut_fitsItsPage(seed: UInt64) {
        var random = SeededGenerator(state: seed)
        let table = Self.made(&random)
        let full = table.lines(Self.page(nil)).map(\.displayWidth).max() ?? 0
        for width in [1, 20, 40, 80, 200] {
            let lines = table.lines(Self.page(width))
            #expect(lines.count == (table.rows.isEmpty ? 0 : table.rows.count + 1), "no row goes")
            let wanted = lines.map(\.displayWidth).max() ?? 0
            #expect(wanted <= full, "never wider than it is")
            // What may not be cut is the only reason to be wider than the page.
            guard wanted > width else { continue }
            let least = table.columns.indices.reduce(-1) { sum, index in
                let longest = table.rows.reduce(0) { max($0, $1[index].text.displayWidth) }
                guard longest > 0 else { return sum }
                let whole = max(longest, table.columns[index].title.displayWidth)
                return sum + 1 + (table.columns[index].least.map { min($0, whole) } ?? whole)
            }
            #expect(wanted <= max(least, width), "\(width)")
        }
    }

    @Test(arguments: 200..<230 as Range<UInt64>) func xml_saysWhatTheTextSays(seed: UInt64) {
        var random = SeededGenerator(state: seed)
        for _ in 0..<50 {
            let text = (0..<random.below(10)).map { _ in
                random.pick(["<", ">", "&", "\"", "'", "a", "é", "\u{301}", "😀", "&amp;", "]]>", "<!--"])
            }.joined()
            let xml = text.xml
            #expect(!xml.unicodeScalars.contains { ["<", ">", "\"", "'"].contains($0) })
            var back = xml
            for (entity, character) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")] {
                back = Self.replace(entity, character, in: back)
            }
            #expect(back.unicodeScalars.elementsEqual(PrintableText(text).plain.unicodeScalars), "\(text)")
        }
        #expect("\u{0}\u{FFFE}\u{B}".xml.utf8.allSatisfy { 0x20..<0x7F ~= $0 }, "what XML forbids is written out")
    }

    /// By scalar: a mark behind an entity makes its semicolon another Character.
    private static func replace(_ entity: String, _ character: String, in text: String) -> String {
        var (scalars, result) = (text.unicodeScalars[...], String.UnicodeScalarView())
        while let first = scalars.first {
            if scalars.starts(with: entity.unicodeScalars) {
                result.append(contentsOf: character.unicodeScalars)
                scalars = scalars.dropFirst(entity.unicodeScalars.count)
            } else {
                result.append(first)
                scalars = scalars.dropFirst()
            }
        }
        return String(result)
    }
}
