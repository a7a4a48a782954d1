/// The table of rooms in Architecture.md: `| name | purpose | imports |`, names and imports in backticks.
struct RoomTable {
    struct Row: Equatable {
        var names: [String]
        var purpose: String
        var imports: Set<String>
    }

    var rows: [Row] = []

    /// The table whose head begins with "room".
    init(parsing text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for line in lines.drop(while: { !$0.hasPrefix("| room |") }).dropFirst(2) {
            let cells = line.split(separator: "|").map { $0.trimmingPrefix(/\s+/) }
            guard line.hasPrefix("|"), cells.count == 3 else { return }
            rows.append(Row(names: Self.names(cells[0]), purpose: String(cells[1]), imports: Set(Self.names(cells[2]))))
        }
    }

    private static func names(_ cell: Substring) -> [String] { cell.matches(of: /`([^`]+)`/).map { String($0.1) } }

    /// Where the table, Package.swift and the sources differ; empty where all three say the same.
    func complaints(_ manifest: Manifest, imports: (Manifest.Target) throws -> Set<String>) rethrows -> [String] {
        var complaints: [String] = []
        let names = rows.flatMap(\.names)
        let targets = Set(manifest.targets.map(\.name))
        for name in names where !targets.contains(name) { complaints.append("\(name) has a row and is no target") }
        let others = Set(manifest.others.values)
        for target in manifest.targets {
            let imports = try imports(target)
            complaints += Self.difference(
                "\(target.name): Package.swift and the sources", target.rooms.union(target.others),
                imports.intersection(targets.union(others)))
            let places = rows.indices.filter { rows[$0].names.contains(target.name) }
            guard let place = places.first, places.count == 1 else {
                complaints.append("\(target.name) has \(places.count) rows")
                continue
            }
            complaints += Self.difference("\(target.name): the table and Package.swift", rows[place].imports, target.rooms)
            let above = Set(rows[..<place].flatMap(\.names))
            for name in rows[place].imports.subtracting(above).sorted() {
                complaints.append("\(target.name) imports \(name), whose row does not stand above its own")
            }
        }
        return complaints
    }

    private static func difference(_ what: String, _ one: Set<String>, _ other: Set<String>) -> [String] {
        let (less, more) = (one.subtracting(other).sorted(), other.subtracting(one).sorted())
        return less.map { "\(what): \($0) is only in the first" } + more.map { "\(what): \($0) is only in the second" }
    }
}
