import Foundation
import GraphSimulator
import Testing

@Suite(.timeLimit(.minutes(1)))
struct ConnectionTests {
    @Test func requests_pipelinedOnOneConnection_areAllAnsweredInOrder() async throws {
        try await withSimulator { simulator, client throws in
            let ids = [account, phone, "123", account]
            let requests = ids.enumerated().map { index, id in
                "GET /v23.0/\(id)?fields=id HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(Platform.sampleToken)\r\n"
                    + "Connection: \(index == 3 ? "close" : "keep-alive")\r\n\r\n"
            }
            let text = String(decoding: try client.exchange(Array(requests.joined().utf8), 5), as: UTF8.self)
            let statuses = text.components(separatedBy: "HTTP/1.1 ").dropFirst().map { String($0.prefix(3)) }
            #expect(statuses == ["200", "200", "400", "200"])
            #expect(simulator.requests.map(\.id) == ids)
        }
    }

    @Test func bodyBeyondTheLimit_isRefused() async throws {
        try await withSimulator { simulator, client throws in
            let body = String(repeating: "x", count: 3 << 20)
            let reply = try? client.send("POST", "/v23.0/\(phone)/messages", form: body)
            #expect(reply == nil || reply?.status == 413)
            #expect(simulator.requestCount == 0)
            #expect(try client.get("/v23.0/\(account)").status == 200)
        }
    }

    @Test func bytesThatAreNoHTTP_endTheConnectionOnly() async throws {
        try await withSimulator { _, client throws in
            let answer = try? client.exchange(Array("\u{1}\u{2} nonsense\r\n\r\n".utf8), 2)
            #expect(answer == nil || answer?.isEmpty == true || answer.map { String(decoding: $0, as: UTF8.self).contains("400") } == true)
            #expect(try client.get("/v23.0/\(account)").status == 200)
        }
    }
}
