import GraphSimulator
import StrictJSON
import TestSupport
import Testing
import Varlink
import WabaWatchClient
import WabaWatchInterface
import WhatsAppBusiness

/// The real daemon, the real socket, real HTTP.
@Suite(.inTurn, .timeLimit(.minutes(1))) struct EndToEndTests {
    @Test func change_atMeta_reachesASubscriber_andSIGTERMEndsTheDaemonCleanly() async throws {
        try await Site.with { site in
            let daemon = try await site.start()
            var subscription = try await site.subscribe(SubscribeParameters(after: nil, snapshot: true))
            var baseline = false
            while !baseline, let reply = try await subscription.next() {
                switch reply {
                case .change(let change): baseline = change.kind == .phoneNumber && change.operation == .baseline
                case .resource(let resource): baseline = resource.kind == .phoneNumber
                default: break
                }
            }
            site.set(0, "quality_rating", "YELLOW")
            let change = try await subscription.change { $0.operation == .changed }
            #expect(change.kind == .phoneNumber)
            #expect(change.fields.map(\.description).contains("/quality_rating"))
            #expect(change.severity == .warning)
            #expect(change.after?["quality_rating"] == "YELLOW")
            #expect(change.summary.contains("fell from GREEN to YELLOW"))
            #expect(await daemon.stop() == 0)
            #expect(site.log.contains("acme: quality rating of "), "without a journal the sentence stands on standard error")
        }
    }

    @Test func number_thatIsBanned_isAnAlarm_thatIsMuted_andEnds_alsoOverARestart() async throws {
        try await Site.with { site in
            var daemon = try await site.start()
            var subscription = try await site.subscribeFromTheBeginning()
            _ = try await subscription.change { $0.kind == .phoneNumber && $0.operation == .baseline }
            site.set(0, "status", "BANNED")
            let began = try await subscription.change { $0.kind == .alarm }
            #expect(began.operation == .added)
            #expect(began.severity == .critical)
            #expect(began.after?["name"] == "number_banned")
            let client = WabaWatch(socket: site.socket)
            _ = try await client.mute(
                Filter(accounts: ["acme"]), names: ["number_banned"], until: began.observedAt.advanced(by: .seconds(86_400)),
                reason: "known")
            let muted = try await subscription.change { $0.kind == .alarm }
            #expect(muted.operation == .changed)
            #expect(muted.severity == .info)
            #expect(muted.origin == .command)
            #expect(muted.actor != nil)
            #expect(await daemon.stop() == 0)
            daemon = try await site.start()
            var resumed = try await site.subscribe(SubscribeParameters(after: muted.cursor))
            site.set(0, "status", "CONNECTED")
            let ended = try await resumed.change { $0.kind == .alarm }
            #expect(ended.operation == .removed)
            #expect(ended.id == began.id)
            #expect(await daemon.stop() == 0)
        }
    }

    @Test func notifySocket_hearsReadyStatusAndStopping() async throws {
        try await Site.with { site in
            let daemon = try await site.start()
            let status = try await daemon.notify.wait(for: "STATUS=1 account")
            #expect(status.contains("change"))
            daemon.process.signal(15)
            try await daemon.notify.wait(for: "STOPPING=1")
            #expect(await daemon.process.wait() == 0)
        }
    }

    @Test func subscriber_thatResumesAcrossARestart_missesNothingAndHearsNothingTwice() async throws {
        try await Site.with { site in
            let first = try await site.start()
            var subscription = try await site.subscribeFromTheBeginning()
            let seen = try await subscription.changes(3)
            await first.kill()
            site.set(0, "quality_rating", "RED")
            let second = try await site.start()
            var resumed = try await site.subscribe(SubscribeParameters(after: seen.last?.cursor))
            let change = try await resumed.change()
            #expect(change.sequence == (seen.last?.sequence ?? 0) + 1)
            #expect(change.operation == .changed, "no second baseline")
            #expect(change.after?["quality_rating"] == "RED")
            #expect(await second.stop() == 0)
        }
    }

    @Test func cursor_thatCannotBeResumed_isHistoryLost() async throws {
        try await Site.with { site in
            let daemon = try await site.start()
            for cursor in ["0123456789abcdef:0", "0123456789abcdef:99"] {
                var subscription = try await site.subscribe(SubscribeParameters(after: Cursor(cursor)))
                do {
                    _ = try await subscription.next()
                    Issue.record("a cursor of another ledger was resumed")
                } catch let error as VarlinkError {
                    #expect(error.name == "io.wabawatch.HistoryLost")
                    #expect(error.parameters["currentCursor"] != nil)
                }
            }
            var subscription = try await site.subscribe(SubscribeParameters(after: Cursor("nonsense")))
            do {
                _ = try await subscription.next()
                Issue.record("nonsense was resumed")
            } catch let error as VarlinkError {
                #expect(error == .invalidParameter("after"))
            }
            #expect(await daemon.stop() == 0)
        }
    }

    @Test func snapshotAndChanges_comeInOneCall_withReadyBetween_andHeartbeatsAfter() async throws {
        try await Site.with(every: "1h") { site in
            let daemon = try await site.start()
            var first = try await site.subscribeFromTheBeginning()
            _ = try await first.changes(3)
            var subscription = try await site.subscribe(
                SubscribeParameters(filter: Filter(kinds: [.phoneNumber]), snapshot: true, heartbeatSeconds: 1))
            var replies: [SubscribeReply] = []
            while replies.count < 4, let reply = try await subscription.next() { replies.append(reply) }
            guard case .resource(let one) = replies[0], case .resource(let two) = replies[1], case .ready(let ready) = replies[2],
                case .heartbeat(let heartbeat) = replies[3]
            else {
                Issue.record("\(replies)")
                return
            }
            #expect([one.kind, two.kind] == [.phoneNumber, .phoneNumber])
            #expect(one.phoneNumberID == one.id)
            #expect(one.document["certificate"] == nil)
            #expect(ready == heartbeat)
            #expect(await daemon.stop() == 0)
        }
    }

    @Test func methods_listGetAndStatus_tellTheSame() async throws {
        try await Site.with(every: "1h") { site in
            let daemon = try await site.start()
            var subscription = try await site.subscribeFromTheBeginning()
            _ = try await subscription.changes(3)
            let client = try await VarlinkClient.connect(path: site.socket)
            let id = Platform.samplePhoneNumberID(0)
            let got = try await client.call("io.wabawatch.Get", ["account": "acme", "kind": "business_profile", "id": .string(id)])
            #expect(try GetReply(json: got).resource.document["about"] != nil)
            var listed: [Resource] = []
            for try await reply in client.stream("io.wabawatch.List", ["filter": ["kinds": ["business_profile"]]]) {
                if let resource = try ListReply(json: reply).resource { listed.append(resource) }
            }
            #expect(listed.count == 2)
            let status = try GetStatusReply(json: try await client.call("io.wabawatch.GetStatus")).status
            #expect(status.watches.filter { $0.account == "acme" }.count == 3)
            #expect(status.watches.allSatisfy { $0.state.known == .current })
            // Meta is asked about the token as well, at some time.
            #expect([[3], [4]].contains(status.budgets.map(\.callsLastHour)))
            #expect(status.subscribers == 1)
            await #expect(throws: VarlinkError("io.wabawatch.NoSuchAccount", ["account": "nobody"])) {
                try await client.call("io.wabawatch.Get", ["account": "nobody", "kind": "account", "id": "1"])
            }
            #expect(try PollReply(json: try await client.call("io.wabawatch.Poll", ["account": "acme"])).changes == 0)
            await #expect(throws: VarlinkError("io.wabawatch.NoSuchAccount", ["account": "nobody"])) {
                try await client.call("io.wabawatch.Poll", ["account": "nobody"])
            }
            let turnedOff: JSONObject = ["account": "acme", "kind": "qr_code", "id": .string(Platform.sampleAccountID())]
            await #expect(throws: VarlinkError("io.wabawatch.NoSuchResource", turnedOff)) {
                try await client.call("io.wabawatch.Poll", ["account": "acme", "kind": "qr_code"])
            }
            #expect(await daemon.stop() == 0)
        }
    }

    @Test func number_thatComesAndGoes_isFoundAndForgotten() async throws {
        try await Site.with(numbers: 3) { site in
            let daemon = try await site.start()
            var subscription = try await site.subscribeFromTheBeginning()
            _ = try await subscription.changes(4)
            let gone = Platform.samplePhoneNumberID(2)
            let number = site.simulator.update { platform in
                let number = platform[phoneNumber: gone]
                platform[phoneNumber: gone] = nil
                return number
            }
            let removed = try await subscription.change { $0.operation == .removed }
            #expect(removed.id == gone)
            let client = try await VarlinkClient.connect(path: site.socket)
            await #expect(throws: VarlinkError.self, "its profile went with it") {
                try await client.call("io.wabawatch.Get", ["account": "acme", "kind": "business_profile", "id": .string(gone)])
            }
            site.simulator.update { platform in
                if let number { platform.accounts[Platform.sampleAccountID()]?.phoneNumbers.append(number) }
            }
            let back = try await subscription.changes(2)
            #expect(back.map(\.operation) == [.added, .baseline])
            #expect(await daemon.stop() == 0)
        }
    }
}

extension Subscription {
    /// The next change that is wanted.
    mutating func change(where wanted: (Change) -> Bool) async throws -> Change {
        while true {
            let change = try await change()
            if wanted(change) { return change }
        }
    }
}
