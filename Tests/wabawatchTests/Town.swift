import GraphSimulator
import StrictJSON
import TestSupport
import Varlink
import WabaWatchInterface
import WhatsAppBusiness

/// The real daemon with a past: three numbers of which one has fallen twice, one is gone and one is well, and a profile that may not be read.
struct Town {
    let site: Site
    /// The place before the first change.
    let oldest: Cursor
    /// Every change so far, in order.
    let changes: [Change]

    static func with(_ body: (Town) async throws -> Void) async throws {
        // The daemon takes each poll's result over from the run before it; then nothing moves for an hour, while a test prints.
        let kinds: Set<Kind> = [.account, .subscribedApp, .phoneNumber, .businessProfile]
        try await Site.with(numbers: 3, every: "1h", kinds: kinds) { site in
            let steps: [() -> Void] = [
                {},
                {
                    site.set(0, "quality_rating", "YELLOW")
                    site.set(2, "status", "DISCONNECTED")
                },
                {
                    site.set(1, "whatsapp_business_manager_messaging_limit", "TIER_10K")
                    site.set(1, "verified_name", "Glückskraut 配送 \u{1B}[31m🌱")
                    site.setProfile(1, "about", "Open until 8 pm today")
                },
                {
                    site.set(0, "quality_rating", "RED")
                    site.simulator.update { platform in
                        let health: JSONValue = ["can_send_message": "LIMITED", "entities": []]
                        platform.accounts[Platform.sampleAccountID()]?.document["health_status"] = health
                    }
                },
            ]
            for step in steps {
                step()
                guard try await site.once() == 0 else { throw Failed(description: site.log) }
            }
            site.simulator.setFault(
                .error(10, message: "Application does not have permission for this action", http: 403),
                on: EdgeMatch(edge: .profile, id: Platform.samplePhoneNumberID(2)))
            _ = try await site.once()
            let daemon = try await site.start()
            var subscription = try await site.subscribeFromTheBeginning()
            let changes = try await subscription.changes(13)
            let status = try GetStatusReply(json: try await subscription.client.call(GetStatusParameters.qualifiedMethod)).status
            try await body(Town(site: site, oldest: status.oldestCursor, changes: changes))
            await subscription.client.close()
            guard await daemon.stop() == 0 else { throw Failed(description: site.log) }
        }
    }

    struct Failed: Error, CustomStringConvertible {
        var description: String
    }
}
