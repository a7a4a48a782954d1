import GraphAPI
import GraphSimulator
import StrictJSON
import Synchronization
import Testing
import WhatsAppBusiness

/// The client as a whole against the simulator, over real HTTP.
@Suite(.timeLimit(.minutes(1))) struct SimulatorTests {
    private let account = Platform.sampleAccountID()
    private let phone = Platform.samplePhoneNumberID()

    @Test(arguments: WhatsAppBusiness.Edge.watched.map(\.name)) func watchedEdge_isFetchedAsTheSimulatorHoldsIt(name: String) async throws {
        let edge = try #require(WhatsAppBusiness.Edge.watched.first { $0.name == name })
        try await withSimulator { simulator, client in
            let held = try #require(whatIsHeld(edge, Platform.sample()))
            let ofAccount = [.account, .phoneNumber, .messageTemplate].contains(edge.kind)
            let answer = try await client.fetch(GraphRequest(edge, id: ofAccount ? account : phone))
            let items = edge.form == .node ? [answer.body] : try Page(answer).items
            #expect(items.count == held.count && !items.isEmpty)
            for (item, held) in zip(items, held) {
                try edge.check(item)
                let document = try edge.item.init(item)
                // What was asked for, or all where nothing can be.
                let names = held.names.filter { edge.fields.isEmpty || edge.fields.contains($0) }
                #expect(!names.isEmpty)
                for name in names { #expect(document.json[name] == held[name], "\(name)") }
            }
            #expect(simulator.requests.last?.status == 200 && (answer.usage != nil) == ofAccount)
        }
    }

    @Test func documents_ofTheSimulator_areTyped() async throws {
        try await withSimulator { _, client in
            let account = try WhatsAppBusinessAccount(await client.fetch(GraphRequest(.account, id: account)).body)
            #expect(account.name == "Lucky Shrub 1" && account.status?.known == .active)
            let number = try BusinessPhoneNumber(Page(await client.fetch(GraphRequest(.phoneNumbers, id: self.account))).items[1])
            #expect(number.verifiedName == "Lucky Shrub 1.2" && number.qualityRating?.known == .green)
            let profile = try BusinessProfile(Page(await client.fetch(GraphRequest(.businessProfile, id: phone))).items[0])
            #expect(profile.about == "Succulents & café")
        }
    }

    @Test func blockedUsers_64000_areWalkedWhole() async throws {
        try await withSimulator(.sample(blockedUsers: 64_000)) { simulator, client in
            let expected = (0..<64_000).map { String(16_505_550_000 + $0) }
            let outcome = try await client.all(GraphRequest(.blockedUsers, id: phone))
            #expect(Array(outcome.keys) == expected && outcome.items.count == 64_000)
            #expect(outcome.isExact && outcome.pages == 64 && simulator.requestCount == 64)

            // The same by keys alone, in the largest pages.
            var walk = PageWalk(GraphRequest(.blockedUsers, id: phone, limit: 5000))
            var request = walk.first
            while true {
                let page = try #require(await client.fetchKeys(request).page)
                switch try walk.on(page) {
                case .ask(let next): request = next
                case .done(let outcome):
                    #expect(Array(outcome.keys) == expected && outcome.isExact && outcome.pages == 13)
                    return
                }
            }
        }
    }

    @Test func blockedUsers_thatChangeUnderTheReader_areWalkedAgain() async throws {
        try await withSimulator(.sample(blockedUsers: 2500)) { simulator, client in
            let sleeps = Mutex(0)
            let phone = phone
            let outcome = try await client.all(GraphRequest(.blockedUsers, id: phone)) {
                let count = sleeps.withLock { count in
                    count += 1
                    return count
                }
                if count == 2 { simulator.update { _ = $0[phoneNumber: phone]?.blockedUsers.insert("4915112345678") } }
            }
            #expect(Array(outcome.keys) == ["4915112345678"] + (0..<2500).map { String(16_505_550_000 + $0) })
            #expect(outcome.isExact && outcome.pages == 3)
            #expect(simulator.requests.map(\.status) == [200, 200, 400, 200, 200, 200])
        }
    }

    @Test func list_thatNeverHoldsStill_isAFailure() async throws {
        try await withSimulator(.sample(blockedUsers: 2500)) { simulator, client in
            let phone = phone
            let failure = await #expect(throws: GraphFailure.self) {
                try await client.all(GraphRequest(.blockedUsers, id: phone)) {
                    simulator.update { $0[phoneNumber: phone]?.blockedUsers.touch() }
                }
            }
            #expect(failure?.code == .paging(restart: true) && failure?.graph?.code == 139_102)
            #expect(simulator.requestCount == 8)
        }
    }

    @Test(arguments: [Paging.offset, .time, .cursor(.index), .cursor(.item), .cursor(.version)])
    func templates_byAnyPaging_areWalkedWhole(paging: Paging) async throws {
        var platform = templates(50)
        platform[behaviour: .messageTemplates] = EdgeBehaviour(paging, maximum: 7)
        try await withSimulator(platform) { _, client in
            let outcome = try await client.all(GraphRequest(.messageTemplates, id: account))
            #expect(Array(outcome.keys) == (0..<50).map(String.init))
            #expect(outcome.pages == 8)
            // Pages by offset cannot say that the list changed.
            #expect(outcome.isExact == (paging != .offset))
        }
    }

    @Test func window_ofTwoYears_isAskedForInParts() async throws {
        var platform = templates(50)
        var behaviour = EdgeBehaviour(.time, maximum: 7)
        behaviour.timeBounds = .sixMonths
        platform[behaviour: .messageTemplates] = behaviour
        try await withSimulator(platform) { _, client in
            let window = try #require(TimeWindow(since: 1_700_000_000 - 2 * 365 * 86_400, until: 1_700_000_000))
            let outcome = try await client.all(GraphRequest(.messageTemplates, id: account, window: window))
            // One a fortnight.
            #expect(Array(outcome.keys) == (0..<50).map(String.init) && outcome.isExact)
        }
    }

    @Test func budget_thatIsUsedUp_isThrottledWithATime() async throws {
        var platform = Platform.sample()
        platform.accounts[account]?.budget = SimulatedBudget(callsPerHour: 5)
        try await withSimulator(platform) { _, client in
            for call in 1...5 {
                let answer = try await client.fetch(GraphRequest(.businessProfile, id: phone, account: account))
                #expect(answer.usage?.percent == Double(20 * call) && answer.usage?.regainAfter == nil)
            }
            let failure = await #expect(throws: GraphFailure.self) {
                try await client.fetch(GraphRequest(.businessProfile, id: phone, account: account))
            }
            #expect(failure?.code == .throttled(regainAfter: .seconds(3600)) && failure?.graph?.code == 80_007)
            #expect(failure?.usage?.percent == 120)
        }
    }

    @Test(arguments: [TokenState.revoked, .expired, .passwordChanged]) func token_thatIsRefused_isUnauthorized(state: TokenState)
        async throws
    {
        try await withSimulator { simulator, client in
            _ = try await client.fetch(GraphRequest(.account, id: account))
            simulator.update { $0.tokens[Platform.sampleToken] = state }
            let failure = await #expect(throws: GraphFailure.self) { try await client.fetch(GraphRequest(.account, id: account)) }
            #expect(failure?.code == .unauthorized && failure?.graph?.code == 190)
        }
    }

    @Test func proof_whereItIsRequired_isSent() async throws {
        var platform = Platform.sample()
        platform.app.secret = "shh"
        platform.app.requiresProof = true
        for (secret, isAnswered) in [("shh", true), ("other", false), (nil, false)] {
            try await withSimulator(platform, appSecret: secret) { simulator, client in
                let answer = try? await client.fetch(GraphRequest(.account, id: account))
                #expect((answer?.status == 200) == isAnswered)
                #expect(simulator.requests.first?[parameter: "appsecret_proof"] == (secret == nil ? nil : "present"))
            }
        }
    }

    @Test func digest_ofTheSameAnswer_isKnownAgain() async throws {
        try await withSimulator { simulator, client in
            let request = GraphRequest(.businessProfile, id: phone)
            let digest = try #require(await client.fetch(request).digest)
            let same = try await client.fetch(request, digest: digest)
            #expect(same.notModified && same.status == 200 && same.body.isNull)
            simulator.update { $0[phoneNumber: phone]?.profile["about"] = "New" }
            let changed = try await client.fetch(request, digest: digest)
            #expect(!changed.notModified && changed.digest != digest)
            #expect(simulator.requests.allSatisfy { $0[header: "if-none-match"] == nil && $0.status == 200 })
            #expect(try Page(changed).items.first?["about"] == "New")
        }
    }

    @Test func version_thatIsNoLongerServed_isToldOf() async throws {
        try await withSimulator(version: "v20.0") { _, client in
            let answer = try await client.fetch(GraphRequest(.account, id: account))
            #expect(answer.versionWarning == "The call has been auto-upgraded to v22.0 as v20.0 has been deprecated.")
            #expect(answer.apiVersion == "v22.0")
        }
        try await withSimulator(version: "v25.0") { _, client in
            let answer = try await client.fetch(GraphRequest(.account, id: account))
            #expect(answer.versionWarning == nil && answer.apiVersion == "v25.0")
        }
    }

    // MARK: What the simulator holds

    private func whatIsHeld(_ edge: WhatsAppBusiness.Edge, _ platform: Platform) -> [JSONObject]? {
        guard let account = platform.accounts[account], let phone = platform[phoneNumber: phone] else { return nil }
        switch edge.kind {
        case .account:
            var document = account.document
            document["subscribed_apps"] = ["data": .array(account.subscribedApps.map { .object($0) })]
            return [document]
        case .phoneNumber: return account.phoneNumbers.map(\.document)
        case .phoneNumberSettings:
            // The passwords of SIP servers are not asked for, and so not shown.
            var calling = phone.settings["calling"]?.object
            var sip = calling?["sip"]?.object
            let servers = JSONValue.array(
                (sip?["servers"]?.array ?? []).map { server in
                    var server = server.object ?? [:]
                    server["sip_user_password"] = nil
                    return .object(server)
                })
            sip?["servers"] = servers
            calling?["sip"] = sip.map { .object($0) }
            var settings = phone.settings
            settings["calling"] = calling.map { .object($0) }
            return [settings]
        case .businessProfile: return [phone.profile]
        case .commerceSettings: return phone.commerceSettings.map { [$0] }
        case .blockedUser: return (0..<phone.blockedUsers.count).map { phone.blockedUsers[$0] }
        case .qrCode: return phone.qrCodes
        case .messageTemplate: return account.messageTemplates
        default: return nil
        }
    }

    /// Templates that are a fortnight apart, the newest first.
    private func templates(_ count: Int) -> Platform {
        var platform = Platform.sample()
        platform.accounts[account]?.messageTemplates = (0..<count).map { index in
            [
                "id": .string(String(index)), "name": "t", "language": "en", "status": "APPROVED", "category": "UTILITY",
                "quality_score": ["score": "GREEN"], "rejected_reason": "NONE",
                "creation_time": .integer(1_700_000_000 - index * 14 * 86_400),
            ]
        }
        return platform
    }

    /// A clock that stands still, so that what a budget says is known to the minute.
    private func withSimulator(
        _ platform: Platform = .sample(), version: String = "v25.0", appSecret: String? = nil,
        _ body: (GraphSimulator, GraphClient) async throws -> Void
    ) async throws {
        let simulator = try await GraphSimulator.start(platform) { Timestamp(milliseconds: 1_760_000_000_000) }
        let transport = try CurlTransport()
        let client = try GraphClient(
            endpoint: Endpoint(baseURL: simulator.baseURL, version: version), token: AccessToken(Platform.sampleToken),
            appSecret: appSecret.map { text throws(SecretError) in try AppSecret(text) }, transport: transport)
        let result: Result<Void, any Error>
        do { result = .success(try await body(simulator, client)) } catch { result = .failure(error) }
        transport.close()
        try await simulator.stop()
        try result.get()
    }
}
