import StrictJSON
import TestSupport
import Testing
import Varlink
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
