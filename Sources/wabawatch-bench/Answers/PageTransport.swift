import GraphAPI
import WhatsAppBusiness

/// Answers every request with one page at once, so that only the reading of it is measured.
struct PageTransport: Transport {
    let page: [UInt8]

    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse { HTTPResponse(status: 200, body: page) }

    /// A client that gets the page, and the request that it belongs to.
    static func client(of page: [UInt8]) throws -> (client: GraphClient, request: GraphRequest) {
        let endpoint = try Endpoint(baseURL: "https://graph.facebook.com", version: "v23.0")
        let client = GraphClient(endpoint: endpoint, token: try AccessToken("EAAsample"), transport: PageTransport(page: page))
        return (client, GraphRequest(.blockedUsers, id: "106540352242922"))
    }
}
