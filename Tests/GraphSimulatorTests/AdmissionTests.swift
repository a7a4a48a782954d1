import GraphSimulator
import StrictJSON
import TestTools
import Testing
import WhatsAppBusiness

@Suite(.timeLimit(.minutes(1)))
struct AdmissionTests {
    @Test func token_ofEveryState_getsItsError() async throws {
        let clock = FakeClock()
        var platform = Platform.sample(accounts: 2)
        let soon = clock.timestamp.advanced(by: .seconds(60))
        platform.tokens = [
            "good": .valid, "old": .expired, "gone": .revoked, "changed": .passwordChanged, "weak": .withoutPermission,
            "soon": .expires(at: soon), "one": .limited(to: [account]),
        ]
        try await withSimulator(platform, clock: clock) { simulator, _ throws in
            func ask(_ token: String?, _ id: String = account) throws -> (Int, Int64?, Int64?) {
                let reply = try HTTPClient(simulator, token: token).get("/v23.0/\(id)")
                return (reply.status, reply.code, reply.subcode)
            }
            #expect(try ask("good") == (200, nil, nil))
            #expect(try ask("old") == (401, 190, 463))
            #expect(try ask("gone") == (401, 190, 458))
            #expect(try ask("changed") == (401, 190, 460))
            #expect(try ask("weak").1 == 200)
            #expect(try ask("unknown") == (401, 190, nil))
            #expect(try ask(nil) == (401, 104, nil))
            #expect(try ask("one").0 == 200)
            #expect(try ask("one", Platform.sampleAccountID(1)) == (400, 100, 33))
            #expect(try ask("one", Platform.samplePhoneNumberID(account: 1)) == (400, 100, 33))
            #expect(try ask("soon").0 == 200)
            clock.advance(by: .seconds(61))
            #expect(try ask("soon") == (401, 190, 463))
            simulator.update { $0.tokens["old"] = .valid }
            #expect(try ask("old").0 == 200)
            #expect(try HTTPClient(simulator, token: nil).get("/v23.0/\(account)?access_token=good").status == 200)
        }
    }

    @Test func proof_isRequiredAndCheckedByTheSecret() async throws {
        let clock = FakeClock()
        var platform = Platform.sample()
        platform.tokens = ["token": .valid]
        platform.app.secret = "secret"
        platform.app.requiresProof = true
        // printf token | openssl dgst -sha256 -hmac secret
        let proof = "e941110e3d2bfe82621f0e3e1434730d7305d106c5f68c87165d0b27a4611a4a"
        try await withSimulator(platform, clock: clock) { simulator, _ throws in
            let client = HTTPClient(simulator, token: "token")
            #expect(try client.get("/v23.0/\(account)").code == 100)
            #expect(try client.get("/v23.0/\(account)?appsecret_proof=\(proof)").status == 200)
            #expect(try client.get("/v23.0/\(account)?appsecret_proof=\(proof.dropLast())0").code == 100)
            let late = clock.timestamp.milliseconds / 1000 - 301
            #expect(try client.get("/v23.0/\(account)?appsecret_proof=\(proof)&appsecret_time=\(late)").code == 100)
            simulator.update { $0.app.requiresProof = false }
            #expect(try client.get("/v23.0/\(account)").status == 200)
        }
    }

    @Test func version_tooOld_isUpgradedWithAWarning_tooNew_isRefused() async throws {
        try await withSimulator { simulator, client throws in
            let old = try client.get("/v19.0/\(account)")
            #expect(old.status == 200)
            #expect(old["facebook-api-version"] == "v22.0")
            #expect(old["x-ad-api-version-warning"] == "The call has been auto-upgraded to v22.0 as v19.0 has been deprecated.")
            #expect(old["date"] == "Thu, 09 Oct 2025 08:53:20 GMT")
            let current = try client.get("/v23.0/\(account)")
            #expect(current["facebook-api-version"] == "v23.0")
            #expect(current["x-ad-api-version-warning"] == nil)
            #expect(try client.get("/v99.0/\(account)").code == 2500)
            #expect(try client.get("/\(account)")["facebook-api-version"] == "v22.0")
            simulator.update { $0.versions = SimulatedVersion(24, 0)...SimulatedVersion(25, 0) }
            #expect(try client.get("/v23.0/\(account)")["facebook-api-version"] == "v24.0")
        }
    }

