public import StrictJSON

/// One edge of the API as data: its path, what it serves, and what is asked of it unless the caller says otherwise.
public struct Edge: Sendable {
    /// How an answer holds its things.
    public enum Form: Sendable {
        /// The answer is the thing.
        case node
        /// `data` holds one thing, or none.
        case single
        /// `data` holds many things, in pages.
        case list
    }

    /// Its name, for messages.
    public let name: String
    /// The kind of thing that it serves; `nil` if none of the watched ones.
    public let kind: Kind?
    /// What follows the node's id in the path; empty for the node itself.
    public let path: String
    /// The fields that are asked for.
    public let fields: [String]
    /// The most things of a page, where the edge takes one. Meta may give fewer.
    public let limit: Int?
    /// How an answer holds its things.
    public let form: Form
    /// The things' type.
    public let item: any Document.Type
    /// Members that tell a thing of a list apart: the first that is there. A pointer's text.
    public let keys: [String]
    /// Whether a cursor without a `next` may hide another page, so that one more request must settle it.
    public let settlesCursor: Bool

    /// An edge.
    public init(
        _ name: String, kind: Kind?, path: String, fields: [String], limit: Int? = nil, form: Form, item: any Document.Type,
        keys: [String] = [], settlesCursor: Bool = false
    ) {
        self.name = name
        self.kind = kind
        self.path = path
        self.fields = fields
        self.limit = limit
        self.form = form
        self.item = item
        self.keys = keys
        self.settlesCursor = settlesCursor
    }

    /// What tells a thing of this edge apart, if it has one of the key members as text or as a whole number, and of a length that is an id's.
    public func key(of item: JSONValue) -> String? { keys.lazy.compactMap { Self.key(at: $0, of: item) }.first }

    /// Another key that a thing has beside the one that tells it apart: things that share any are one thing.
    public func otherKey(of item: JSONValue) -> String? { keys.lazy.compactMap { Self.key(at: $0, of: item) }.dropFirst().first }

    private static func key(at pointer: String, of item: JSONValue) -> String? {
        let value = (JSONPointer(parsing: pointer)?.names ?? []).reduce(Optional(item)) { $0?[$1] }
        return value?.idText.flatMap { 1...IDList.longest ~= $0.utf8.count ? $0 : nil }
    }

    /// The members of a thing that are of another type than the edge's type expects; at most `most`.
    public func oddities(of item: JSONValue, most: Int = 16) -> [Oddity] { self.item.shape.oddities(in: item, most: most) }

    /// Throws the member of a thing that does not have the shape of the edge's type.
    public func check(_ item: JSONValue) throws(DocumentError) { _ = try self.item.init(item) }
}
