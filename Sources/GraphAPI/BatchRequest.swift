internal import StrictJSON

/// Several reads in one request (https://developers.facebook.com/docs/graph-api/batch-requests). It saves time on the way and nothing of the budget: each
/// counts as a call.
public struct BatchRequest: Sendable {
    /// So many requests make a batch at most.
    public static let most = 50

    /// The requests, in the order of their answers.
    public let requests: [GraphRequest]

    /// A batch; `nil` where there are none, too many, or one that writes: what was carried out of a batch that nobody answered is not known.
    public init?(_ requests: [GraphRequest]) {
        guard 1...Self.most ~= requests.count, requests.allSatisfy({ $0.method == .get && $0.body == nil }) else { return nil }
        self.requests = requests
    }

    /// The form that is sent, without secrets. With `include_headers`, for the budget of each is told in its own.
    func form(_ version: GraphVersion) -> [UInt8] {
        let parts = requests.map { request -> JSONValue in
            // The version is that of the batch.
            let path = request.path(version).dropFirst("/\(version)/".utf8.count)
            return ["method": "GET", "relative_url": .string(path + (request.query.isEmpty ? "" : "?" + request.query))]
        }
        return Array("include_headers=true&batch=\(JSONValue.array(parts).description.percentEncoded)".utf8)
    }
}
