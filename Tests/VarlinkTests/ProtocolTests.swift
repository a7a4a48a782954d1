import StrictJSON
import TestSupport
import Testing

@testable import Varlink

@Suite(.inTurn, .timeLimit(.minutes(1))) struct ProtocolTests {
    @Test(arguments: [
        "", "x", "[]", "1", "{}", #"{"method":1}"#, #"{"method":"a.B","more":1}"#, #"{"method":"a.B","oneway":null}"#,
        #"{"method":"a.B","more":true,"oneway":true}"#, #"{"method":"a.B","upgrade":true,"more":true}"#,
        #"{"method":"a.B","parameters":[]}"#,
        #"{"method":"a.B","other":1}"#, #"{"method":"a.B","method":"a.C"}"#, #"{"method":"a.B"}}"#, "{\"method\":\"a.\u{1}\"}",
        #"{"method":"\ud800"}"#,
    ])
    func message_thatBreaksTheProtocol_closesTheConnectionAndIsReported(message: String) async throws {
        let reported = Reported()
        try await withServer([protocolInterface()], report: reported.report) { path in
            let peer = try RawPeer(connectingTo: path)
            await peer.write(echo("before") + message + "\0" + echo("after"))
            #expect(await peer.readToEnd() == echoed("before"))
            guard case .violation = await reported.first() else {
                Issue.record("no violation was reported")
                return
            }
        }
    }

    @Test func bytes_thatAreNoUTF8_closeTheConnection() async throws {
        try await withServer([protocolInterface()]) { path in
            let peer = try RawPeer(connectingTo: path)
            await peer.write(Array(#"{"method":""#.utf8) + [0xFF] + Array("\"}\0".utf8))
            #expect(await peer.readToEnd().isEmpty)
        }
    }

    @Test func call_sentByteByByte_isAnswered() async throws {
        try await withServer([protocolInterface()]) { path in
            let peer = try RawPeer(connectingTo: path)
            await peer.write(echo("slow"), by: 1)
            #expect(await peer.readMessage() == echoed("slow"))
        }
    }

    @Test func calls_sentInOneWrite_areAnsweredInOrder() async throws {
        try await withServer([protocolInterface()]) { path in
            let peer = try RawPeer(connectingTo: path)
            let count = 2_000
            async let written = peer.write((0..<count).map { echo("\($0)") }.joined())
            for number in 0..<count { #expect(await peer.readMessage() == echoed("\(number)")) }
            _ = await written
        }
    }

    @Test func call_withSpaceAndForeignMembers_isAnswered() async throws {
        try await withServer([protocolInterface()]) { path in
            let peer = try RawPeer(connectingTo: path)
            await peer.write(
                " { \"method\" : \"org.example.test.Echo\" ,\n \"org.vendor\":{\"a\":[]}, \"more\":false, \"parameters\":{\"text\":\"a\"} } \0"
            )
            #expect(await peer.readMessage() == echoed("a"))
        }
    }

    @Test func call_oneway_hasNoReplyNotEvenAnError() async throws {
        try await withServer([protocolInterface()]) { path in
            let peer = try RawPeer(connectingTo: path)
            await peer.write(
                echo("no", #","oneway":true"#) + #"{"method":"org.example.test.None","oneway":true}"# + "\0"
                    + #"{"method":"org.example.test.Echo","oneway":true}"# + "\0" + #"{"method":"none","oneway":true}"# + "\0" + echo("yes")
            )
            #expect(await peer.readMessage() == echoed("yes"))
        }
    }

    @Test func calls_onewayOfAPeerThatHasGone_areMade() async throws {
        let (notes, noted) = AsyncStream<String>.makeStream()
        try await withServer([protocolInterface(noting: { noted.yield($0) })]) { path in
            let peer = try RawPeer(connectingTo: path)
            let calls = (0..<10).map { #"{"method":"org.example.test.Note","parameters":{"text":"\#($0)"},"oneway":true}"# + "\0" }
            await peer.write(calls.joined())
            peer.hangUp()
            var iterator = notes.makeAsyncIterator()
            for number in 0..<10 { #expect(await iterator.next() == "\(number)") }
        }
    }

    @Test func call_forAnUpgrade_isRefusedAndTheConnectionGoesOn() async throws {
        try await withServer([protocolInterface()]) { path in
            let peer = try RawPeer(connectingTo: path)
            await peer.write(echo("a", #","upgrade":true"#) + echo("b"))
            let error = #"{"error":"org.varlink.service.MethodNotImplemented","parameters":{"method":"org.example.test.Echo"}}"#
            #expect(await peer.readMessage() == error + "\0")
            #expect(await peer.readMessage() == echoed("b"))
        }
    }

    @Test func peer_thatEndsItsSideAfterCalls_getsTheRepliesAndTheEnd() async throws {
        try await withServer([protocolInterface()]) { path in
            let peer = try RawPeer(connectingTo: path)
            await peer.write(echo("a") + #"{"method":"org.example.test.Count","parameters":{"to":2},"more":true}"# + "\0" + echo("b"))
            peer.finishWriting()
            let numbers = #"{"continues":true,"parameters":{"number":1}}"# + "\0" + #"{"parameters":{"number":2}}"# + "\0"
            #expect(await peer.readToEnd() == echoed("a") + numbers + echoed("b"))
        }
    }

    @Test(arguments: ["", #"{"method":"#]) func peer_thatEndsItsSideWithoutACall_isClosed(begun: String) async throws {
        try await withServer([protocolInterface()]) { path in
            let peer = try RawPeer(connectingTo: path)
            await peer.write(begun)
            peer.finishWriting()
            #expect(await peer.readToEnd().isEmpty)
        }
    }

    @Test(arguments: [false, true]) func call_thatIsNotFinishedInTime_closesTheConnection(afterACall: Bool) async throws {
        var limits = ServerLimits()
        limits.halfMessageTime = .milliseconds(50)
        // However busy the machine is with other tests.
        limits.flushTime = .seconds(30)
        let reported = Reported()
        try await withServer([protocolInterface()], limits: limits, report: reported.report) { path in
            let peer = try RawPeer(connectingTo: path)
            await peer.write((afterACall ? echo("a") : "") + #"{"method":"#)
            #expect(await peer.readToEnd() == (afterACall ? echoed("a") : ""))
            guard case .violation(.halfMessage, _) = await reported.first() else {
                Issue.record("the violation was not reported")
                return
            }
        }
    }

    @Test func call_thatDripsIn_isNotGivenMoreTime() async throws {
        var limits = ServerLimits()
        limits.halfMessageTime = .milliseconds(300)
        let reported = Reported()
        try await withServer([protocolInterface()], limits: limits, report: reported.report) { path in
            let peer = try RawPeer(connectingTo: path)
            // Each space would begin the time anew if bytes did; the write fails once the server has closed.
            while await peer.write(" ") == 1 {}
            guard case .violation(.halfMessage, _) = await reported.first() else {
                Issue.record("the violation was not reported")
                return
            }
        }
    }

    @Test func connections_overTheUsersLimit_areClosedUntilOneGoes() async throws {
        var limits = ServerLimits()
        limits.connectionsPerUser = 8
        let reported = Reported()
        try await withServer([protocolInterface()], limits: limits, report: reported.report) { path in
            var peers: [RawPeer] = []
            for number in 0..<8 {
                let peer = try RawPeer(connectingTo: path)
                await peer.write(echo("\(number)"))
                #expect(await peer.readMessage() == echoed("\(number)"))
                peers.append(peer)
            }
            for _ in 0..<200 {
                let refused = try RawPeer(connectingTo: path)
                #expect(await refused.readToEnd().isEmpty)
            }
            guard case .refused(.connectionsPerUser, _) = await reported.first() else {
                Issue.record("the refusal was not reported")
                return
            }
            peers.removeLast().hangUp()
            var answer = ""
            while answer.isEmpty {
                let peer = try RawPeer(connectingTo: path)
                await peer.write(echo("again"))
                answer = await peer.readMessage()
            }
            #expect(answer == echoed("again"))
        }
    }

    @Test func connections_comingTogetherWithoutWaiting_areNotRefused() async throws {
        try await withServer([protocolInterface()]) { path in
            var peers: [RawPeer] = []
            // Far more than the server takes in the meantime.
            for _ in 0..<400 { peers.append(try RawPeer(connectingTo: path, waiting: false)) }
            for peer in peers {
                await peer.write(echo("one"))
                #expect(await peer.readMessage() == echoed("one"))
            }
        }
    }

    @Test func connections_comingInAFlood_areAllServed() async throws {
        try await withServer([protocolInterface()]) { path in
            var peers: [RawPeer] = []
            for _ in 0..<400 { peers.append(try RawPeer(connectingTo: path)) }
            for peer in peers { await peer.write(echo("x")) }
            for peer in peers { #expect(await peer.readMessage() == echoed("x")) }
        }
    }

    @Test func reply_thatIsNotAsDeclared_isReportedAndClosesTheConnection() async throws {
        for method in ["Wrong", "WrongStream", "Undeclared"] {
            let reported = Reported()
            try await withServer([protocolInterface()], report: reported.report) { path in
                let peer = try RawPeer(connectingTo: path)
                await peer.write(#"{"method":"org.example.test.\#(method)","more":true}"# + "\0")
                #expect(await peer.readToEnd().isEmpty)
                guard case .invalidReply("org.example.test." + method, _) = await reported.first() else {
                    Issue.record("the reply was not reported")
                    return
                }
            }
        }
    }
}
