import FoundationEssentials
import StrictJSON
import TestSupport
import Testing
import Varlink
import WabaWatchClient
import WabaWatchInterface
import WhatsAppBusiness

/// The previous release's `wabawatch` before this daemon: the bytes that it sent are kept, and each reply is one that it reads.
@Suite(.inTurn, .timeLimit(.minutes(1))) struct ReleasedProgramTests {
    @Test(arguments: ReleasedInterface.releases) func calls_ofAReleasedProgram_getRepliesThatItReads(release: String) async throws {
        let then = try ReleasedInterface(release: release)
        let all = Set(Kind.polled)
        try await Site.with(every: "1h", kinds: all) { site in
            let daemon = try await site.start()
            var subscription = try await site.subscribeFromTheBeginning()
            var seen: Set<String> = []
            while !seen.isSuperset(of: ["account", "phone_number", "business_profile", "message_template", "qr_code"]) {
                seen.insert(try await subscription.change().kind.rawValue)
            }
            var methods: Set<String> = []
            for (command, bytes) in try then.calls() {
                let peer = try RawPeer(connectingTo: site.socket)
                await peer.write(bytes)
                for call in bytes.split(separator: 0) {
                    let call = try JSONValue(parsing: String(decoding: call, as: UTF8.self))
                    let method = String(try #require(call["method"]?.string).split(separator: ".").last ?? "")
                    methods.insert(method)
                    let replies = try await replies(to: method, peer)
                    #expect(!replies.isEmpty, "\(command): \(method) is answered")
                    for reply in replies { try then.read(reply, of: method) }
                }
                if command == "monitor" {
                    site.set(0, "quality_rating", "YELLOW")
                    _ = try await subscription.client.call("io.wabawatch.Poll", ["account": "acme", "kind": "phone_number"])
                    let change = try then.read(try await self.reply(peer).parameters, of: "Subscribe")["change"]
                    #expect(change?["after"]?["quality_rating"] == "YELLOW" && change?["severity"] == "warning")
                }
            }
            #expect(methods == ["GetStatus", "List", "History", "Subscribe", "Poll"])
            #expect(await daemon.stop() == 0)
        }
    }

    /// Its subscription without a filter is told of alarms, a kind that it does not know, and of the account `*`, and goes on with what it knows.
    @Test(arguments: ReleasedInterface.releases) func subscription_ofAReleasedProgram_goesOnWhileAlarmsAreTold(release: String) async throws
    {
        let then = try ReleasedInterface(release: release)
        let calls = Dictionary(uniqueKeysWithValues: try then.calls().map { ($0.command, $0.bytes) })
        try await Site.with { site in
            // A ledger that is none is set aside, which is an alarm of all accounts.
            try Data(repeating: 0x2e, count: 8192).write(to: URL(filePath: site.ledger))
            let daemon = try await site.start()
            var watching = try await site.subscribeFromTheBeginning()
            var awaited: Set = ["alarm ledger", "phone_number 1", "business_profile 1"]
            while !awaited.isEmpty {
                let change = try await watching.change()
                awaited.remove(change.kind == .alarm ? "alarm \(change.id)" : "\(change.kind) 1")
            }
            let monitor = try RawPeer(connectingTo: site.socket)
            let bytes = try #require(calls["monitor"])
            await monitor.write(bytes)
            for method in ["GetStatus", "Subscribe"] {
                for reply in try await replies(to: method, monitor) { try then.read(reply, of: method) }
            }
            // Every change is read on the way to the one that is waited for.
            func change(_ kind: Kind, where isIt: (JSONObject) -> Bool) async throws -> JSONObject {
                while true {
                    let reply = try await self.reply(monitor).parameters
                    let known = try then.read(reply, of: "Subscribe", hasLaterValues: true)
                    if let change = known["change"]?.object, change["kind"]?.string == kind.rawValue, isIt(change) { return change }
                }
            }
            _ = try await WabaWatch(socket: site.socket).mute(
                Filter(accounts: ["*"]), until: Timestamp(milliseconds: Int64(Date.now.timeIntervalSince1970 * 1000) + 86_400_000))
            let muted = try await change(.alarm) { $0["account"] == "*" }
            #expect(muted["id"] == "ledger" && muted["operation"] == "changed")
            site.set(0, "status", "BANNED")
            let banned = try await change(.phoneNumber) { $0["after"]?["status"] == "BANNED" }
            #expect(banned["severity"] == "critical")
            let begun = try await change(.alarm) { $0["account"] == "acme" && $0["id"]?.string?.hasPrefix("number_banned") == true }
            #expect(begun["operation"] == "added")
            site.setProfile(1, "about", "Closed on Sundays")
            _ = try await change(.businessProfile) { $0["after"]?["about"] == "Closed on Sundays" }
            // So do its other commands, which ask for everything.
            for (command, method) in [("list", "List"), ("history", "History")] {
                let peer = try RawPeer(connectingTo: site.socket)
                await peer.write(try #require(calls[command]))
                let known = try await replies(to: method, peer).map { try then.read($0, of: method, hasLaterValues: true) }
                let things = known.compactMap { ($0["resource"] ?? $0["change"])?.object }
                #expect(Set(things.filter { $0["kind"] == "alarm" }.compactMap { $0["account"]?.string }) == ["*", "acme"], "\(command)")
                #expect(things.contains { $0["kind"] == "phone_number" }, "\(command)")
            }
            #expect(await daemon.stop() == 0)
        }
    }

    /// Up to the last of a call, or to the one that says that what follows is new.
    private func replies(to method: String, _ peer: RawPeer) async throws -> [JSONValue] {
        var replies: [JSONValue] = []
        while true {
            let (parameters, continues) = try await reply(peer)
            replies.append(parameters)
            if !continues || parameters["ready"] == true { return replies }
        }
    }

    private func reply(_ peer: RawPeer) async throws -> (parameters: JSONValue, continues: Bool) {
        let message = try JSONValue(parsing: String(await peer.readMessage().dropLast()))
        #expect(message["error"] == nil)
        return (message["parameters"] ?? .object(JSONObject()), message["continues"] == true)
    }
}
