/// A value of a list that Meta extends without a new version: the known case where there is one, and always the text as it came.
///
/// The reference sheet's section 4.11 says why: a client that folds what it does not know into `UNKNOWN` has lost it.
public struct Open<Known: RawRepresentable<String> & Sendable>: Sendable {
    /// The text as it came.
    public let rawText: String
    /// The case it names, regardless of letter case (Meta's pages and answers differ in it).
    public var known: Known? { Known(rawValue: rawText) ?? Known(rawValue: rawText.uppercased()) ?? Known(rawValue: rawText.lowercased()) }

    /// A value by its text.
    public init(_ rawText: String) { self.rawText = rawText }
    /// A known value.
    public init(_ known: Known) { rawText = known.rawValue }
}

extension Open: Equatable, Hashable, CustomStringConvertible where Known: Equatable {
    public static func == (left: Open, right: Known?) -> Bool { right != nil && left.known == right }
    public var description: String { rawText }
}
