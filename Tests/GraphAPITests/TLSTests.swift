import GraphAPI
import Testing

@Suite(.timeLimit(.minutes(1))) struct TLSTests {
    @Test func certificate_thatNobodyKnows_isRefusedUnlessItsFileIsGiven() async throws {
        let certificate = try Certificate()
        defer { certificate.remove() }
        let server = try LocalProgram(
            "openssl", "s_server", "-accept", "127.0.0.1:0", "-www", "-key", certificate.key, "-cert", certificate.file)
        defer { server.stop() }
        // `ACCEPT 127.0.0.1:12345`
        let port = try #require(server.line(with: "ACCEPT")?.split(separator: ":").last.flatMap { Int($0) })

        var settings = CurlTransport.Settings()
        let untrusting = try CurlTransport(settings)
        defer { untrusting.close() }
        let error = await #expect(throws: TransportError.self) {
            try await untrusting.send(HTTPRequest(url: "https://localhost:\(port)/", headers: [("Authorization", "Bearer EAAG")]))
        }
        #expect(error?.code == .tls && error?.description.contains("EAAG") == false, "\(String(describing: error))")

        settings.extraCAFile = certificate.file
        let trusting = try CurlTransport(settings)
        defer { trusting.close() }
        let response = try await trusting.send(HTTPRequest(url: "https://localhost:\(port)/"))
        #expect(response.status == 200)
        // The name counts too: the certificate is not for the address.
        let other = await #expect(throws: TransportError.self) { try await trusting.send(HTTPRequest(url: "https://127.0.0.1:\(port)/")) }
        #expect(other?.code == .tls, "\(String(describing: other))")
    }
}
