import StrictJSON
import TestSupport
import Testing
import Varlink

private let text = """
    interface org.example.test
    type Shape (kind: (circle, square), size: ?int)
    method Echo(text: string) -> (text: string)
    method Draw(shapes: []Shape, labels: ?[string]string) -> (count: int)
    method Count(to: int) -> (number: int)
    method Fail() -> ()
    method Crash() -> ()
    method Missing() -> ()
    method Who() -> (user: int)
    method Wait() -> ()
    error Failed (why: string)
    """

private func interface(waiting: @escaping @Sendable () async throws -> Void = {}) throws -> TestInterface {
    struct Broken: Error {}
    return try TestInterface(
        text,
        [
            "Echo": { call, _ in ["text": call.parameters["text"] ?? .null] },
            "Draw": { call, _ in ["count": .integer(call.parameters["shapes"]?.array?.count ?? 0)] },
            "Count": { call, replies in
                let last = call.parameters["to"]?.integer ?? 0
                for number in 1..<last { try await replies.send(["number": .integer(number)]) }
                return ["number": .integer(last)]
            },
            "Fail": { _, _ in throw VarlinkError("org.example.test.Failed", ["why": "because"]) },
            "Crash": { _, _ in throw Broken() },
            "Who": { call, _ in ["user": .integer(call.peer.userID)] },
            "Wait": { _, _ in
                try await waiting()
                return [:]
            },
        ])
}

@Suite(.inTurn, .timeLimit(.minutes(1))) struct ServerTests {
    @Test func service_askedForItself_tellsIdentityAndInterfaces() async throws {
        try await withServer([interface()]) { path in
            let client = try await VarlinkClient.connect(path: path)
            let info = try await client.call("org.varlink.service.GetInfo")
            #expect(info["product"] == "Server")
            #expect(info["interfaces"] == ["org.varlink.service", "org.example.test"])
            let reply = try await client.describe("org.example.test")
            #expect(reply.text == text)
            await #expect(throws: VarlinkError.interfaceNotFound("org.example.other")) { try await client.describe("org.example.other") }
        }
    }

    @Test func call_ofAMethod_isAnswered() async throws {
        try await withServer([interface()]) { path in
            let client = try await VarlinkClient.connect(path: path)
            let reply = try await client.call("org.example.test.Echo", ["text": "é\u{0}\n"])
            #expect(reply == ["text": "é\u{0}\n"])
            await #expect(throws: VarlinkError("org.example.test.Failed", ["why": "because"])) {
                try await client.call("org.example.test.Fail")
            }
        }
    }

    @Test func calls_madeTogether_areEachAnsweredWithTheirOwn() async throws {
        try await withServer([interface()]) { path in
            let client = try await VarlinkClient.connect(path: path)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<500 {
                    group.addTask {
                        let text = JSONValue.string("\(number)")
                        let reply = try await client.call("org.example.test.Echo", ["text": text])
                        #expect(reply["text"] == text)
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test(arguments: [
        ("org.example.none.Echo", "{}", VarlinkError.interfaceNotFound("org.example.none")),
        ("Echo", "{}", .interfaceNotFound("Echo")),
        ("org.example.test.None", "{}", .methodNotFound("org.example.test.None")),
        ("org.example.test.Missing", "{}", .methodNotImplemented("org.example.test.Missing")),
        ("org.example.test.Count", #"{"to":2}"#, .expectedMore),
        ("org.example.test.Echo", "{}", .invalidParameter("text")),
        ("org.example.test.Echo", #"{"text":null}"#, .invalidParameter("text")),
        ("org.example.test.Echo", #"{"text":1}"#, .invalidParameter("text")),
        ("org.example.test.Echo", #"{"text":"a","more":1}"#, .invalidParameter("more")),
        ("org.example.test.Count", #"{"to":1.5}"#, .invalidParameter("to")),
        ("org.example.test.Count", #"{"to":9223372036854775808}"#, .invalidParameter("to")),
        ("org.example.test.Draw", #"{"shapes":[{"kind":"circle"},{"kind":"line"}]}"#, .invalidParameter("shapes[1].kind")),
        ("org.example.test.Draw", #"{"shapes":[{"kind":"circle","color":1}]}"#, .invalidParameter("shapes[0].color")),
        ("org.example.test.Draw", #"{"shapes":[],"labels":{"a":"b","c":1}}"#, .invalidParameter("labels.c")),
    ])
    func call_thatIsWrong_isAnsweredWithTheError(method: String, parameters: String, error: VarlinkError) async throws {
        let parameters = try #require(try JSONValue(parsing: parameters).object)
        try await withServer([interface()]) { path in
            let client = try await VarlinkClient.connect(path: path)
            await #expect(throws: error) { try await client.call(method, parameters) }
            let reply = try await client.call("org.example.test.Echo", ["text": "still there"])
            #expect(reply["text"] == "still there")
        }
    }

    @Test func stream_ofReplies_endsWithTheLast() async throws {
        try await withServer([interface()]) { path in
            let client = try await VarlinkClient.connect(path: path)
            var numbers: [Int64] = []
            for try await reply in client.stream("org.example.test.Count", ["to": 10_000]) {
                numbers.append(reply["number"]?.integer ?? -1)
            }
            #expect(numbers == Array(1...10_000))
        }
    }

    @Test func stream_ofAMethodThatFails_throwsItsError() async throws {
        try await withServer([interface()]) { path in
            let client = try await VarlinkClient.connect(path: path)
            await #expect(throws: VarlinkError("org.example.test.Failed", ["why": "because"])) {
                for try await _ in client.stream("org.example.test.Fail") {}
            }
        }
    }

    @Test func handler_thatCrashes_isReportedAndClosesTheConnection() async throws {
        let reported = Reported()
        try await withServer([interface()], report: reported.report) { path in
            let client = try await VarlinkClient.connect(path: path)
            await #expect(throws: ConnectionClosed()) { try await client.call("org.example.test.Crash") }
            guard case .handlerFailed(method: "org.example.test.Crash", _, _) = await reported.first() else {
                Issue.record("the failure was not reported")
                return
            }
        }
    }

    @Test func peer_isKnownByItsSocket() async throws {
        try await withServer([interface()]) { path in
            let client = try await VarlinkClient.connect(path: path)
            let reply = try await client.call("org.example.test.Who")
            #expect(reply["user"]?.integer == Int64(client.peer.userID))
        }
    }

    @Test func client_thatGoes_cancelsItsCall() async throws {
        let (started, hasStarted) = AsyncStream<Void>.makeStream()
        let (cancelled, isCancelled) = AsyncStream<Void>.makeStream()
        let interface = try interface {
            hasStarted.yield()
            defer { if Task.isCancelled { isCancelled.yield() } }
            for await _ in AsyncStream<Void>.makeStream().stream {}
            try Task.checkCancellation()
        }
        try await withServer([interface]) { path in
            let client = try await VarlinkClient.connect(path: path)
            await withTaskGroup { group in
                group.addTask { _ = await #expect(throws: ConnectionClosed()) { try await client.call("org.example.test.Wait") } }
                for await _ in started { break }
                await client.close()
                for await _ in cancelled { break }
            }
        }
    }
}
