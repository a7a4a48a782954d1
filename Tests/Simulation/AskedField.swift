import WhatsAppBusiness

/// One name of `fields=`, as Meta reads it: `message_qrdls.limit(25){code,deep_link_url}`.
struct AskedField {
    var name: String
    var limit: Int?
    var inner: [AskedField] = []

    /// The kind whose edge it names; `nil` for a member.
    var kind: Kind? { Self.kinds[name] }

    private static let kinds: [String: Kind] = Edge.watched.reduce(into: [:]) { kinds, edge in
        if !edge.path.isEmpty { kinds[edge.path] = edge.kind }
    }

    /// Reads a selection; `nil` where it is none.
    static func read(_ text: String) -> [AskedField]? {
        var rest = Substring(text)
        let fields = list(&rest)
        return rest.isEmpty ? fields : nil
    }

    private static func list(_ rest: inout Substring) -> [AskedField] {
        var fields: [AskedField] = []
        while !rest.isEmpty, rest.first != "}" {
            let name = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
            guard !name.isEmpty else { return fields }
            rest = rest.dropFirst(name.count)
            var field = AskedField(name: String(name))
            if rest.hasPrefix(".limit(") {
                let digits = rest.dropFirst(7).prefix { $0.isNumber }
                field.limit = Int(digits)
                rest = rest.dropFirst(7 + digits.count)
                guard rest.first == ")" else { return fields }
                rest.removeFirst()
            }
            if rest.first == "{" {
                rest.removeFirst()
                field.inner = list(&rest)
                guard rest.first == "}" else { return fields }
                rest.removeFirst()
            }
            fields.append(field)
            guard rest.first == "," else { return fields }
            rest.removeFirst()
        }
        return fields
    }
}
