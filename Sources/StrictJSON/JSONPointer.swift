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
        // By bytes: a slash and a mark that combines with it are one Character.
        guard text.utf8.first == UInt8(ascii: "/") else { return nil }
        var names: [String] = []
        for part in text.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
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
        var bytes: [UInt8] = []
        for byte in name.utf8 {
            switch byte {
            case UInt8(ascii: "~"): bytes.append(contentsOf: "~0".utf8)
            case UInt8(ascii: "/"): bytes.append(contentsOf: "~1".utf8)
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func unescape(_ part: Substring.UTF8View) -> String? {
        var bytes: [UInt8] = []
        var rest = part[...]
        while let tilde = rest.firstIndex(of: UInt8(ascii: "~")) {
            bytes.append(contentsOf: rest[..<tilde])
            rest = rest[tilde...].dropFirst()
            switch rest.popFirst() {
            case UInt8(ascii: "0"): bytes.append(UInt8(ascii: "~"))
            case UInt8(ascii: "1"): bytes.append(UInt8(ascii: "/"))
            default: return nil
            }
        }
        return String(decoding: bytes + rest, as: UTF8.self)
    }
}
