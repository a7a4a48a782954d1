import Printing

/// Rows under titles, as wide as what stands in them; where that is wider than the page, columns that may be cut are.
struct Table {
    struct Column {
        var title: String
        /// Columns that it may be cut down to; `nil` where it may not be.
        var least: Int?
        var isRight = false
    }

    struct Cell {
        var text: PrintableText
        var style = Style.plain
        init(_ text: String, _ style: Style = .plain) {
            self.text = PrintableText(text)
            self.style = style
        }
    }

    var columns: [Column]
    var rows: [[Cell]] = []

    /// The titles and the rows; nothing where there are no rows.
    func lines(_ page: Page) -> [PrintableText] {
        guard !rows.isEmpty else { return [] }
        let filled = columns.indices.filter { index in rows.contains { !$0[index].text.isEmpty } }
        let full = Table(columns: filled.map { columns[$0] }, rows: rows.map { row in filled.map { row[$0] } })
        return full.laidOut(page)
    }

    /// Columns that hold nothing are left out before.
    private func laidOut(_ page: Page) -> [PrintableText] {
        let widths = fit(page.width)
        let titles = line(columns.map { Cell($0.title, .bold) }, widths, page)
        return [titles] + rows.map { line($0, widths, page) }
    }

    private func fit(_ width: Int?) -> [Int] {
        var widths = columns.indices.map { index in rows.reduce(columns[index].title.displayWidth) { max($0, $1[index].text.displayWidth) }
        }
        guard let width else { return widths }
        var excess = widths.reduce(0, +) + widths.count - 1 - width
        while excess > 0 {
            // The widest that may be cut gives way first.
            let candidates = widths.indices.filter { widths[$0] > columns[$0].least ?? .max }
            guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { break }
            widths[widest] -= 1
            excess -= 1
        }
        return widths
    }

    private func line(_ cells: [Cell], _ widths: [Int], _ page: Page) -> PrintableText {
        var line: PrintableText = ""
        var pad = 0
        for (index, cell) in cells.enumerated() {
            let text = cell.text.fitted(to: widths[index], ellipsis: page.ellipsis)
            let space = widths[index] - text.displayWidth
            let before = columns[index].isRight ? space : 0
            if !text.isEmpty {
                line += "\(String(repeating: " ", count: pad + before))\(page.paint(text, cell.style))"
                pad = 0
            } else {
                pad += before
            }
            pad += space - before + 1
        }
        return line
    }
}
