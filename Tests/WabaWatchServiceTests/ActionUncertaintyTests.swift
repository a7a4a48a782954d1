import FoundationEssentials
import Glibc
import GraphSimulator
import StrictJSON
import TestSupport
import Testing
import TestTools
import Varlink
import WabaWatchInterface
import WhatsAppBusiness

/// The real daemon, with a proxy between it and the simulator that breaks the one request: deeds are never two, the answer is what happened or that nobody
/// knows, and the snapshot afterwards is Meta's truth.
@Suite(.inTurn, .timeLimit(.minutes(2))) struct ActionUncertaintyTests {
    private static let number = Platform.samplePhoneNumberID()

    private static func places(_ bytes: (request: Int, answer: Int)) -> [CutProxy.Cut] {
        let requests = Array(stride(from: 0, to: bytes.request, by: 40)) + [bytes.request - 1, bytes.request]
        let answers = Array(stride(from: 0, to: bytes.answer, by: 60)) + [bytes.answer - 1]
        let body = #"{"error":{"message":"oops","code":1}}"#
        let failure = Array("HTTP/1.1 500 Oops\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8)
        return requests.map { .request(after: $0) } + answers.map { .answer(after: $0) } + [.instead(failure), .silence]
    }

    @Test func deed_whoseExchangeIsBroken_isNeverTwo_andTheSnapshotIsMetas() async throws {
        try await Site.with(
            numbers: 1, every: "1h", kinds: [.phoneNumber, .businessProfile], more: "    actions: [profile]"
        ) { site in
            let proxy = try CutProxy(to: UInt16(site.simulator.port))
            defer { proxy.stop() }
            let text = try String(contentsOfFile: site.config, encoding: .utf8)
            try text.replacing(site.simulator.baseURL, with: "http://127.0.0.1:\(proxy.port)").replacing(
                "timeout: 2s", with: "timeout: 500ms"
            )
            .write(toFile: site.config, atomically: true, encoding: .utf8)
            let daemon = try await site.start()
            var subscription = try await site.subscribeFromTheBeginning()
            _ = try await subscription.changes(2)
            let client = try await VarlinkClient.connect(path: site.socket)
            func set(_ about: String) async throws -> UpdateReply {
                let parameters = UpdateParameters(
                    account: "acme", kind: .businessProfile, phoneNumberID: Self.number, document: ["about": .string(about)])
                return try UpdateReply(json: try await client.call(UpdateParameters.qualifiedMethod, parameters.json))
            }
            #expect(try await set("Round 1000").success)
            #expect(try await subscription.change().origin == .command)
            for (index, cut) in Self.places(proxy.lastBytes).enumerated() {
                let about = "Round \(1001 + index)"
                let before = site.writes.count
                proxy.set(cut)
                let error = await #expect(throws: VarlinkError.self, "\(cut)") { try await set(about) }
                #expect(error?.name == "io.wabawatch.ActionUncertain", "\(cut): \(String(describing: error))")
                proxy.letGo()
                let deeds = site.writes.count - before
                #expect(deeds <= 1, "\(cut)")
                // The look has been made: what is recorded is what Meta has.
                let truth = site.simulator.update { $0[phoneNumber: Self.number]?.profile["about"]?.string }
                let kept = try GetReply(
                    json: try await client.call(
                        GetParameters.qualifiedMethod,
                        GetParameters(account: "acme", kind: .businessProfile, id: Self.number, phoneNumberID: Self.number).json))
                #expect(kept.resource.document["about"]?.string == truth && (truth == about) == (deeds == 1), "\(cut)")
                if deeds == 1 {
                    let change = try await subscription.change()
                    #expect(change.after?["about"]?.string == about && change.origin == .command && change.actor == "root (0)", "\(cut)")
                }
            }
            #expect(site.log.contains("it is open whether Meta did it"))
            #expect(await daemon.stop() == 0)
        }
    }

    /// A site whose daemon reaches the simulator through a proxy.
    private func withProxy(_ body: (Site, CutProxy) async throws -> Void) async throws {
        try await Site.with(
            numbers: 1, every: "1h", kinds: [.phoneNumber, .businessProfile], more: "    actions: [profile]"
        ) { site in
            let proxy = try CutProxy(to: UInt16(site.simulator.port))
            defer { proxy.stop() }
            let text = try String(contentsOfFile: site.config, encoding: .utf8)
            try text.replacing(site.simulator.baseURL, with: "http://127.0.0.1:\(proxy.port)")
                .write(toFile: site.config, atomically: true, encoding: .utf8)
            try await body(site, proxy)
        }
    }

    private static func parameters(_ about: String) -> JSONObject {
        UpdateParameters(account: "acme", kind: .businessProfile, phoneNumberID: number, document: ["about": .string(about)]).json
    }

    private func kept(_ client: VarlinkClient) async throws -> String? {
        let parameters = GetParameters(account: "acme", kind: .businessProfile, id: Self.number, phoneNumberID: Self.number)
        let reply = try GetReply(json: try await client.call(GetParameters.qualifiedMethod, parameters.json))
        return reply.resource.document["about"]?.string
    }

    /// `kill -9` at each message of an action: the request, its answer, and those of the look afterwards.
    @Test func kill_atAnyStepOfAnAction_doesNothingTwice_andJournalAndLedgerAreTrue() async throws {
        try await withProxy { site, proxy in
            var daemon = try await site.start()
            var subscription = try await site.subscribeFromTheBeginning()
            _ = try await subscription.changes(2)
            var step = 0
            var isThrough = false
            while !isThrough {
                step += 1
                let (about, before) = ("Killed at \(step)", site.writes.count)
                let client = try await VarlinkClient.connect(path: site.socket)
                let process = daemon.process
                proxy.at(step: step) { process.signal(SIGKILL) }
                let reply = try? await client.call(UpdateParameters.qualifiedMethod, Self.parameters(about))
                isThrough = !proxy.hasStepped
                proxy.passAll()
                #expect((reply != nil) == isThrough, "step \(step)")
                if !isThrough {
                    _ = await process.wait()
                    daemon = try await site.start()
                }
                let again = try await VarlinkClient.connect(path: site.socket)
                // After a restart the numbers are known as soon as the ledger has been read.
                let poll = PollParameters(account: "acme", kind: .businessProfile)
                try await eventually("the profile is polled") { (try? await again.call(PollParameters.qualifiedMethod, poll.json)) != nil }
                let truth = site.simulator.update { $0[phoneNumber: Self.number]?.profile["about"]?.string }
                let deeds = site.writes.count - before
                #expect(deeds <= 1 && (truth == about) == (deeds == 1), "step \(step)")
                #expect(try await kept(again) == truth, "step \(step)")
                if step > 50 { break }
            }
            // Request and answer of the deed, and at least as many of the look.
            #expect(step > 4 && step < 50)
            // What is said to be done was done.
            #expect(site.log.split(separator: "\n").count { $0.hasSuffix(": done") } <= site.writes.count)
            #expect(await daemon.stop() == 0)
        }
    }

    /// The daemon does not wait for Meta when it ends, and says that it is open what happened.
    @Test func actionThatIsUnderWay_whenTheDaemonEnds_isWrittenDownAsOpen() async throws {
        try await withProxy { site, proxy in
            let daemon = try await site.start()
            var subscription = try await site.subscribeFromTheBeginning()
            _ = try await subscription.changes(2)
            proxy.set(.silence)
            let client = try await VarlinkClient.connect(path: site.socket)
            async let reply = client.call(UpdateParameters.qualifiedMethod, Self.parameters("Under way"))
            for await request in site.simulator.requestStream() where request.method == "POST" && request.edge == .profile { break }
            #expect(await daemon.stop() == 0)
            #expect((try? await reply) == nil)
            #expect(site.log.contains("acme: root (0): set about of business_profile of \(Self.number): it is open whether Meta did it"))
            #expect(site.writes.count == 1)
        }
    }
}
