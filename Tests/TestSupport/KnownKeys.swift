/// The keys that a reader of YAML knows, found out by asking it: at each place a key is tried that no reader knows, and the problem names those that are.
/// So a key that is added to a reader is found without a word here.
package struct KnownKeys {
    /// What a reader says of a text: for each problem its key, with the keys it stands under, and its sentence.
    package typealias Read = (_ text: String) throws -> [(key: String, sentence: String)]

    private static let unknown = "zzz"
    private static let words = "this key is not known; known are "

    private let read: Read
    private let siblings: (String) -> [String]

    /// - Parameters:
    ///   - siblings: members that must stand beside what is tried at a place, such as `name: r`, for the reader to come so far; places are named as in problems.
    ///   - read: the reader.
    package init(besides siblings: @escaping (String) -> [String] = { _ in [] }, _ read: @escaping Read) {
        self.read = read
        self.siblings = siblings
    }

    /// Every key with the keys it stands under; `[]` stands for the elements of a list.
    package func all() throws -> Set<String> { Set(try below([]).map { $0.replacing("[0]", with: "[]") }) }

    /// What a reader says of a value at a place.
    package func problems(of value: String, at place: String) throws -> [String] {
        let steps = place.replacing("[]", with: ".[0]").split(separator: ".").map(String.init)
        let key = place.replacing("[]", with: "[0]")
        return try read(text(steps, value)).filter { $0.key == key }.map(\.sentence)
    }

    private func below(_ steps: [String]) throws -> [String] {
        guard steps.count < 8 else { return [] }
        var found: [String] = []
        for name in try names(at: steps) {
            let inner = steps + [name]
            found.append(Self.key(inner))
            found += try below(inner) + below(inner + ["[0]"])
        }
        return found
    }

    private func names(at steps: [String]) throws -> [String] {
        let key = Self.key(steps + [Self.unknown])
        let sentence = try read(text(steps, "{ \(Self.unknown): 1\(members(beside: steps, "")) }")).first {
            $0.key == key && $0.sentence.hasPrefix(Self.words)
        }?.sentence
        return sentence?.dropFirst(Self.words.count).split(separator: ", ").map(String.init) ?? []
    }

    /// A file in which a value stands at a place, with what must stand beside it.
    private func text(_ steps: [String], _ value: String) -> String {
        var text = value
        for (index, step) in steps.enumerated().reversed() {
            let outer = Array(steps[..<index])
            text = step == "[0]" ? "[ \(text) ]" : "{ \(step): \(text)\(members(beside: outer, step)) }"
        }
        return text
    }

    private func members(beside steps: [String], _ name: String) -> String {
        siblings(Self.key(steps)).filter { !$0.hasPrefix("\(name):") }.map { ", \($0)" }.joined()
    }

    private static func key(_ steps: [String]) -> String {
        steps.reduce("") { $1 == "[0]" ? $0 + $1 : $0.isEmpty ? $1 : "\($0).\($1)" }
    }
}

/// The entries of a manual page's lists, as `.It Cm NAME` begins them.
package struct ManualEntries {
    /// What is said of each, by its name.
    package private(set) var texts: [String: String] = [:]
    /// The headings of the page's parts.
    package private(set) var parts: [String] = []
    /// The names that stand more than once.
    package private(set) var doubled: [String] = []

    /// - Parameter macro: what the names are marked with, such as `Cm` or `Ev`.
    package init(_ page: String, marked macro: String = "Cm") {
        var name: String?
        for line in page.split(separator: "\n").map(String.init) {
            if line.hasPrefix(".It \(macro) ") {
                let entry = String(line.dropFirst(macro.utf8.count + 5).prefix { $0 != " " })
                if texts.updateValue("", forKey: entry) != nil { doubled.append(entry) }
                name = entry
            } else if line.hasPrefix(".It ") || line == ".El" {
                name = nil
            } else if line.hasPrefix(".Ss ") || line.hasPrefix(".Sh ") {
                parts.append(String(line.dropFirst(4)))
                name = nil
            } else if let name {
                texts[name, default: ""] += line.hasPrefix(".Cm ") ? "\(line.dropFirst(4)) " : "\(line) "
            }
        }
    }
}
