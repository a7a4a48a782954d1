/// A version of the Graph API: `v25.0`. Each lives about two years; an older one is not refused but answered as a newer one.
public struct GraphVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The part before the dot.
    public let major: Int
    /// The part behind the dot.
    public let minor: Int

    /// A version by its parts.
    public init(major: Int, minor: Int = 0) {
        self.major = major
        self.minor = minor
    }

    /// Reads `v25.0` or `25.0`; `nil` if it is something else.
    public init?(parsing text: String) {
        let digits = text.hasPrefix("v") ? text.dropFirst() : Substring(text)
        let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
        let isPlain = parts.allSatisfy { 1...4 ~= $0.utf8.count && $0.utf8.allSatisfy { 0x30...0x39 ~= $0 } }
        guard parts.count == 2, isPlain, let major = Int(parts[0]), let minor = Int(parts[1]) else { return nil }
        self.init(major: major, minor: minor)
    }

    /// The oldest one whose answers are known (pywa 4.5.0).
    public static let oldestKnown = GraphVersion(major: 17)
    /// The newest one whose answers are known (pywa 4.5.0).
    public static let newestKnown = GraphVersion(major: 26)
    /// Whether its answers are known.
    public var isKnown: Bool { Self.oldestKnown...Self.newestKnown ~= self }

    public static func < (left: GraphVersion, right: GraphVersion) -> Bool { (left.major, left.minor) < (right.major, right.minor) }
    public var description: String { "v\(major).\(minor)" }
}
