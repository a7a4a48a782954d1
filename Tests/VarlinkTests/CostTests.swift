import Foundation
import NIOCore
import StrictJSON
import Synchronization
import TestSupport
import Testing

@testable import Varlink

/// What a peer that does as it likes makes a server hold.
@Suite(.inTurn, .timeLimit(.minutes(1))) struct CostTests {
    private static let wait = #"{"method":"org.example.test.Wait"}"# + "\0"

    @Test(arguments: [
        [UInt8](repeating: 0, count: 2 << 20), Array(String(repeating: "x\0", count: 1 << 20).utf8),
        Array(String(repeating: "{}\0", count: 1 << 20).utf8), Array(String(repeating: "\0\0" + wait, count: 60_000).utf8),
    ])
    func messages_behindACall_areNotReadWithoutBound_howeverSmall(messages: [UInt8]) async throws {
        let (released, release) = AsyncStream<Void>.makeStream()
        defer { release.finish() }
        try await withServer([try protocolInterface { for await _ in released { break } }]) { path in
            let peer = try RawPeer(connectingTo: path)
            await peer.write(Self.wait)
            #expect(await peer.writeUntilStalled(messages) < 1 << 20, "what the server may hold and what the socket holds")
            let other = try RawPeer(connectingTo: path)
            await other.write(echo("other"))
            #expect(await other.readMessage() == echoed("other"))
        }
    }

    /// Another user takes all connections there are; then this one connects. Says how many the other has, whether this one is served, and how many the
    /// other still has.
    private static let hoarder = """
        import os, select, socket, sys
        def connect():
            peer = socket.socket(socket.AF_UNIX)
            peer.settimeout(30)
            peer.connect(sys.argv[1])
            return peer
        def is_served(peer):
            try:
                peer.sendall(b'{"method":"org.varlink.service.GetInfo"}\\0')
                return bool(peer.recv(1 << 16))
            except OSError:
                return False
        heard, tell = os.pipe()
        waits, go_on = os.pipe()
        process = os.fork()
        if not process:
            os.setgroups([]); os.setgid(4321); os.setuid(4321)
            peers = [peer for peer in [connect() for _ in range(8)] if is_served(peer)]
            os.write(tell, b"%d\\n" % len(peers))
            os.read(waits, 1)
            closed = select.select(peers, [], [], 30)[0]
            os.write(tell, b"%d\\n" % sum(is_served(peer) for peer in peers if peer not in closed))
            os._exit(0)
        print(os.read(heard, 9).decode(), end="")
        peer = connect()
        print(int(is_served(peer)))
        os.write(go_on, b"x")
        print(os.read(heard, 9).decode(), end="")
        os.waitpid(process, 0)
        """

    @Test(.enabled(if: geteuid() == 0 && Python.isThere, "needs root, and WABAWATCH_PYTHON"))
    func connections_thatOneUserHasAllOf_makeRoomForAnother() async throws {
        var limits = ServerLimits()
        (limits.connections, limits.connectionsPerUser) = (8, 8)
        let reported = Reported()
        let ended = try await withServer([], limits: limits, report: reported.report) { path in
            try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: path)
            return try await Python.run(["-c", Self.hoarder, path])
        }
        #expect(ended.output == "8\n1\n7\n")
        guard case .violation(.displaced, let peer) = await reported.first() else {
            Issue.record("it was not reported")
            return
        }
        #expect(peer.userID == 4321)
    }

    @Test func messages_whichAreSmall_takeLittleMoreMemoryThanTheirBytes() throws {
        for text in ["\0", "x\0", "{}\0", String(repeating: "y", count: 3) + "\0"] {
            var buffer = MessageBuffer(limit: 100)
            let bytes = ByteBuffer(string: String(repeating: text, count: 10_000))
            for _ in 0..<4 { try buffer.append(bytes) }
            #expect(buffer.count == 40_000)
            #expect(buffer.footprint <= 2 * buffer.byteCount + 1024)
            let isRight = (0..<39_999).allSatisfy { _ in buffer.next()?.readableBytes == text.utf8.count - 1 }
            #expect(isRight)
            #expect(buffer.hasMessage)
            _ = buffer.next()
            #expect(buffer.next() == nil && buffer.footprint == 0)
        }
    }

    @Test func message_thatHasBegunBehindOthers_keepsNoneOfTheirMemory() throws {
        var buffer = MessageBuffer(limit: 1 << 20)
        try buffer.append(ByteBuffer(string: String(repeating: "x", count: 60_000) + "\0begun"))
        _ = buffer.next()
        #expect(buffer.byteCount == 5 && buffer.footprint < 1024)
    }

    @Test func message_begunBehindACallThatTakesLong_isTimedOut() async throws {
        var limits = ServerLimits()
        limits.halfMessageTime = .milliseconds(50)
        limits.flushTime = .milliseconds(50)
        let reported = Reported()
        let (released, release) = AsyncStream<Void>.makeStream()
        defer { release.finish() }
        let interface = try protocolInterface { for await _ in released { break } }
        try await withServer([interface], limits: limits, report: reported.report) { path in
            let peer = try RawPeer(connectingTo: path)
            await peer.write(Self.wait + #"{"method":"#)
            #expect(await peer.readToEnd() == "")
            guard case .violation(.halfMessage, _) = await reported.first() else {
                Issue.record("the violation was not reported")
                return
            }
        }
    }

    @Test(arguments: [
        #"{"method":"org.example.test.Echo","parameters":{"text":""# + String(repeating: "x", count: 70_000) + #""}}"#,
        #"{"method":""# + String(repeating: "x.", count: 40_000) + #"A"}"#,
        #"{"method":"a.B","parameters":{"n":"# + String(repeating: "9", count: 70_000) + "}}",
        #"{"method":"a.B","parameters":{"n":0."# + String(repeating: "1", count: 70_000) + "}}",
        #"{"method":"a.B","parameters":{"n":"# + String(repeating: "[", count: 40) + String(repeating: "]", count: 40) + "}}",
        #"{"method":"a.B","parameters":{"n":"# + String(repeating: #"{"a":"#, count: 40) + "0" + String(repeating: "}", count: 40) + "}}",
        #"{"method":"a.B","parameters":{"n":["# + String(repeating: "0,", count: 100_001) + "0]}}",
        #"{"method":"a.B","parameters":{"# + String(repeating: #""a":0,"#, count: 20_000) + #""a":0}}"#,
        String(repeating: " ", count: ServerLimits().messageBytes + 1),
    ])
    func call_thatIsOverABound_closesItsConnectionAndNoOther(call: String) async throws {
        let reported = Reported()
        try await withServer([protocolInterface()], report: reported.report) { path in
            let peer = try RawPeer(connectingTo: path)
            await peer.write(call + "\0" + echo("after"))
            #expect(await peer.readToEnd() == "")
            guard case .violation = await reported.first() else {
                Issue.record("no violation was reported")
                return
            }
            let other = try RawPeer(connectingTo: path)
            await other.write(echo("other"))
            #expect(await other.readMessage() == echoed("other"))
        }
    }

    /// So many users may be blocked in one call.
    @Test func call_of64000Texts_isAnswered() async throws {
        let interface = try TestInterface(
            "interface org.example.test\nmethod Count(texts: []string) -> (number: int)",
            ["Count": { call, _ in ["number": .integer(call.parameters["texts"]?.array?.count ?? 0)] }])
        let call: JSONObject = [
            "method": "org.example.test.Count",
            "parameters": ["texts": .array((0..<64_000).map { .string("+1555\(1_000_000 + $0)") })],
        ]
        try await withServer([interface]) { path in
            let peer = try RawPeer(connectingTo: path)
            await peer.write(JSONValue.object(call).bytes + [0])
            #expect(await peer.readMessage() == #"{"parameters":{"number":64000}}"# + "\0")
        }
    }

    @Test(arguments: [
        #"{"method":"NAME.Method"}"#, #"{"method":"org.example.test.NAME"}"#,
        #"{"method":"org.varlink.service.GetInterfaceDescription","parameters":{"interface":"NAME"}}"#,
        #"{"method":"org.example.test.Echo","parameters":{"text":"a","NAME":1}}"#,
    ])
    func error_tellsWhatThePeerWroteInPart(call: String) async throws {
        for name in ["x.", "\u{1F469}\u{200D}", "e\u{301}\u{301}"] {
            try await withServer([protocolInterface()]) { path in
                let peer = try RawPeer(connectingTo: path)
                await peer.write(
                    call.replacing("NAME", with: String(repeating: name, count: 10_000 / name.utf8.count)) + "\0" + echo("after"))
                let error = await peer.readMessage()
                #expect(error.contains("org.varlink.service.") && error.utf8.count < 500)
                #expect(await peer.readMessage() == echoed("after"))
            }
        }
    }

    @Test func texts_areCutBetweenScalars() {
        #expect("abc".cut(toUTF8: 3) == "abc")
        #expect("abcd".cut(toUTF8: 3) == "abc…")
        #expect("aéé".cut(toUTF8: 2) == "a…")
        #expect("\u{1F469}".cut(toUTF8: 3) == "…")
        let error = VarlinkError("a.B", ["text": .string(String(repeating: "x", count: 100)), "number": 1])
        #expect(error.cut(toUTF8: 10) == VarlinkError("a.B", ["text": "xxxxxxxxxx…", "number": 1]))
    }

    @Test(arguments: [#"[0,0,0]"#, #"{"a":[1,{"b":[]}],"c":{}}"#, "[[[[]]]]", #"["a,b",",,,"]"#, "1", #"{"":{"":{"":0}}}"#])
    func cost_ofACall_isNoLessThanItsValues(text: String) throws {
        func count(_ value: JSONValue) -> Int {
            1 + (value.array?.reduce(0) { $0 + count($1) } ?? 0) + (value.object?.reduce(0) { $0 + count($1.value) } ?? 0)
        }
        #expect(CallCost.bytes(of: ByteBuffer(string: text)) >= 160 * count(try JSONValue(parsing: text)))
    }

    /// A stream that makes as much at a time as it may.
    private func streaming(_ made: @escaping @Sendable (Int) -> Void) throws -> TestInterface {
        try TestInterface(
            "interface org.example.test\nmethod Stream() -> (text: string)\nmethod Status() -> ()",
            [
                "Stream": { _, replies in
                    while true {
                        let frames = try await replies.inTurn { bytes in
                            var frames = Frames()
                            frames.append(["text": .string(String(repeating: "x", count: bytes))])
                            made(frames.byteCount)
                            return frames
                        }
                        try await replies.send(frames: frames)
                    }
                },
                "Status": { _, replies in try await replies.inTurn(.gathering) { _ in [:] } },
            ])
    }

    @Test func streams_thatNobodyReads_holdABoundedAmountTogether_andOthersAreAnswered() async throws {
        var limits = ServerLimits()
        limits.outgoingBytesPerPeer = 1 << 20
        let made = Atomic(0)
        let count = 40
        try await withServer([streaming { made.add($0, ordering: .relaxed) }], limits: limits, checksReplies: false) { path in
            var peers: [RawPeer] = []
            for _ in 0..<count {
                let peer = try RawPeer(connectingTo: path)
                await peer.write(#"{"method":"org.example.test.Stream","more":true}"# + "\0")
                peers.append(peer)
            }
            let other = try RawPeer(connectingTo: path)
            // Until nothing is made any more, during a hundred calls that are answered meanwhile.
            var before = -1
            while before != made.load(ordering: .relaxed) || before == 0 {
                before = made.load(ordering: .relaxed)
                for _ in 0..<100 {
                    await other.write(#"{"method":"org.example.test.Status"}"# + "\0")
                    try #require(await other.readMessage() == #"{"parameters":{}}"# + "\0")
                }
            }
            // What the sockets took, a share, and for each a little.
            #expect(made.load(ordering: .relaxed) < count * (256 << 10) + (1 << 20) + count * (64 << 10))
            #expect(await peers[0].read(1 << 20).count == 1 << 20, "who reads gets more")
        }
    }

    @Test func reader_thatHasNotReadForLong_isClosedWhenAllIsHeld_andReported() async throws {
        var limits = ServerLimits()
        limits.outgoingBytesOfAll = 256 << 10
        limits.outgoingBytesPerPeer = 8 << 20
        limits.timeout = .zero
        let reported = Reported()
        try await withServer([streaming { _ in }], limits: limits, checksReplies: false, report: reported.report) { path in
            var peers: [RawPeer] = []
            for _ in 0..<8 {
                let peer = try RawPeer(connectingTo: path)
                await peer.write(#"{"method":"org.example.test.Stream","more":true}"# + "\0")
                peers.append(peer)
            }
            guard case .violation(.repliesNotTaken, _) = await reported.first() else {
                Issue.record("nobody was closed")
                return
            }
            withExtendedLifetime(peers) {}
        }
    }
}
