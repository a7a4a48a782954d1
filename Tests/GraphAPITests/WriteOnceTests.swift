import GraphSimulator
import StrictJSON
import TestSupport
import Testing
import WhatsAppBusiness

@testable import GraphAPI

/// Requests that change something, with a connection that breaks at every byte: none is made twice, and what is said of each is true.
@Suite(.timeLimit(.minutes(2))) struct WriteOnceTests {
    private static let number = Platform.samplePhoneNumberID()

    private struct Rig {
        let simulator: GraphSimulator
        let proxy: CutProxy
        let transport: CurlTransport
        let client: GraphClient

        init(timeout: Duration = .seconds(5)) async throws {
            simulator = try await GraphSimulator.start(Platform.sample(accounts: 1, numbers: 1, blockedUsers: 0))
            proxy = try CutProxy(to: UInt16(simulator.port))
            var settings = CurlTransport.Settings()
            settings.timeout = timeout
            transport = try CurlTransport(settings)
            client = try GraphClient(
                endpoint: Endpoint(baseURL: "http://127.0.0.1:\(proxy.port)", version: "v25.0"), token: AccessToken(Platform.sampleToken),
                transport: transport)
        }

        /// Writes a QR code: each deed leaves one more of them.
        func write() async -> WriteReply {
            var request = GraphRequest(.qrCodes, id: WriteOnceTests.number, fields: [], account: Platform.sampleAccountID())
            request.method = .post
            request.limit = nil
            request.body = ["prefilled_message": "Hello"]
            return await client.write(request, for: .management).reply
        }

        var deeds: Int { simulator.requests.count { $0.method == "POST" && $0.status == 200 } }

        func stop() async throws {
            transport.close()
            proxy.stop()
            try await simulator.stop()
        }
    }

    @Test func write_whoseConnectionIsCutAtAnyByte_isDoneOnceAtMost_andSaidAsItIs() async throws {
        let rig = try await Rig()
        guard case .answered(let body) = await rig.write() else {
            Issue.record("it was passed on")
            return
        }
        #expect(body["code"] != nil && rig.deeds == 1)
        let (request, answer) = rig.proxy.lastBytes
        #expect(request > 200 && answer > 200)
        var deeds = 1
        for count in 0...request {
            rig.proxy.set(.request(after: count))
            guard case .open = await rig.write() else {
                Issue.record("cut after byte \(count) of the request")
                return
            }
            // Whoever has got all of it has done it.
            if count == request { deeds += 1 }
            #expect(rig.deeds == deeds, "cut after byte \(count) of the request")
        }
        // Answers become longer as they count more.
        for count in 0...answer + 20 {
            rig.proxy.set(.answer(after: count))
            let reply = await rig.write()
            deeds += 1
            #expect(rig.deeds == deeds, "cut after byte \(count) of the answer")
            switch reply {
            case .answered(let body):
                #expect(count >= rig.proxy.lastBytes.answer && body["code"] != nil, "cut after byte \(count) of the answer")
            case .open: #expect(count < rig.proxy.lastBytes.answer, "cut after byte \(count) of the answer")
            default: Issue.record("cut after byte \(count) of the answer: \(reply)")
            }
        }
        try await rig.stop()
    }

    /// libcurl sends again, on a new connection, what a kept one took and did not answer: so none is kept for these.
    @Test func write_afterAnotherWhoseConnectionIsKept_isNotSentAgain() async throws {
        let rig = try await Rig()
        for round in 1...5 {
            rig.proxy.set(.none)
            guard case .answered = await rig.write() else {
                Issue.record("it was passed on")
                return
            }
            rig.proxy.set(.request(after: .max))
            guard case .open = await rig.write() else {
                Issue.record("nobody knows")
                return
            }
            #expect(rig.deeds == 2 * round)
        }
        try await rig.stop()
    }

    @Test func write_thatIsAnsweredWith5xxAfterTheDeed_isOpen() async throws {
        let rig = try await Rig()
        for status in ["500 Oops", "502 Bad Gateway", "503 No", "504 Late"] {
            let body = #"{"error":{"message":"(#10) no","code":10}}"#
            rig.proxy.set(.instead(Array("HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8)))
            guard case .open = await rig.write() else {
                Issue.record("\(status) says nothing of the deed")
                return
            }
        }
        #expect(rig.deeds == 4)
        try await rig.stop()
    }

    @Test func write_thatNobodyAnswers_isOpen_andOneThatNobodyTakesIsUnsent() async throws {
        let rig = try await Rig(timeout: .milliseconds(300))
        rig.proxy.set(.silence)
        guard case .open(let failure) = await rig.write() else {
            Issue.record("nobody knows")
            return
        }
        #expect(failure.description.contains("in time") && rig.deeds == 1)
        rig.proxy.stop()
        // The port is nobody's any more, as soon as the proxy has seen that it is to end.
        var reply = await rig.write()
        for _ in 0..<1000 {
            if case .unsent = reply { break }
            reply = await rig.write()
        }
        guard case .unsent = reply else {
            Issue.record("nobody can have had it: \(reply)")
            return
        }
        #expect(rig.deeds == 1)
        rig.transport.close()
        try await rig.simulator.stop()
    }
}
