/// Where in a document a value stands (RFC 6901): `/quality_score/score`. The empty pointer is the whole document.
public struct JSONPointer: Sendable, Equatable, CustomStringConvertible {
    /// The names, outermost first.
    public var names: [String]

    /// A pointer made of names.
    public init(_ names: [String] = []) { self.names = names }

    /// Reads a pointer's text; `nil` if it neither is empty nor begins with a slash, or holds a tilde that is no escape.
    public init?(parsing text: String) {
        if text.isEmpty {
            names = []
            return
        }
        guard text.hasPrefix("/") else { return nil }
        var names: [String] = []
        for part in text.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            guard let name = Self.unescape(part) else { return nil }
            names.append(name)
        }
        self.names = names
    }

    /// This pointer and one name more.
    public func appending(_ name: String) -> JSONPointer { JSONPointer(names + [name]) }

    /// Whether the other stands at or below this one.
    public func isPrefix(of other: JSONPointer) -> Bool { other.names.starts(with: names) }

    public var description: String { names.map { "/" + Self.escape($0) }.joined() }

    private static func escape(_ name: String) -> String {
        guard name.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else { return name }
        return name.reduce(into: "") { text, character in
            switch character {
            case "~": text += "~0"
            case "/": text += "~1"
            default: text.append(character)
            }
        }
    }

    private static func unescape(_ part: Substring) -> String? {
        var name = ""
        var rest = part
        while let tilde = rest.firstIndex(of: "~") {
            name += rest[..<tilde]
            rest = rest[tilde...].dropFirst()
            switch rest.popFirst() {
            case "0": name += "~"
            case "1": name += "/"
            default: return nil
            }
        }
        return name + rest
    }
}
