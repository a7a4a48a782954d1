/// An edge that is asked for as a field of the node that it belongs to: `whatsapp_business_profile{about,email}`, `message_qrdls.limit(25){code}`
/// (https://developers.facebook.com/docs/graph-api/guides/field-expansion).
public struct FieldExpansion: Sendable, Equatable {
    /// The edge's name: the member of the thing that holds what comes.
    public let name: String
    /// As it stands among the fields of a request.
    let text: String
    /// The names of all that is asked for by it, its own included.
    let names: Set<String>

    /// An expansion; `nil` where a field is not made of names, for it would end the expression that it stands in.
    /// - Parameters:
    ///   - fields: the fields of each thing; none for what the edge gives unasked.
    ///   - limit: the most things, where the edge takes a limit.
    ///   - inner: the expansions inside each thing.
    public init?(_ name: String, fields: [String], limit: Int? = nil, inner: [FieldExpansion] = []) {
        let selections = fields.compactMap(FieldSelection.init(checking:))
        guard FieldSelection.isName(name), selections.count == fields.count, limit.map({ $0 > 0 }) ?? true else { return nil }
        let asked = selections.map(\.text) + inner.map(\.text)
        self.name = name
        text = name + (limit.map { ".limit(\($0))" } ?? "") + (asked.isEmpty ? "" : "{\(asked.joined(separator: ","))}")
        names = inner.reduce(into: Set([name] + selections.flatMap(\.names))) { $0.formUnion($1.names) }
    }
}
