import GraphAPI
import Testing

@Suite(.timeLimit(.minutes(1))) struct CurlTransportTests {
    @Test func answer_ofServer_comesWhole() async throws {
        try await withServer { _ in
            .http(200, "{}", headers: ["X-One: 1", "x-one: 2"])
        } body: { server, transport in
            let response = try await transport.send(HTTPRequest(url: server.baseURL + "/v25.0/1?a=b", headers: [("X-Asked", "yes")]))
            #expect(response.status == 200)
            #expect(response.body == Array("{}".utf8))
            #expect(response.values(of: "x-one") == ["1", "2"])
            #expect(server.requests.first?.hasPrefix("GET /v25.0/1?a=b HTTP/1.1\r\n") == true)
            #expect(server.requests.first?.contains("X-Asked: yes\r\n") == true)
        }
    }

    @Test func status500_isAnAnswer() async throws {
        try await withServer { _ in
            .http(500, "<html>", contentType: "text/html")
        } body: { server, transport in
            let response = try await transport.send(HTTPRequest(url: server.baseURL))
            #expect(response.status == 500)
        }
    }

    @Test func body_thatEndsEarly_isReset() async throws {
        try await expect(.reset) { _ in .bytes(LoopbackServer.Reply.head(200, length: 100) + [1, 2, 3]) }
    }

    @Test func connection_thatIsReset_isReset() async throws {
        try await expect(.reset) { _ in .reset(after: LoopbackServer.Reply.head(200, length: 100)) }
        try await expect(.reset) { _ in .reset(after: []) }
    }

    @Test func answer_thatStalls_timesOut() async throws {
        var settings = CurlTransport.Settings()
        settings.timeout = .milliseconds(150)
        try await expect(.timeout, settings) { _ in .stall(after: []) }
        try await expect(.timeout, settings) { _ in .stall(after: LoopbackServer.Reply.head(200, length: 9)) }
    }

    @Test func body_largerThanTheLimit_isRefused() async throws {
        var settings = CurlTransport.Settings()
        settings.bodyLimit = 1000
        try await withServer(settings) { _ in
            .http(200, String(repeating: "a", count: 1000))
        } body: { server, transport in
            let response = try await transport.send(HTTPRequest(url: server.baseURL))
            #expect(response.body.count == 1000)
        }
        try await expect(.tooLarge, settings) { _ in .http(200, String(repeating: "a", count: 1001)) }
    }

    @Test func header_withoutEnd_isRefused() async throws {
        try await expect(.tooLarge) { _ in
            .bytes(LoopbackServer.Reply.head(200, length: 0, (0..<5000).map { "X-\($0): \(String(repeating: "y", count: 100))" }))
        }
    }

    @Test(arguments: [301, 302, 307, 308]) func redirect_isRefused(status: Int) async throws {
        try await withServer { _ in
            .http(status, "", headers: ["Location: /elsewhere"])
        } body: { server, transport in
            let error = await #expect(throws: TransportError.self) { try await transport.send(HTTPRequest(url: server.baseURL)) }
            #expect(error?.code == .redirect)
            #expect(server.requests.count == 1)
        }
    }

    @Test func bytes_thatAreNoHTTP_areMalformed() async throws {
        try await expect(.malformed) { _ in .bytes(Array("SSH-2.0-x\r\n".utf8)) }
        try await expect(.malformed) { _ in .http(200, "no gzip", headers: ["Content-Encoding: gzip"]) }
    }

    /// A kept connection has ended unnoticed: what reads is sent again, what writes is not, for it may have been carried out.
    @Test(arguments: [("GET", 2), ("POST", 1), ("DELETE", 1)]) func request_onAKeptConnectionThatEnded_isSentAgain_onlyToRead(
        method: String, times: Int
    ) async throws {
        try await withServer { _ in
            .keep(Array("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}".utf8))
        } body: { server, transport in
            _ = try await transport.send(HTTPRequest(url: server.baseURL + "/first"))
            let body = method == "GET" ? nil : Array("{}".utf8)
            _ = try await transport.send(HTTPRequest(method: method, url: server.baseURL + "/second", body: body))
            #expect(server.requests.count { $0.hasPrefix("\(method) /second ") } == times)
        }
    }

    @Test func port_whereNobodyListens_isConnect() async throws {
        let server = try LoopbackServer { _ in .bytes([]) }
        server.close()
        let error = await #expect(throws: TransportError.self) { try await CurlTransport().send(HTTPRequest(url: "http://127.0.0.1:1/")) }
        #expect(error?.code == .connect)
    }

    @Test func task_thatIsCancelled_endsItsRequest() async throws {
        let (arrivals, arrived) = AsyncStream.makeStream(of: Void.self)
        try await withServer { _ in
            arrived.yield()
            return .stall(after: [])
        } body: { server, transport in
            let url = server.baseURL
            let code = await withTaskGroup(of: TransportError.Code?.self) { group in
                group.addTask {
                    do throws(TransportError) { _ = try await transport.send(HTTPRequest(url: url)) } catch { return error.code }
                    return nil
                }
                for await _ in arrivals { break }
                group.cancelAll()
                return await group.next() ?? nil
            }
            #expect(code == .cancelled)
        }
    }

    @Test func request_ofCancelledTask_isCancelled() async throws {
        try await withServer { _ in
            .stall(after: [])
        } body: { server, transport in
            let url = server.baseURL
            let code = await withTaskGroup(of: TransportError.Code?.self) { group in
                group.cancelAll()
                group.addTask {
                    do throws(TransportError) { _ = try await transport.send(HTTPRequest(url: url)) } catch { return error.code }
                    return nil
                }
                return await group.next() ?? nil
            }
            #expect(code == .cancelled)
        }
    }

    @Test func transport_thatIsClosed_endsEveryRequest() async throws {
        let (arrivals, arrived) = AsyncStream.makeStream(of: Void.self)
        try await withServer { _ in
            arrived.yield()
            return .stall(after: [])
        } body: { server, transport in
            let url = server.baseURL
            await withTaskGroup(of: TransportError.Code?.self) { group in
                for _ in 0..<3 {
                    group.addTask {
                        do throws(TransportError) { _ = try await transport.send(HTTPRequest(url: url)) } catch { return error.code }
                        return nil
                    }
                }
                var count = 0
                for await _ in arrivals {
                    count += 1
                    if count == 3 { break }
                }
                transport.close()
                for await code in group { #expect(code == .closed) }
            }
            let error = await #expect(throws: TransportError.self) { try await transport.send(HTTPRequest(url: url)) }
            #expect(error?.code == .closed)
        }
    }

    @Test func manyRequests_areAllAnswered() async throws {
        try await withServer { head in
            .http(200, String(head.split(separator: " ")[1]))
        } body: { server, transport in
            let url = server.baseURL
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<200 {
                    group.addTask {
                        let response = try await transport.send(HTTPRequest(url: "\(url)/\(index)"))
                        #expect(String(decoding: response.body, as: UTF8.self) == "/\(index)")
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func caFile_thatIsNone_isRefused() {
        var settings = CurlTransport.Settings()
        settings.extraCAFile = "/nonexistent"
        let error = #expect(throws: TransportError.self) { try CurlTransport(settings) }
        #expect(error?.code == .tls)
    }

    private func expect(
        _ code: TransportError.Code, _ settings: CurlTransport.Settings = .init(),
        reply: @escaping @Sendable (String) -> LoopbackServer.Reply
    ) async throws {
        try await withServer(settings, reply: reply) { server, transport in
            let error = await #expect(throws: TransportError.self) { try await transport.send(HTTPRequest(url: server.baseURL)) }
            #expect(error?.code == code, "\(String(describing: error))")
        }
    }
}

func withServer(
    _ settings: CurlTransport.Settings = .init(), reply: @escaping @Sendable (String) -> LoopbackServer.Reply,
    body: (LoopbackServer, CurlTransport) async throws -> Void
) async throws {
    let server = try LoopbackServer(reply)
    let transport = try CurlTransport(settings)
    defer {
        transport.close()
        server.close()
    }
    try await body(server, transport)
}
