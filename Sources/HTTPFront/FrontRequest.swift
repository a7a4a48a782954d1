/// The head of a request, as it came.
package struct FrontRequest: Sendable {
    package var method: String
    /// What stands in the request line: a path, and a query behind it.
    package var target: String
    package var headers: [(name: String, value: String)]
    /// Whether the connection may carry another request behind this one.
    package var isKeptAlive: Bool

    /// A request.
    package init(method: String, target: String, headers: [(name: String, value: String)], isKeptAlive: Bool = true) {
        self.method = method
        self.target = target
        self.headers = headers
        self.isKeptAlive = isKeptAlive
    }

    /// The values of a header, each field by itself.
    package func values(of name: String) -> [String] { headers.filter { $0.name.lowercased() == name }.map(\.value) }

    /// Whether a body follows.
    package var hasBody: Bool {
        !values(of: "transfer-encoding").isEmpty || values(of: "content-length").contains { $0 != "0" }
    }
}