    @Test func entityTag_thatMatches_gives304AndStillCounts() async throws {
        try await withSimulator { simulator, client throws in
            let first = try client.get("/v23.0/\(account)")
            let tag = try #require(first["etag"])
            #expect(tag.count == 42)
            let second = try client.get("/v23.0/\(account)", headers: ["If-None-Match": tag])
            #expect(second.status == 304)
            #expect(second.body.isEmpty)
            #expect(second["x-business-use-case-usage"] != nil)
            #expect(simulator.usage(of: account) == 2)
            simulator.update { $0.accounts[account]?.document["name"] = "Another" }
            #expect(try client.get("/v23.0/\(account)", headers: ["If-None-Match": tag]).status == 200)
            let agent = try client.get("/v23.0/\(account)", headers: ["User-Agent": "another"])
            #expect(agent["etag"] != (try client.get("/v23.0/\(account)"))["etag"])
        }
    }

    @Test func unknownObject_ofAnyMethod_isRefusedAsRecorded() async throws {
        let recorded = try fixture("business_profile__details_handles_error_response")
        try await withSimulator { _, client throws in
            let reply = try client.get("/v19.0/123123/whatsapp_business_profile?fields=about")
            #expect(Int64(reply.status) == recorded["response"]?["status"]?.integer)
            for name in ["message", "type", "code", "error_subcode"] {
                #expect(reply.json["error"]?[name] == recorded["response"]?["body"]?["error"]?[name], "\(name)")
            }
            #expect(reply["www-authenticate"] == recorded["response"]?["headers"]?["www-authenticate"]?.string)
            #expect(
                try client.send("POST", "/v19.0/123123/deregister").json["error"]?["message"]?.string?.hasPrefix("Unsupported post") == true
            )
            #expect(try client.send("DELETE", "/v23.0/\(phone)/settings").code == 100)
            #expect(try client.get("/v23.0/\(account)/block_users").subcode == 33)
            #expect(try client.get("/v23.0/\(phone)/phone_numbers").subcode == 33)
        }
    }

    /// Our headers beside those of real answers: the same names, but for what a socket adds.
    @Test(arguments: [
        ("business_account__when_fields_not_provided_queries_default_fields", "GET", account),
        ("business_profile__details_handles_error_response", "GET", "123123/whatsapp_business_profile"),
        ("business_profile__details_queries_all_fields_by_default", "GET", "\(phone)/whatsapp_business_profile"),
        ("business_profile__update_with_success_response", "POST", "\(phone)/whatsapp_business_profile"),
        ("templates__delete_template_with_error_response", "DELETE", "\(account)/message_templates?name=fake"),
        ("phone_numbers__deregister_number_with_success_response", "POST", "\(phone)/deregister"),
    ])
    func headers_ofAnAnswer_areThoseRecorded(_ name: String, _ method: String, _ path: String) async throws {
        let recorded = try fixture(name)["response"]
        try await withSimulator { _, client throws in
            let body: JSONValue? = path.hasSuffix("profile") && method == "POST" ? ["messaging_product": "whatsapp", "about": "x"] : nil
            let reply = try client.send(method, "/v19.0/\(path)", json: body)
            #expect(Int64(reply.status) == recorded?["status"]?.integer)
            let names = Set(reply.headers.map(\.name)).subtracting(["content-length", "connection"])
            #expect(names == Set(try #require(recorded?["headers"]?.object).names))
            #expect(reply["content-type"] == recorded?["headers"]?["content-type"]?.string)
            #expect(reply["cache-control"] == recorded?["headers"]?["cache-control"]?.string)
            let ours = try #require(reply.json.object)
            let theirs = try #require(recorded?["body"]?.object)
            if reply.status != 200 { #expect(Array(ours.names) == Array(theirs.names)) }
        }
    }
}
