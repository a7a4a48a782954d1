import GraphSimulator
import StrictJSON
import Testing

@Suite(.timeLimit(.minutes(1)))
struct ExpansionTests {
    private let second = Platform.samplePhoneNumberID(1)
    /// Every edge that a number has, with what the edge itself gives for the same words.
    private static let rides: [(edge: SimulatedEdge, inner: String, alone: String)] = [
        (.profile, "{about,websites}", "fields=about,websites"), (.commerceSettings, "", ""),
        (.qrCodes, ".limit(2){code}", "limit=2&fields=code"),
        (.blockedUsers, ".limit(2)", "limit=2"), (.settings, "{calling,storage_configuration}", "fields=calling,storage_configuration"),
    ]

    private func platform() -> Platform {
        var platform = Platform.sample(numbers: 3, blockedUsers: 5)
        for ride in Self.rides { platform[expansion: ride.edge].answer = .served }
        return platform
    }

    /// A target whose fields are percent-encoded.
    private func target(_ path: String, _ fields: String, _ more: String = "") -> String {
        let encoded = fields.replacing("{", with: "%7B").replacing("}", with: "%7D").replacing("\"", with: "%22").replacing(
            " ", with: "%20")
        return "/v25.0/\(path)?fields=\(encoded)\(more)"
    }

    private func usage(_ simulator: GraphSimulator, _ body: () throws -> Void) rethrows -> Int {
        simulator.forgetUsage()
        try body()
        return simulator.usage(of: account)
    }

    // MARK: What parses

