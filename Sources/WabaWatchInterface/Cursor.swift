/// A place in the log of changes: it names a ledger and a sequence. Only the daemon that gave it out knows what is in it.
public struct Cursor: Sendable, Hashable, CustomStringConvertible {
    /// Its text.
    public let text: String

    /// A cursor by its text, which is not polled.
    public init(_ text: String) { self.text = text }

    public var description: String { text }
}
