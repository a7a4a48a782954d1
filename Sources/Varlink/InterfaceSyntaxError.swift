/// Why a text is no interface, and where.
public struct InterfaceSyntaxError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong, in a sentence.
    public let sentence: String
    /// The line, from one.
    public let line: Int
    /// The column in bytes, from one.
    public let column: Int

    public var description: String { "line \(line), column \(column): \(sentence)" }
}
