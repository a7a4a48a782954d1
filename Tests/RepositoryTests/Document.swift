import Foundation

/// A Markdown text of the repository: README.md or one of Sources/Documentation.
struct Document {
    /// A block between fences.
    struct Block: Equatable {
        /// What stands behind its first fence: `sh`, `console`, …
        var language: String
        var lines: [String]
    }

    /// A link as it is written.
    struct Link: Hashable {
        /// Without what stands behind `#`; empty where it leads to a heading of the same document.
        var path: String
        var heading: String?
    }

    /// Below the repository's root.
    var path: String
    var lineCount: Int
    /// The headings as links name them.
    var anchors: Set<String> = []
    var links: Set<Link> = []
    var blocks: [Block] = []
    /// What stands in single backticks outside of blocks.
    var spans: [String] = []

    static let folder = "Sources/Documentation"

    /// README.md and every document, by their paths.
    static func all() throws -> [Document] {
        let names = try FileManager.default.contentsOfDirectory(atPath: Repository.root.appending(path: folder).path())
        let paths = ["README.md"] + names.filter { $0.hasSuffix(".md") }.sorted().map { "\(folder)/\($0)" }
        return try paths.map { Document($0, try Repository.text($0)) }
    }

    init(_ path: String, _ text: String) {
        self.path = path
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last == "" { lines.removeLast() }
        lineCount = lines.count
        var block: Block?
        for line in lines {
            if line.hasPrefix("```") {
                if let done = block {
                    blocks.append(done)
                    block = nil
                } else {
                    block = Block(language: String(line.dropFirst(3)), lines: [])
                }
            } else if block != nil {
                block?.lines.append(line)
            } else {
                take(line)
            }
        }
    }

    private mutating func take(_ line: String) {
        if let heading = line.wholeMatch(of: /#+ (.+)/) { anchors.insert(Self.anchor(String(heading.1))) }
        // In a table a bar is written with a backslash.
        spans += line.matches(of: /`([^`]+)`/).map { String($0.1.replacing("\\|", with: "|")) }
        // What is between backticks is no link.
        for match in line.replacing(/`[^`]+`/, with: "`").matches(of: /\[[^\]]*\]\(([^)#\s]*)(?:#([^)\s]+))?\)/) {
            links.insert(Link(path: String(match.1), heading: match.2.map(String.init)))
        }
    }

    /// A heading as a link names it: lower case, hyphens for spaces, and nothing but letters, digits, hyphens and underscores.
    static func anchor(_ heading: String) -> String {
        String(heading.lowercased().replacing(" ", with: "-").filter { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" })
    }

    /// The links that lead nowhere: to no file below the root, or to no heading of a document.
    func brokenLinks(_ documents: [Document], isThere: (String) -> Bool) -> [String] {
        let folder = URL(filePath: "/" + path).deletingLastPathComponent()
        return links.filter { !$0.path.contains("://") }.compactMap { link in
            let shown = link.path + (link.heading.map { "#\($0)" } ?? "")
            let target = link.path.isEmpty ? path : String(folder.appending(path: link.path).standardized.path().dropFirst())
            guard isThere(target) else { return "\(path): \(shown): there is no \(target)" }
            guard let heading = link.heading else { return nil }
            let isKnown = documents.first { $0.path == target }?.anchors.contains(heading) ?? false
            return isKnown ? nil : "\(path): \(shown): there is no such heading"
        }
        .sorted()
    }

    /// The commands of its shell blocks, without the remark behind each: at the beginning of a line in `sh`, behind `$` or `#` in `console`.
    var commands: [String] {
        blocks.flatMap { block -> [String] in
            switch block.language {
            case "sh": block.lines.filter { !$0.isEmpty }.map { String($0.replacing(/\s+#\s.*$/, with: "")) }
            case "console": block.lines.compactMap { $0.wholeMatch(of: /[$#] (.+)/).map { String($0.1) } }
            default: []
            }
        }
    }
}
