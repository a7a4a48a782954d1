internal import WhatsAppBusiness

// What an error says about the fields that were asked for: one that Meta refuses fails the whole request, and no two errors say so alike.

extension GraphFailure.Code {
    /// The class of an error, once it is known what was asked for.
    func about(_ request: GraphRequest, _ error: GraphError) -> GraphFailure.Code {
        switch self {
        case .invalidField(let field):
            if let type = error.nodeType {
                let node = GraphNode(type: type)
                // A node of another type does not know the edge, or, where it is asked for itself, its fields.
                let isOfTheNode = request.edge.path.isEmpty ? request.asksTheNode(for: field) : field == request.edge.path
                if isOfTheNode, node != request.edge.node { return .otherNode(node, expected: request.edge.node, field: field) }
            }
            return request.asks(field) ? self : .invalidRequest
        case .transient where error.asksForLess: return .tooMuchData
        case .forbidden, .invalidRequest:
            guard error.mayRefuseFields else { return self }
            if let field = error.field(among: request.names) { return .refusedField(field) }
            return error.code == 100 ? .forbidden : self
        default: return self
        }
    }
}

extension GraphFailure {
    /// Whether it may be about one of several fields that were asked for and not about the thing, though it does not say about which.
    public var mayRefuseFields: Bool { (code == .forbidden || code == .invalidRequest) && (graph?.mayRefuseFields ?? false) }
}

extension GraphError {
    /// Deprecated (12), or a permission that is missing, for the whole or for a field
    /// (https://developers.facebook.com/docs/graph-api/guides/error-handling).
    var mayRefuseFields: Bool {
        guard !isTransient else { return false }
        switch code {
        case 10, 12, 200...299: return true
        // Of a thing that is not to be seen Meta says this, too.
        case 100: return subcode != 33 && says("missing permission") && !says("does not exist")
        default: return false
        }
    }

    /// "Please reduce the amount of data you're asking for, then retry your request", which says nothing about Meta's health.
    var asksForLess: Bool { (code == 1 || code == 2) && says("reduce the amount of data") }

    /// The type in `… on node type (WhatsAppBusinessAccount)`.
    var nodeType: String? {
        guard let message, let marker = message.firstRange(of: "on node type (") else { return nil }
        let name = message[marker.upperBound...].prefix { $0 != ")" }
        return 1...64 ~= name.utf8.count && name.utf8.allSatisfy(\.isOfAName) ? String(name) : nil
    }

    /// The field that the message names, of those that were asked for. A name of one word may be a word of the sentence: it must be marked as a
    /// field's, by brackets, quotes or the word itself.
    func field(among names: Set<String>) -> String? {
        for text in [message, details].compactMap(\.self) {
            var words: [(text: Substring, before: Character?, after: Character?)] = []
            var rest = text[...]
            var before: Character?
            while let first = rest.first {
                let word = rest.prefix { $0.utf8.allSatisfy(\.isOfAName) }
                guard !word.isEmpty else {
                    before = first
                    rest = rest.dropFirst()
                    continue
                }
                rest = rest[word.endIndex...]
                words.append((word, before, rest.first))
                before = word.last
            }
            for (index, word) in words.enumerated() where names.contains(String(word.text)) && word.text != "id" {
                let isMarked = Self.opening.contains(word.before ?? " ") && Self.closing.contains(word.after ?? " ")
                let neighbours = [index - 1, index + 1].filter(words.indices.contains).map { words[$0].text.lowercased() }
                if isMarked || word.text.contains("_") || neighbours.contains(where: Self.marks.contains) { return String(word.text) }
            }
        }
        return nil
    }

    private static let opening: Set<Character> = ["(", "'", "\"", "`", "[", "“", "‘"]
    private static let closing: Set<Character> = [")", "'", "\"", "`", "]", "”", "’"]
    private static let marks: Set<String> = ["field", "fields", "property", "attribute"]

    private func says(_ words: String) -> Bool { message?.lowercased().contains(words) ?? false }
}

extension UInt8 {
    /// Whether it can stand in the name of a field or a type.
    fileprivate var isOfAName: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
