import Dispatch
import Glibc
import StrictJSON
import TestSupport
import Testing

@testable import Varlink

/// A server that answers the first bytes of each connection with bytes of the test's choice, and then closes.
private func withAnswer<Value: Sendable>(
    _ answer: String, closes: Bool = true, _ body: @escaping @Sendable (VarlinkClient) async throws -> Value
) async throws -> Value {
    let path = temporarySocketPath()
    let listening = try ListeningSocket.path(path, mode: 0o600).open()
    _ = fcntl(listening.descriptor, F_SETFL, 0)
    // A serial queue each: what blocks on a concurrent one takes a thread from Swift's tasks.
    DispatchQueue(label: "accepting").async {
        while true {
            let descriptor = accept(listening.descriptor, nil, nil)
            guard descriptor >= 0 else { return }
            DispatchQueue(label: "answering").async {
                var chunk = [UInt8](repeating: 0, count: 4096)
                while recv(descriptor, &chunk, chunk.count, 0) > 0 {
                    _ = send(descriptor, answer, answer.utf8.count, Int32(MSG_NOSIGNAL))
                    if closes { break }
                }
                close(descriptor)
            }
        }
    }
    defer {
        shutdown(listening.descriptor, Int32(SHUT_RDWR))
        close(listening.descriptor)
        listening.remove()
    }
    let client = try await VarlinkClient.connect(path: path)
    return try await body(client)
}

@Suite(.inTurn, .timeLimit(.minutes(1))) struct ClientTests {
    /// As where somebody connects as fast as can be: who does not wait is told EAGAIN.
    @Test func connect_toASocketWithAFullQueue_waitsForItsPlace() async throws {
        let path = temporarySocketPath()
        let listening = try ListeningSocket.path(path, mode: 0o600).open()
        defer {
            close(listening.descriptor)
            listening.remove()
        }
        try #require(listen(listening.descriptor, 0) == 0)
        let first = try await VarlinkClient.connect(path: path)
        async let second = VarlinkClient.connect(path: path)
        // It is turned away until the first is let in.
        await #expect(throws: ConnectionFailed.self) { try await VarlinkClient.connect(path: path, timeout: .milliseconds(50)) }
        _ = fcntl(listening.descriptor, F_SETFL, 0)
        let accepted = accept(listening.descriptor, nil, nil)
        defer { close(accepted) }
        await (try second).close()
        await first.close()
    }

    @Test(arguments: [
        ("x\0", ProtocolViolation.badJSON(JSONError(.unexpectedByte, at: 0))), ("[]\0", .noObject),
        (#"{"continues":1}"# + "\0", .badMember("continues")),
        (#"{"continues":true,"error":"a.B"}"# + "\0", .severalFlags), (#"{"other":true}"# + "\0", .unknownMember("other")),
        (#"{"continues":true}"# + "\0", .unexpectedReply),
    ])
    func reply_thatBreaksTheProtocol_isThrown(answer: String, violation: ProtocolViolation) async throws {
        try await withAnswer(answer) { client in
            _ = await #expect(throws: violation) { try await client.call("a.B") }
            if violation != .unexpectedReply {
                _ = await #expect(throws: violation) { for try await _ in client.stream("a.B") {} }
            }
        }
    }

    @Test(arguments: ["", #"{"parameters":{"#]) func server_thatClosesBeforeTheReply_isToldApart(answer: String) async throws {
        try await withAnswer(answer) { client in
            _ = await #expect(throws: ConnectionClosed()) { try await client.call("a.B") }
            _ = await #expect(throws: ConnectionClosed()) { for try await _ in client.stream("a.B") {} }
            _ = await #expect(throws: ConnectionClosed()) { try await client.call("a.B") }
        }
    }

    @Test func server_thatClosesInTheMiddleOfAStream_isToldAfterTheReplies() async throws {
        try await withAnswer(#"{"continues":true,"parameters":{"a":1}}"# + "\0") { client in
            var replies: [JSONObject] = []
            await #expect(throws: ConnectionClosed()) { for try await reply in client.stream("a.B") { replies.append(reply) } }
            #expect(replies == [["a": 1]])
        }
    }

    @Test func replies_thatWereNotAskedFor_closeTheConnection() async throws {
        try await withAnswer("{}\0{}\0", closes: false) { client in
            let reply = try await client.call("a.B")
            #expect(reply.isEmpty)
            await #expect(throws: ProtocolViolation.unexpectedReply) { while true { _ = try await client.call("a.B") } }
        }
    }

    @Test func reply_withMembersThatNobodyKnows_isTaken() async throws {
        try await withAnswer(#"{"parameters":{"new":1},"org.vendor.x":{}}"# + "\0") { client in
            let reply = try await client.call("a.B")
            #expect(reply == ["new": 1])
        }
    }

    @Test func connect_whereNobodyIs_fails() async throws {
        let path = temporarySocketPath()
        await #expect(throws: ConnectionFailed(path: path, number: ENOENT)) { try await VarlinkClient.connect(path: path) }
    }

    @Test func call_thatIsCancelled_leavesTheOthersTheirReplies() async throws {
        let (started, hasStarted) = AsyncStream<Void>.makeStream()
        let (released, release) = AsyncStream<Void>.makeStream()
        let interface = try protocolInterface(waiting: {
            hasStarted.yield()
            for await _ in released { break }
        })
        try await withServer([interface]) { path in
            let client = try await VarlinkClient.connect(path: path)
            await withTaskGroup { group in
                group.addTask { _ = await #expect(throws: CancellationError.self) { try await client.call("org.example.test.Wait") } }
                for await _ in started { break }
                group.cancelAll()
            }
            release.finish()
            let reply = try await client.call("org.example.test.Echo", ["text": "mine"])
            #expect(reply["text"] == "mine")
        }
    }

    @Test func stream_thatIsLeft_endsItsCallAndNoOther() async throws {
        let (ended, hasEnded) = AsyncStream<Void>.makeStream()
        let interface = try TestInterface(
            "interface org.example.test\nmethod Endless() -> (number: int)\nmethod Ping() -> ()",
            [
                "Endless": { _, replies in
                    defer { hasEnded.yield() }
                    while true { try await replies.send(["number": 1]) }
                },
                "Ping": { _, _ in [:] },
            ])
        try await withServer([interface]) { path in
            let client = try await VarlinkClient.connect(path: path)
            var taken = 0
            for try await _ in client.stream("org.example.test.Endless") {
                taken += 1
                if taken == 100 { break }
            }
            for await _ in ended { break }
            let reply = try await client.call("org.example.test.Ping")
            #expect(reply.isEmpty)
        }
    }

    @Test func call_oneway_isMade() async throws {
        let (notes, noted) = AsyncStream<String>.makeStream()
        try await withServer([protocolInterface(noting: { noted.yield($0) })]) { path in
            let client = try await VarlinkClient.connect(path: path)
            try await client.send(oneway: "org.example.test.Note", ["text": "hello"])
            for await note in notes {
                #expect(note == "hello")
                break
            }
            let reply = try await client.call("org.example.test.Echo", ["text": "a"])
            #expect(reply["text"] == "a")
        }
    }
}
