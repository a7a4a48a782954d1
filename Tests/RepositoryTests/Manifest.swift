/// The targets of Package.swift that are no tests, in the form in which that is written: each begins a line of its own, eight spaces deep.
struct Manifest {
    struct Target: Equatable {
        var name: String
        /// The folder of its sources.
        var folder: String
        /// The targets that it may import.
        var rooms: Set<String> = []
        /// The modules of other packages that it may import.
        var others: Set<String> = []
    }

    var targets: [Target]
    /// The modules of other packages, by the constants that stand for them.
    var others: [String: String]

    init(parsing text: String) {
        let constant = /^let (\w+): Target\.Dependency = \.product\(name: "(\w+)"/
        let others = text.matches(of: constant.anchorsMatchLineEndings()).map { (String($0.1), String($0.2)) }
        self.others = Dictionary(uniqueKeysWithValues: others)
        targets = []
        var chunk: String?
        for line in text.split(separator: "\n") where !line.contains(/^ *\/\//) {
            if line.contains(/^ {8}[.\w]+\(/) || line == "    ]" {
                add(chunk)
                chunk = ""
            }
            chunk?.append("\(line)\n")
        }
    }

    /// Takes one call out of the list of targets, if it is of one that is no test.
    private mutating func add(_ chunk: String?) {
        let head = /^ {8}(c|room|program|\.target|\.executableTarget)\(\s*(?:name: )?"([^"]+)"/
        guard let chunk, let match = chunk.firstMatch(of: head) else { return }
        let name = String(match.2)
        let path = chunk.firstMatch(of: /path: "([^"]+)"/).map { String($0.1) }
        var target = Target(name: name, folder: path ?? "Sources/\(name)")
        let rest = chunk[match.range.upperBound...]
        if let list = rest.firstMatch(of: /^,\s*(?:dependencies: )?\[([^\]]*)\]/) {
            target.rooms = Set(list.1.matches(of: /"([^"]+)"/).map { String($0.1) })
            target.others = Set(list.1.matches(of: /\b[a-z]\w*/).compactMap { others[String($0.0)] })
        }
        targets.append(target)
    }
}
