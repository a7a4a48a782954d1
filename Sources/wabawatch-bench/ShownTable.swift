import Foundation

/// Reads what `Table` has shown.
enum ShownTable {
    /// Where a figure stands.
    struct Place: Hashable {
        /// Which table of a run it is in, from zero.
        var table: Int
        var row: String
        var column: String
    }

    /// The figures of all tables in a program's output, in their order. A figure may be followed by its unit; what is none is left out.
    static func figures(in output: String) -> [(Place, Double)] {
        var figures: [(Place, Double)] = []
        var (table, columns) = (-1, [String]())
        let lines = output.split(separator: "\n", omittingEmptySubsequences: false).map(cells)
        for (index, cells) in lines.enumerated() {
            guard let cells, let name = cells.first else { continue }
            if index + 1 < lines.count, let next = lines[index + 1], isRule(next) {
                (table, columns) = (table + 1, cells)
            } else if !isRule(cells) {
                for (column, cell) in zip(columns, cells).dropFirst() {
                    let words = cell.split(separator: " ")
                    guard words.count == 1 || words.count == 2, let figure = Double(words[0]) else { continue }
                    figures.append((Place(table: table, row: name, column: column), figure))
                }
            }
        }
        return figures
    }

    private static func cells(_ line: Substring) -> [String]? {
        guard line.hasPrefix("| "), line.hasSuffix(" |") else { return nil }
        return line.dropFirst().dropLast().split(separator: "|", omittingEmptySubsequences: false)
            .map { $0.trimmingCharacters(in: .whitespaces) }
    }

    private static func isRule(_ cells: [String]) -> Bool {
        cells.allSatisfy { !$0.isEmpty && $0.allSatisfy { $0 == "-" || $0 == ":" } }
    }
}
