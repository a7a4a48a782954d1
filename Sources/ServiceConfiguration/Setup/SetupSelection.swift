/// Which entries of a list somebody means.
enum SetupSelection {
    /// Reads `all`, `1`, `1,3` and `2-4`, with commas or spaces between; `nil` where it is something else, or names what is not there.
    static func read(_ text: String, of count: Int) -> [Int]? {
        if text.lowercased() == "all" { return Array(0..<count) }
        var chosen: Set<Int> = []
        let parts = text.split(whereSeparator: { $0 == "," || $0 == " " })
        guard !parts.isEmpty, text.utf8.count <= 4096 else { return nil }
        for part in parts {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
            guard let first = ends[0], let last = ends.count == 1 ? first : ends[1], ends.count <= 2, 1 <= first, first <= last,
                last <= count
            else { return nil }
            chosen.formUnion(first - 1...last - 1)
        }
        return chosen.sorted()
    }
}
