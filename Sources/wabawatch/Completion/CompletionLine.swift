import WhatsAppBusiness

/// A command line as far as it is written, as a shell hands it over for completion: what stands in it that narrows the answer.
struct CompletionLine: Equatable {
    /// What the word that is to be completed begins with.
    let prefix: String
    /// The values of options before that word, by the options' names.
    private(set) var options: [String: [String]] = [:]
    /// The words before it that are neither options nor their values, without the names of commands.
    private(set) var positionals: [String] = []

    /// The options that take no value; every other one takes the next word.
    static let flags: Set = [
        "--all", "--ascii", "--dry-run", "--force", "--help", "--more", "--no-pager", "--reverse", "--snapshot", "--version", "--yes", "-h",
        "-r", "-y",
    ]
    /// The commands that have commands of their own.
    private static let groups: Set = ["qr", "help"]

    /// - Parameters:
    ///   - words: the words of the line, the program first, with their quotes. bash makes an equals sign a word of its own.
    ///   - index: which of them is to be completed. What stands behind it is passed over.
    init(_ words: [String], at index: Int) {
        prefix = words.indices.contains(index) ? Self.unquoted(words[index]) : ""
        var pending: String?
        var isOver = false
        for word in words.prefix(max(0, index)).dropFirst().map(Self.unquoted) where word != "=" {
            if let name = pending {
                options[name, default: []].append(word)
                pending = nil
            } else if isOver || !word.hasPrefix("-") || word == "-" {
                positionals.append(word)
            } else if word == "--" {
                isOver = true
            } else if let equals = word.firstIndex(of: "=") {
                options[String(word[..<equals]), default: []].append(String(word[word.index(after: equals)...]))
            } else if !Self.flags.contains(word) {
                pending = word
            }
        }
        positionals.removeFirst(min(positionals.count, positionals.first.map(Self.groups.contains) == true ? 2 : 1))
    }

    /// The kinds that are named: by `--kind`, or as the first word behind the command.
    var kinds: Set<Kind> { Set(((options["--kind"] ?? []) + positionals.prefix(1)).compactMap { Kind(argument: $0) }) }

    /// The accounts that are named, by `--account` or at a place behind the command; `nil` where none is.
    func accounts(at place: Int?) -> Set<String>? {
        let named =
            (options["--account"] ?? []) + (place.flatMap { positionals.indices.contains($0) ? positionals[$0] : nil }.map { [$0] } ?? [])
        return named.isEmpty ? nil : Set(named)
    }

    /// A word without its quotes, the last of which may be missing yet.
    private static func unquoted(_ word: String) -> String {
        guard let quote = word.first, quote == "'" || quote == "\"" else { return word.replacing("\\", with: "") }
        let inner = word.dropFirst()
        return String(inner.last == quote ? inner.dropLast() : inner)
    }
}
