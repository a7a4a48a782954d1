import StrictJSON

/// A text that is told apart by its bytes, as SQLite does, though Swift takes some texts for the same that are composed in other ways.
struct ExactText: Hashable {
    let text: String

    init(_ text: String) { self.text = text }

    static func == (left: ExactText, right: ExactText) -> Bool { left.text.hasSameUTF8(as: right.text) }
}