    @Test(
        arguments: [
            ("id,", nil), ("id{a}", nil), (" id , status ", nil), ("throughput.fields(level)", nil), ("", nil),
            ("id}}", #"Expected end of string instead of "}"." at character 2"#),
            // As people show them: facebook-node-sdk 123, fbgraph 125, facebook-nodejs-business-sdk 59, facebook-events-by-location-core 30.
            ("likes.limit(1000){id},comments.limit(1000){id}{from}", #"Expected end of string instead of "{"." at character 46"#),
            ("fan_count,name,picture?type=large", #"Expected end of string instead of "?"." at character 22"#),
            ("id,,status", #"Expected name." at character 3"#), ("id,phone.limit,a", #"Expected "(" instead of ","." at character 14"#),
            ("id,phone.since(2018", #"Expected ")", got end of string." at character 19"#),
            ("id,throughput{", #"Expected name." at character 14"#),
            ("a{}", #"Expected name." at character 2"#), ("a.fields(b", #"Expected ")", got end of string." at character 10"#),
            ("a{b", #"Expected "}", got end of string." at character 3"#), ("{a}", #"Expected name." at character 0"#),
            ("a.(1)", #"Expected name." at character 2"#),
            ("café{é}\u{1}x", #"Expected end of string instead of "\#u{1}"." at character 7"#),
        ] as [(String, String?)])
    func fields_thatDoNotParse_areRefusedWithThePlace(_ fields: String, _ complaint: String?) async throws {
        try await withSimulator { _, client throws in
            let encoded = fields.utf8.map { byte in "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
            let reply = try client.get("/v25.0/\(phone)?fields=\(encoded)")
            guard let complaint else { return #expect(reply.code != 2500) }
            #expect(reply.status == 400)
            #expect(reply.code == 2500)
            #expect(reply.json["error"]?["type"] == "OAuthException")
            #expect(reply.json["error"]?["message"]?.string == "Syntax error \"\(complaint): \(fields)")
        }
    }

    @Test func fields_thatAreTooMuch_areRefused() async throws {
        try await withSimulator { _, client throws in
            for fields in [
                String(repeating: "a%7B", count: 200), (0..<1001).map { "a\($0)" }.joined(separator: ","),
                String(repeating: "a", count: 17_000),
                "block_users" + (0..<9).map { ".a\($0)(1)" }.joined(),
            ] {
                let reply = try client.get("/v25.0/\(phone)?fields=\(fields)")
                #expect(reply.code == 100)
                #expect(reply.json["error"]?["message"]?.string?.hasPrefix("(#100) The parameter fields") == true)
            }
            #expect(try client.get(target(account, "phone_numbers{throughput{level{a{b{c{d{e{f}}}}}}}}")).code == 100)
            #expect(try client.get(target(account, "phone_numbers{throughput{level{a{b{c{d{e}}}}}}}")).status == 200)
        }
    }

    // MARK: What stands inside

    @Test func edges_insideANumber_areTheEnvelopeOfTheEdge() async throws {
        try await withSimulator(platform()) { _, client throws in
            for ride in Self.rides {
                let name = ride.edge.rawValue
                let alone = try client.get("/v25.0/\(phone)/\(name)?\(ride.alone)").json
                let inNumber = try client.get(target(phone, "id,\(name)\(ride.inner)")).json
                let inList = try client.get(target("\(account)/phone_numbers", "id,\(name)\(ride.inner)", "&limit=2"))
                let inAccount = try client.get(target(account, "phone_numbers.limit(2){id,\(name)\(ride.inner)}")).json
                for inner in [inNumber[name], inList.data[0][name], inAccount["phone_numbers"]?["data"]?.array?[0][name]] {
                    let inner = try #require(inner, "\(name)")
                    #expect(inner["data"] == alone["data"], "\(name)")
                    #expect(ride.edge != .settings || inner == alone)
                    #expect((inner["paging"]?["next"] == nil) == (alone["paging"]?["next"] == nil), "\(name)")
                    guard let next = inner["paging"]?["next"]?.string else { continue }
                    #expect(try client.get(next).data == (try client.get(try #require(alone["paging"]?["next"]?.string)).data), "\(name)")
                }
                // The list's own next keeps what rides on it.
                #expect(try client.get(try #require(inList.next)).data[0][name] != nil)
            }
        }
    }

    @Test func fieldsInParentheses_areFieldsInBraces() async throws {
        try await withSimulator(platform()) { _, client throws in
            let braces = try client.get(target(phone, "whatsapp_business_profile{about}")).json
            #expect(try client.get(target(phone, "whatsapp_business_profile.fields(about)")).json == braces)
        }
    }

    @Test func order_chronological_turnsAListRound() async throws {
        try await withSimulator { _, client throws in
            func names(_ order: String) throws -> [JSONValue?]? {
                try client.get(target(account, "message_templates\(order){name}")).json["message_templates"]?["data"]?.array?.map {
                    $0["name"]
                }
            }
            let listed = try #require(try names(""))
            #expect(try names(".order(reverse_chronological)") == listed)
            #expect(try names(".order(chronological).limit(2)") == Array(listed.reversed().prefix(2)))
            #expect(try client.get(target(account, "message_templates.order(up){name}")).code == 100)
        }
    }

    @Test func arguments_ofAnExpansion_stayInItsNext() async throws {
        try await withSimulator { simulator, client throws in
            simulator.update { $0.accounts[account]?.messageTemplates[1]["status"] = "PAUSED" }
            let inner = try client.get(target(account, "message_templates.limit(1).status(APPROVED){id,status}")).json["message_templates"]
            let rest = try client.get(try #require(inner?["paging"]?["next"]?.string))
            #expect(rest.data.map { $0["status"] } == ["APPROVED"])
            #expect(rest.next == nil)
        }
    }

    // MARK: How an edge behaves

    @Test func edges_thatNobodyIsKnownToExpand_areRefusedUnlessSaid() async throws {
        try await withSimulator { simulator, client throws in
            for name in ["whatsapp_business_profile{about}", "whatsapp_commerce_settings"] {
                #expect(try client.get(target("\(account)/phone_numbers", "id,\(name)")).status == 200)
            }
            for name in ["settings", "message_qrdls", "block_users"] {
                let reply = try client.get(target("\(account)/phone_numbers", "id,\(name)"))
                #expect(reply.code == 100)
                #expect(
                    reply.json["error"]?["message"]?.string
                        == "(#100) Tried accessing nonexisting field (\(name)) on node type (WhatsAppBusinessPhoneNumber)")
            }
            for name in ["phone_numbers{id}", "subscribed_apps", "message_templates{id}"] {
                #expect(try client.get(target(account, "id,\(name)")).status == 200)
            }
            try simulator.setFault(named: "expansion", ["edge": "block_users"])
            #expect(try client.get(target(phone, "block_users")).json["block_users"]?["data"]?.array?.count == 3)
            simulator.clearFaults()
            #expect(try client.get(target(phone, "block_users")).code == 100)
        }
    }

    @Test func answers_canBeRefusedIgnoredOrOdd_andServedAgain() async throws {
        try await withSimulator(platform()) { simulator, client throws in
            func inner(_ answer: String, _ name: String) throws -> JSONValue? {
                simulator.clearFaults()
                try simulator.setFault(named: "expansion", ["edge": .string(name), "answer": .string(answer)])
                let reply = try client.get(target("\(account)/phone_numbers", "id,status,\(name)"))
                #expect(reply.status == 200)
                #expect(reply.data.count == 3 && reply.data[0]["status"] == "CONNECTED")
                return reply.data[0].object?.contains(name) == true ? reply.data[0][name] : nil
            }
            for ride in Self.rides {
                let name = ride.edge.rawValue
                let served = try #require(try inner("served", name))
                #expect(try inner("ignored", name) == nil)
                #expect(try inner("text", name) == "cannot be shown")
                #expect(try inner("number", name) == 7)
                switch ride.edge {
                case .settings: #expect(try inner("bare", name) == ["data": [served]])
                case .profile, .commerceSettings: #expect(try inner("bare", name) == served["data"]?.array?.first)
                default: #expect(try inner("bare", name) == served["data"])
                }
                // The plain edge is none of an expansion's.
                #expect(try client.get("/v25.0/\(phone)/\(name)").status == 200)
                for (answer, code) in [("refused", 100), ("forbidden", 10)] {
                    simulator.clearFaults()
                    try simulator.setFault(named: "expansion", ["edge": .string(name), "answer": .string(answer)])
                    #expect(try client.get(target("\(account)/phone_numbers", "id,\(name)")).code == Int64(code))
                    #expect(try client.get(target(account, "phone_numbers{id,\(name)}")).code == Int64(code))
                    #expect(try client.get(target("\(account)/phone_numbers", "id")).status == 200)
                }
            }
            simulator.clearFaults()
            #expect(try client.get(target(phone, "settings")).json["settings"]?["calling"] != nil)
        }
    }

    @Test func foreign_givesAnotherNumbersThings_andTheNumbersOwnWhereItIsTheOnlyOne() async throws {
        try await withSimulator { simulator, client throws in
            simulator.update { $0[phoneNumber: second]?.profile["about"] = "Somebody else" }
            try simulator.setFault(named: "expansion", ["edge": "whatsapp_business_profile", "answer": "foreign", "id": .string(phone)])
            let numbers = try client.get(target("\(account)/phone_numbers", "id,whatsapp_business_profile{about}")).data
            #expect(numbers.map { $0["whatsapp_business_profile"]?["data"]?.array?.first?["about"] } == ["Somebody else", "Somebody else"])
            #expect(try client.get("/v25.0/\(phone)/whatsapp_business_profile?fields=about").data[0]["about"] == "Succulents & café")
            simulator.update { $0[phoneNumber: second] = nil }
            #expect(
                try client.get(target(phone, "whatsapp_business_profile{about}")).json["whatsapp_business_profile"]?["data"]?.array?.first?[
                    "about"]
                    == "Succulents & café")
        }
    }

    @Test func list_insideANode_isCutOffWithNext_evenOneWithoutPages() async throws {
        try await withSimulator(platform()) { simulator, client throws in
            try simulator.setFault(named: "expansion", ["page": 1])
            simulator.update { $0.accounts[account]?.subscribedApps.append(["whatsapp_business_api_data": ["id": "42", "name": "Other"]]) }
            let apps = try client.get(target(account, "subscribed_apps")).json["subscribed_apps"]
            #expect(apps?["data"]?.array?.count == 1)
            #expect(apps?["paging"]?["next"] != nil)
            let codes = try client.get(target(phone, "message_qrdls.limit(25){code}")).json["message_qrdls"]
            #expect(codes?["data"]?.array?.count == 1)
            var next = codes?["paging"]?["next"]?.string
            var count = 1
            while let target = next, count < 10 {
                let reply = try client.get(target)
                count += reply.data.count
                next = reply.next
            }
            #expect(count == 3)
            // What is no list is whole.
            #expect(
                try client.get(target(phone, "whatsapp_business_profile{about}")).json["whatsapp_business_profile"]?["paging"] == nil)
            // The list itself is none of an expansion's.
            #expect(try client.get("/v25.0/\(account)/phone_numbers?limit=2").data.count == 2)
        }
    }

    // MARK: What it counts as

    @Test func expansions_countAsOneCall_orAsMany_andTheHeaderTells() async throws {
        try await withSimulator(platform()) { simulator, client throws in
            let list = target("\(account)/phone_numbers", "id,whatsapp_business_profile{about},message_qrdls{code}", "&limit=2")
            let whole = target(account, "id,subscribed_apps,phone_numbers.limit(2){id,whatsapp_business_profile{about}}")
            func calls(_ target: String) throws -> Int { try usage(simulator) { _ = try client.get(target) } }
            #expect(try calls(list) == 1)
            simulator.update { $0[expansion: .profile].charge = .once }
            #expect(try calls(list) == 2)
            #expect(try calls(whole) == 2)
            simulator.update { $0[expansion: .profile].charge = .each }
            #expect(try calls(list) == 3)
            #expect(try calls(list.replacing("&limit=2", with: "")) == 4)
            #expect(try calls(whole) == 3)
            #expect(try calls(target(phone, "id,whatsapp_business_profile")) == 2)
            #expect(try calls("/v25.0/\(phone)/whatsapp_business_profile") == 1)
            simulator.update { $0.accounts[account]?.budget.callsPerHour = 10 }
            simulator.forgetUsage()
            let header = try #require(try client.get(list)["x-business-use-case-usage"])
            #expect(try JSONValue(parsing: header)[account]?.array?.first?["call_count"] == 30)
            try simulator.setFault(named: "expansion", ["edge": "whatsapp_business_profile", "answer": "refused", "calls": "each"])
            #expect(try client.get(list).code == 100)
            #expect(try calls(list) == 1)
            // Beyond the budget the whole is refused.
            simulator.clearFaults()
            simulator.update { $0.accounts[account]?.budget.callsPerHour = 2 }
            #expect(try calls(list) == 3)
            #expect(try client.get(list).status == 429)
        }
    }
}
