import Glibc
import GraphSimulator
import StrictJSON
import TestSupport
import TestTools
import Testing
import Varlink
import WabaWatchInterface
import WhatsAppBusiness

/// `io.wabawatch.cluster` of the real daemon.
@Suite(.timeLimit(.minutes(2))) struct DaemonClusterTests {
    private static let name = ClusterInterface.name

    @Test func daemonOfOneHost_hasNoSuchInterface_andAsks() async throws {
        try await Site.with { site in
            let daemon = try await site.start()
            await site.requests(1)
            let client = try await VarlinkClient.connect(path: site.socket)
            await #expect(throws: VarlinkError.interfaceNotFound(Self.name)) { try await client.call("\(Self.name).Accounts") }
            #expect(await daemon.stop() == 0)
        }
    }

    @Test func account_isAskedAbout_whileItIsHeld_andUnderItsNewestEpoch() async throws {
        try await Site.with(more: "cluster: { enabled: true }") { site in
            let daemon = try await site.start()
            let client = try await VarlinkClient.connect(path: site.socket)
            #expect(try await client.call("\(Self.name).Accounts") == ["accounts": ["acme"]])
            #expect(site.simulator.requests.isEmpty)
            await #expect(
                throws: VarlinkError(
                    "io.wabawatch.LookFailed",
                    [
                        "state": "starting", "reason": "the account is not watched by this host",
                    ])
            ) {
                try await client.call("io.wabawatch.Poll", ["account": "acme"])
            }
            func hold(_ account: String, epoch: Int64, for milliseconds: Int64) async throws {
                let until = try Self.now() + milliseconds
                _ = try await client.call(
                    "\(Self.name).Hold", ["account": .string(account), "epoch": .integer(Int(epoch)), "until": .integer(Int(until))])
            }
            try await hold("acme", epoch: 7, for: 60_000)
            await site.requests(3)
            await #expect(throws: VarlinkError("\(Self.name).OldEpoch", ["account": "acme", "epoch": 7])) {
                try await hold("acme", epoch: 6, for: 60_000)
            }
            await #expect(throws: VarlinkError("\(Self.name).NoSuchAccount", ["account": "globex"])) {
                try await hold("globex", epoch: 7, for: 60_000)
            }
            await #expect(throws: VarlinkError("\(Self.name).Held", ["account": "acme"])) {
                try await client.call("\(Self.name).Adopt", ["account": "acme", "standings": []])
            }
            _ = try await client.call("\(Self.name).Release", ["account": "acme"])
            let released = site.simulator.requests.count
            // What was on its way comes in; then nothing.
            try await hold("acme", epoch: 8, for: 500)
            try await eventually("the daemon stops by itself") { site.log.contains("nothing was heard of its lease") }
            let stopped = site.simulator.requests.count
            #expect(stopped >= released)
            try await hold("acme", epoch: 9, for: 0)
            #expect(site.simulator.requests.count - stopped <= 1)
            #expect(await daemon.stop() == 0)
        }
    }

    @Test func pollOfEverythingOnce_asksNothing_whereHostsShareTheAccounts() async throws {
        try await Site.with(more: "cluster: { enabled: true }") { site in
            let status = try await site.once()
            #expect(status == 1)
            #expect(site.simulator.requests.isEmpty && site.log.contains("several hosts share the accounts"))
        }
    }

    @Test func accountThatWasTakenOver_isCompared_andTheListOfAllIsKept() async throws {
        try await Site.with(more: "cluster: { enabled: true }") { site in
            let daemon = try await site.start()
            let client = try await VarlinkClient.connect(path: site.socket)
            let number = Platform.samplePhoneNumberID(0)
            let target: JSONObject = [
                "kind": "business_profile", "phoneNumberId": .string(number), "asked": ["about"], "confirmedAt": "2026-11-30T12:00:00Z",
                "things": [["id": .string(number), "document": ["about": "what another host saw"]]],
            ]
            let list: JSONObject = [
                "kind": "phone_number", "asked": ["display_phone_number"], "confirmedAt": "2026-11-30T12:00:00Z",
                "things": [["id": .string(number), "document": ["display_phone_number": "+1 555-100-0000"]]],
            ]
            for target in [list, target] {
                _ = try await client.call("\(Self.name).Adopt", ["account": "acme", "target": .object(target)])
            }
            await #expect(throws: VarlinkError.invalidParameter("target.kind")) {
                try await client.call(
                    "\(Self.name).Adopt",
                    ["account": "acme", "target": ["kind": "alarm", "asked": [], "confirmedAt": "2026-11-30T12:00:00Z"]])
            }
            let budget: JSONObject = ["budget": ["of": "another host"]]
            _ = try await client.call("\(Self.name).Adopt", ["account": "acme", "budget": .object(budget)])
            var end: JSONObject?
            for try await reply in client.stream("\(Self.name).Copy", ["account": "acme"]) { end = reply }
            #expect(end?["budget"]?.object == budget && end?["end"] == true)
            let cursor = try GetStatusReply(json: try await client.call(GetStatusParameters.qualifiedMethod)).status.cursor
            _ = try await client.call(
                "\(Self.name).Hold", ["account": "acme", "epoch": 1, "until": .integer(Int(try Self.now() + 60_000))])
            var subscription = Subscription(client: client, parameters: SubscribeParameters(after: cursor))
            var change = try await subscription.change()
            while change.kind != .businessProfile || change.id != number || change.operation == .baseline && change.after?["about"] == nil {
                change = try await subscription.change()
            }
            while change.operation == .baseline { change = try await subscription.change() }
            #expect(change.operation == .changed && change.before?["about"] == "what another host saw")
            #expect(await daemon.stop() == 0)
        }
    }

    /// Milliseconds of the machine's monotonic clock.
    private static func now() throws -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
