/// Text that a terminal may be given: what it would obey, or would hide, is written out. There is no way to make one that does not do so, and
/// outputs take nothing else; so a name from outside is made harmless once, by scalar, wherever it comes from.
public struct PrintableText: Sendable, Equatable {
    /// What a reader sees.
    public private(set) var plain: String
    /// The same with this program's own colours.
    public private(set) var rendered: String

    /// A text from anywhere, on one line: a line break in it is written out too.
    public init(_ text: String) {
        plain = Escape.text.apply(to: text)
        rendered = plain
    }

    /// A JSON text. It stays JSON, and says the same.
    public init(json text: String) {
        plain = Escape.json.apply(to: text)
        rendered = plain
    }

    init(plain: String, rendered: String) {
        self.plain = plain
        self.rendered = rendered
    }

    /// The lines of a text of this program's own that may hold words from outside; tabs stand.
    public static func lines(of text: String) -> [PrintableText] {
        // By scalar: CR and LF together are one Character.
        text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map {
            let line = Escape.tabbed.apply(to: String($0))
            return PrintableText(plain: line, rendered: line)
        }
    }

    /// Whether there is nothing to see.
    public var isEmpty: Bool { plain.isEmpty }

    /// Columns that this takes in a terminal.
    public var displayWidth: Int { plain.displayWidth }

    /// This in at most so many columns, without colour; what is left out is told by an ellipsis.
    public func fitted(to width: Int, ellipsis: String = "…") -> PrintableText {
        guard displayWidth > width else { return self }
        let text = plain.fitted(to: width, ellipsis: ellipsis)
        return PrintableText(plain: text, rendered: text)
    }

    /// Lines of at most so many columns, broken between words, without colour.
    public func wrapped(to width: Int) -> [PrintableText] {
        plain.wrapped(to: width).map { PrintableText(plain: $0, rendered: $0) }
    }

    public static func + (left: PrintableText, right: PrintableText) -> PrintableText {
        PrintableText(plain: left.plain + right.plain, rendered: left.rendered + right.rendered)
    }

    public static func += (left: inout PrintableText, right: PrintableText) {
        left.plain += right.plain
        left.rendered += right.rendered
    }
}

extension PrintableText: ExpressibleByStringInterpolation {
    /// What is put in is made printable; what is so already stays as it is.
    public struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = PrintableText("")

        public init(literalCapacity: Int, interpolationCount: Int) {}

        public mutating func appendLiteral(_ literal: String) { text += PrintableText(literal) }

        public mutating func appendInterpolation(_ part: PrintableText) { text += part }

        public mutating func appendInterpolation(_ part: some Any) { text += PrintableText(String(describing: part)) }
    }

    public init(stringLiteral literal: String) { self.init(literal) }

    public init(stringInterpolation: StringInterpolation) { self = stringInterpolation.text }
}

extension PrintableText: CustomStringConvertible {
    public var description: String { plain }
}

extension Sequence<PrintableText> {
    /// All of them with the separator in between.
    public func joined(separator: PrintableText = "") -> PrintableText {
        var joined: PrintableText?
        for text in self { joined = joined.map { $0 + separator + text } ?? text }
        return joined ?? ""
    }
}
