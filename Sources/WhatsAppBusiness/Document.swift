public import StrictJSON

/// A typed view of one of the platform's things. The JSON beneath is kept whole: members that nobody knows, the raw text of enums, and the
/// difference between a member that is missing, `null` or empty.
public protocol Document: Sendable, Equatable, CustomStringConvertible {
    /// What the known members must look like.
    static var shape: Shape { get }
    /// The document as it came.
    var json: JSONObject { get }
    /// A view of a document, which `init(_:)` checks first. In one that does not have the shape, the members that are of another type are `nil`, and no
    /// others.
    init(checked json: JSONObject)
}

extension Document {
    /// A view of a document. Throws the member that does not have its shape.
    public init(_ json: JSONValue) throws(DocumentError) {
        guard let object = json.object else { throw DocumentError(at: JSONPointer(), expected: "an object", found: json.typeName) }
        try Self.shape.check(json)
        self.init(checked: object)
    }

    public var description: String { JSONValue.object(json).description }

    package func text(_ name: String) -> String? { json[name]?.string }
    package func open<Known>(_ name: String) -> OpenEnum<Known>? { json[name]?.string.map { OpenEnum($0) } }
    package func flag(_ name: String) -> Bool? { json[name]?.bool }
    package func integer(_ name: String) -> Int64? { json[name]?.integer }
    /// An id, whichever way Meta sent it.
    package func id(_ name: String) -> String? { json[name]?.idText }
    package func part<Part: Document>(_ name: String) -> Part? { json[name]?.object.map(Part.init(checked:)) }
    package func texts(_ name: String) -> [String]? { json[name]?.array?.compactMap(\.string) }
    package func parts<Part: Document>(_ name: String) -> [Part]? { json[name]?.array?.compactMap { $0.object.map(Part.init(checked:)) } }
    package func double(_ name: String) -> Double? { json[name]?.double }
    package func ids(_ name: String) -> [String]? { json[name]?.array?.compactMap(\.idText) }
    /// A whole number that some messages send as text.
    package func lenientInteger(_ name: String) -> Int64? { json[name]?.integer ?? json[name]?.string.flatMap { Int64($0) } }
    /// The things of an edge that was asked for as a field: `{"data": […]}`.
    package func data<Part: Document>(_ name: String) -> [Part]? {
        json[name]?["data"]?.array?.compactMap { $0.object.map(Part.init(checked:)) }
    }
}
