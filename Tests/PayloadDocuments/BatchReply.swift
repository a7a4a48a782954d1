public import GraphAPI
public import StrictJSON

/// The reply to a batch: one answer for each request, in their order. Its bodies are JSON inside of strings, still with their secrets.
public enum BatchReply {
    /// The answers; `nil` for one that timed out. Throws `invalidAnswer` if the reply is none.
    public static func responses(_ reply: JSONValue) throws(GraphFailure) -> [HTTPResponse?] {
        guard let items = reply.array, items.count <= 50 else {
            throw GraphFailure(.invalidAnswer("a batch's reply is no array of at most 50 answers"))
        }
        var responses: [HTTPResponse?] = []
        for item in items {
            if item.isNull {
                responses.append(nil)
                continue
            }
            guard let code = item["code"]?.integer, 100..<600 ~= code, let body = item["body"]?.string else {
                throw GraphFailure(.invalidAnswer("an answer of a batch has no code or no body"))
            }
            let headers = (item["headers"]?.array ?? []).prefix(64).compactMap { header -> (name: String, value: String)? in
                guard let name = header["name"]?.string, let value = header["value"]?.string else { return nil }
                return (name, value)
            }
            responses.append(HTTPResponse(status: Int(code), headers: headers, body: Array(body.utf8)))
        }
        return responses
    }
}
