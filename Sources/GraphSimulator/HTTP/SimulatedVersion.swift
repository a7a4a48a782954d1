/// A version of the Graph API: `v25.0`.
public struct SimulatedVersion: Sendable, Comparable, CustomStringConvertible {
    /// Before the point.
    public var major: Int
    /// Behind it.
    public var minor: Int

    /// A version.
    public init(_ major: Int, _ minor: Int) {
        self.major = major
        self.minor = minor
    }

    /// Reads `v25.0`; `nil` if it is something else.
    init?(parsing text: some StringProtocol) {
        guard text.first == "v" else { return nil }
        let parts = text.dropFirst().split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let major = UInt16(parts[0]), let minor = UInt16(parts[1]) else { return nil }
        self.init(Int(major), Int(minor))
    }

    public var description: String { "v\(major).\(minor)" }
    public static func < (left: SimulatedVersion, right: SimulatedVersion) -> Bool { (left.major, left.minor) < (right.major, right.minor) }
}
