import Foundation

/// A table that reads well on a terminal and can be pasted into Markdown.
struct Table {
    private var rows: [[String]]

    init(_ columns: String...) { rows = [columns] }

    mutating func add(_ cells: String...) { rows.append(cells) }

    /// The first column is text, the others are figures.
    func show() {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        for (index, row) in rows.enumerated() {
            let cells = row.indices.map { column in
                let space = String(repeating: " ", count: widths[column] - row[column].count)
                return column == 0 ? row[column] + space : space + row[column]
            }
            print("| " + cells.joined(separator: " | ") + " |")
            guard index == 0 else { continue }
            let rules = widths.enumerated().map {
                $0 == 0 ? String(repeating: "-", count: $1) : String(repeating: "-", count: $1 - 1) + ":"
            }
            print("| " + rules.joined(separator: " | ") + " |")
        }
        print()
    }
}

extension Double {
    /// With at least three digits that count.
    var figure: String {
        switch abs(self) {
        case 100...: String(format: "%.0f", self)
        case 10..<100: String(format: "%.1f", self)
        default: String(format: "%.2f", self)
        }
    }

    /// Seconds as milliseconds.
    var milliseconds: String { (self * 1e3).figure }
    /// Seconds as microseconds.
    var microseconds: String { (self * 1e6).figure }
}
