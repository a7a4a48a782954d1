/// The head of a request, as it came.
struct FrontRequest: Sendable {
    var method: String
    /// What stands in the request line: a path, and a query behind it.
    var target: String
    var headers: [(name: String, value: String)]
    /// Whether the connection may carry another request behind this one.
    var isKeptAlive = true

    /// The values of a header, each field by itself.
    func values(of name: String) -> [String] { headers.filter { $0.name.lowercased() == name }.map(\.value) }

    /// Whether a body follows.
    var hasBody: Bool {
        !values(of: "transfer-encoding").isEmpty || values(of: "content-length").contains { $0 != "0" }
    }
}
