internal import StrictJSON

/// The answers of a batch as they came, each to be read like an answer of its own.
struct BatchAnswer: Sendable {
    /// In the order of the requests.
    let items: [Result<HTTPResponse, GraphFailure>]

    /// Header fields of one item that are read.
    private static let mostHeaders = 64

    /// Reads a body; throws where it is no array of as many items as there were requests, for then nobody can say which is whose.
    init(_ body: [UInt8], of count: Int, limits: JSONLimits) throws(GraphFailure) {
        let value: JSONValue
        do {
            value = try JSONValue(parsing: body, limits: limits, surrogates: .replaced)
        } catch {
            throw GraphFailure(.invalidAnswer("\(JSONError(error.code, at: error.offset))"))
        }
        guard let items = value.array else { throw GraphFailure(.invalidAnswer("the batch's answer is \(value.typeName)")) }
        guard items.count == count else {
            throw GraphFailure(.invalidAnswer("the batch has \(items.count) answers to \(count) requests"))
        }
        self.items = items.map { item in Result { () throws(GraphFailure) in try Self.response(item) } }
    }

    private static func response(_ item: JSONValue) throws(GraphFailure) -> HTTPResponse {
        // So Meta says that this one took too long.
        guard !item.isNull else { throw GraphFailure(.unreachable(TransportError(.timeout, "no answer came in time within the batch"))) }
        guard let code = item["code"]?.integer, 100...599 ~= code else {
            throw GraphFailure(.invalidAnswer("an answer of the batch has no status"))
        }
        guard let body = item["body"]?.string else {
            throw GraphFailure(.invalidAnswer("an answer of the batch has no body"), status: Int(code))
        }
        let headers = (item["headers"]?.array ?? []).prefix(mostHeaders).compactMap { header -> (name: String, value: String)? in
            guard let name = header["name"]?.string, let value = header["value"]?.string else { return nil }
            return (name, value)
        }
        return HTTPResponse(status: Int(code), headers: headers, body: Array(body.utf8))
    }
}
