import Testing

@testable import GraphAPI

/// What counts as this machine, the one place where it is decided.
@Suite struct EndpointTests {
    @Test(arguments: ["localhost", "127.0.0.1", "127.255.255.254", "127.0.0.1:8080", "[::1]", "[::1]:1", "LOCALHOST"])
    func loopback_isRecognised(host: String) throws {
        #expect(try Endpoint(baseURL: "http://\(host)", version: "v25.0").isLoopback)
        #expect(Endpoint.isLoopback(authority: Substring(host)))
    }

    @Test(arguments: [
        "127.example.com", "127.0.0.1.example.com", "localhost.example.com", "localhost.", "127.0.0.1.", "0x7f000001", "0x7f.0.0.1",
        "127.1",
        "2130706433", "127.0.0.01", "127.0.0.256", "127.0.0.1.1", "127..0.1", "127.0.0.", "128.0.0.1", "1127.0.0.1", "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]", "[::2]", "[::]", "0.0.0.0", "0", "notlocalhost", "localhost-", "127", "graph.facebook.com",
    ])
    func otherHost_isForeign_whateverItLooksLike(host: String) throws {
        #expect(throws: EndpointError.self) { try Endpoint(baseURL: "http://\(host)", version: "v25.0") }
        #expect(try !Endpoint(baseURL: "https://\(host)", version: "v25.0").isLoopback)
        #expect(!Endpoint.isLoopback(authority: Substring(host)))
    }

    @Test(arguments: [
        "a@127.0.0.1", "127.0.0.1@example.com", "127.0.0.1#@example.com", "127.0.0.1?x", "127.0.0.1/x", "127.0.0.1\\.example.com", "[::1",
        "[::1%lo]", "",
    ])
    func whatIsMoreThanAHost_isRefused(authority: String) {
        #expect(throws: EndpointError.self) { try Endpoint(baseURL: "http://\(authority)", version: "v25.0") }
        #expect(throws: EndpointError.self) { try Endpoint(baseURL: "https://\(authority)", version: "v25.0") }
        #expect(!Endpoint.isLoopback(authority: Substring(authority)))
    }
}
