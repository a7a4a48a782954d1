import FoundationEssentials
import Glibc
import GraphSimulator
import StrictJSON
import TestSupport
import Testing
import Varlink
import WabaWatchClient
import WabaWatchInterface
import WhatsAppBusiness

/// Actions that are asked for on the socket of the real daemon, and carried out by the simulator.
@Suite(.inTurn, .timeLimit(.minutes(2))) struct ActionTests {
    private static let all = "actions: [block, profile, commerce, automation, settings, qr_code, callback, template, send]"
    private static let number = Platform.samplePhoneNumberID()
    private static let kinds: Set<Kind> = [.phoneNumber, .businessProfile, .blockedUser, .qrCode, .messageTemplate]
    private static let actor = "root (0)"

    /// A daemon whose first polls are over, and a client of it.
    private func withDaemon(
        actions: String = all, every: String = "1h", kinds: Set<Kind> = kinds,
        _ body: (Site, VarlinkClient, inout Subscription) async throws -> Void
    ) async throws {
        try await Site.with(numbers: 1, every: every, kinds: kinds, more: actions.isEmpty ? "" : "    " + actions) { site in
            let daemon = try await site.start()
            var subscription = try await site.subscribeFromTheBeginning()
            _ = try await subscription.changes(kinds.count)
            let client = try await VarlinkClient.connect(path: site.socket)
            try await body(site, client, &subscription)
            #expect(await daemon.stop() == 0)
        }
    }

    private func block(_ client: VarlinkClient, _ users: [String]) async throws -> BlockUsersReply {
        let list = UserList(account: "acme", phoneNumberID: Self.number, users: users)
        return try BlockUsersReply(json: try await client.call(BlockUsersParameters.qualifiedMethod, BlockUsersParameters(list).json))
    }

    private func unblock(_ client: VarlinkClient, _ users: [String]) async throws -> UnblockUsersReply {
        let list = UserList(account: "acme", phoneNumberID: Self.number, users: users)
        return try UnblockUsersReply(
            json: try await client.call(UnblockUsersParameters.qualifiedMethod, UnblockUsersParameters(list).json))
    }

    private func update(_ client: VarlinkClient, _ kind: Kind, id: String? = nil, _ document: JSONObject) async throws -> UpdateReply {
        let parameters = UpdateParameters(
            account: "acme", kind: kind, id: id, phoneNumberID: [.account, .subscribedApp].contains(kind) ? nil : Self.number,
            document: document)
        return try UpdateReply(json: try await client.call(UpdateParameters.qualifiedMethod, parameters.json))
    }

    @Test func users_areBlockedAndUnblocked_andTheChangesSayWhoDidIt() async throws {
        try await withDaemon { site, client, subscription in
            let blocked = try await block(client, ["+1 (650) 555-1234", "16505551235"])
            #expect(blocked.failed.isEmpty)
            #expect(blocked.added.map(\.input) == ["+1 (650) 555-1234", "16505551235"])
            #expect(blocked.added.map(\.waID) == ["16505551234", "16505551235"])
            let added = try await subscription.changes(2)
            #expect(Set(added.map(\.id)) == ["16505551234", "16505551235"])
            #expect(added.allSatisfy { $0.operation == .added && $0.origin == .command && $0.actor == Self.actor })
            // All of them at once, which a poll alone would take for a short answer.
            let unblocked = try await unblock(client, ["16505551234", "16505551235"])
            #expect(unblocked.removed.count == 2 && unblocked.failed.isEmpty)
            let removed = try await subscription.changes(2)
            #expect(removed.allSatisfy { $0.operation == .removed && $0.origin == .command && $0.actor == Self.actor })
            #expect(site.simulator.update { $0[phoneNumber: Self.number]?.blockedUsers.count } == 0)
            #expect(site.log.contains("acme: root (0): block 2 users at \(Self.number): done"))
            #expect(site.log.contains("acme: root (0): unblock 2 users at \(Self.number): done"))
        }
    }

    @Test func block_of2500_ofWhomATenthFails_isThreeRequests_andTellsAll() async throws {
        try await withDaemon { site, client, subscription in
            let users = (0..<2500).map { "1650555\(1000 + $0)" }
            let failing = Set(users.enumerated().filter { $0.offset % 10 == 0 }.map(\.element))
            site.simulator.update { $0[phoneNumber: Self.number]?.recentUsers = Set(users).subtracting(failing) }
            let reply = try await block(client, users)
            #expect(reply.added.count == 2250 && Set(reply.failed.map(\.input)) == failing)
            #expect(reply.failed.allSatisfy { $0.code == 131_047 && $0.message.contains("24 hours") })
            #expect(site.writes.map(\.status) == [400, 400, 400])
            let added = try await subscription.changes(2250)
            #expect(Set(added.map(\.id)) == Set(users).subtracting(failing) && added.allSatisfy { $0.origin == .command })
            #expect(site.log.contains("block 2500 users at \(Self.number): done for 2250, failed for 250"))
        }
    }

    @Test func things_areChanged_andEachChangeIsRecordedBeforeTheCallReturns() async throws {
        try await withDaemon { site, client, subscription in
            func told(_ operation: ChangeOperation, _ kind: Kind) async throws -> Change {
                let change = try await subscription.change()
                #expect(change.operation == OpenEnum(operation) && change.kind == OpenEnum(kind) && change.origin == .command)
                #expect(change.actor == Self.actor)
                return change
            }
            let profile = try await update(client, .businessProfile, ["about": "Acted upon", "websites": ["https://a.example"]])
            #expect(profile.success && profile.changes == 1 && profile.id == nil)
            #expect(try await told(.changed, .businessProfile).cursor == profile.cursor)
            let created = try await update(client, .qrCode, ["prefilled_message": "Hello there"])
            let code = try #require(created.id)
            #expect(try await told(.added, .qrCode).id == code)
            #expect(try await update(client, .qrCode, id: code, ["prefilled_message": "Good bye"]).id == code)
            #expect(try await told(.changed, .qrCode).after?["prefilled_message"] == "Good bye")
            let deletion = DeleteParameters(account: "acme", kind: .qrCode, id: code, phoneNumberID: Self.number)
            #expect(try DeleteReply(json: try await client.call(DeleteParameters.qualifiedMethod, deletion.json)).changes == 1)
            #expect(try await told(.removed, .qrCode).id == code)
            let automation: JSONObject = ["conversational_automation": ["prompts": ["Where are you?"]]]
            #expect(try await update(client, .phoneNumber, automation).success)
            #expect(try await told(.changed, .phoneNumber).fields.allSatisfy { $0.names[0] == "conversational_automation" })
            let template = try #require(
                site.simulator.update { $0.accounts[Platform.sampleAccountID()]?.messageTemplates[0]["id"]?.string })
            let withdrawal = DeleteParameters(account: "acme", kind: .messageTemplate, id: template)
            #expect(try DeleteReply(json: try await client.call(DeleteParameters.qualifiedMethod, withdrawal.json)).success)
            #expect(try await told(.removed, .messageTemplate).id == template)
        }
    }

    @Test func callback_isSetOnlyForTheTokensOwnApp() async throws {
        try await withDaemon(kinds: [.account, .subscribedApp, .phoneNumber]) { site, client, subscription in
            let own = site.simulator.update { $0.app.id }
            let override: JSONObject = ["override_callback_uri": "https://hooks.example/wa", "verify_token": "s3cr3t-v3rify"]
            let error = await #expect(throws: VarlinkError.self) { try await update(client, .subscribedApp, id: "4711", override) }
            #expect(error == .invalidParameter("id"))
            #expect(site.writes.isEmpty)
            #expect(try await update(client, .subscribedApp, id: own, override).success)
            // The numbers show it as well.
            let changes = try await subscription.changes(2)
            #expect(Set(changes.map(\.kind)) == [OpenEnum(.subscribedApp), OpenEnum(.phoneNumber)])
            #expect(changes.allSatisfy { $0.origin == .command && $0.actor == Self.actor })
            let change = changes.first { $0.kind == .subscribedApp }
            #expect(change?.after?["override_callback_uri"] == "https://hooks.example/wa")
            #expect(!site.log.contains("s3cr3t-v3rify"))
        }
    }

    @Test func message_isSent_andItsStatusIsAsMetaSays() async throws {
        try await withDaemon { site, client, _ in
            let parameters = SendTemplateParameters(
                account: "acme", phoneNumberID: Self.number, to: "+1 650 555 1234", template: "order_confirmation", language: "en_US")
            let sent = try SendTemplateReply(json: try await client.call(SendTemplateParameters.qualifiedMethod, parameters.json)).sent
            #expect(sent.id.hasPrefix("wamid.") && sent.toUser == "16505551234" && sent.fromPhoneID == Self.number)
            #expect(sent.status == "accepted")
            #expect(site.log.contains("send template order_confirmation (en_US) from \(Self.number): Meta took it as wamid."))
        }
    }

    @Test func action_thatIsNotAllowed_isRefused_andWrittenDown() async throws {
        try await withDaemon(actions: "") { site, client, _ in
            let error = await #expect(throws: VarlinkError.self) { try await block(client, ["16505551234"]) }
            #expect(error == VarlinkError(WabaWatchError.actionNotAllowed(account: "acme", action: "block")))
            #expect(site.writes.isEmpty)
            #expect(site.log.contains("acme: root (0): block: refused: acme does not allow this; add block to its actions"))
        }
        try await withDaemon(actions: "actions: [profile]") { site, client, _ in
            let reply = try await update(client, .businessProfile, ["about": "Allowed"])
            #expect(reply.success)
            let error = await #expect(throws: VarlinkError.self) { try await update(client, .qrCode, ["prefilled_message": "Hi"]) }
            #expect(error == VarlinkError(WabaWatchError.actionNotAllowed(account: "acme", action: "qr_code")))
        }
    }

    @Test func input_thatIsWrong_isRefusedBeforeMetaIsAsked() async throws {
        try await withDaemon { site, client, _ in
            let error = await #expect(throws: VarlinkError.self) {
                try await update(client, .businessProfile, ["about": .string(String(repeating: "a", count: 140))])
            }
            #expect(error == .invalidParameter("document.about"))
            #expect(site.log.contains("document.about has 140 characters, and at most 139 are allowed"))
            let unknown = await #expect(throws: VarlinkError.self) { try await block(client, ["16505551234", "nobody"]) }
            #expect(unknown == .invalidParameter("users[1]"))
            let list = UserList(account: "acme", phoneNumberID: "1", users: ["16505551234"])
            let nowhere = await #expect(throws: VarlinkError.self) {
                try await client.call(BlockUsersParameters.qualifiedMethod, BlockUsersParameters(list).json)
            }
            #expect(nowhere == VarlinkError(WabaWatchError.noSuchResource(account: "acme", kind: OpenEnum(.phoneNumber), id: "1")))
            #expect(site.writes.isEmpty)
        }
    }

    @Test func refusalOfMetas_isGraphError_andAThrottledAccountIsExhausted() async throws {
        try await withDaemon { site, client, _ in
            site.simulator.setFault(.error(10, message: "(#10) No permission"), times: 1)
            let refused = await #expect(throws: VarlinkError.self) { try await update(client, .businessProfile, ["about": "No"]) }
            #expect(refused?.name == "io.wabawatch.GraphError" && refused?.parameters["code"] == 10)
            site.simulator.update { $0.accounts[Platform.sampleAccountID()]?.budget.header = .fixed(percent: 100, minutes: 10) }
            let last = try await update(client, .businessProfile, ["about": "The last"])
            #expect(last.success)
            let exhausted = await #expect(throws: VarlinkError.self) { try await update(client, .businessProfile, ["about": "No more"]) }
            #expect(exhausted?.name == "io.wabawatch.BudgetExhausted")
            // Messages are counted apart.
            let parameters = SendTemplateParameters(
                account: "acme", phoneNumberID: Self.number, to: "+1 650 555 1234", template: "order_confirmation", language: "en_US")
            let sent = try await client.call(SendTemplateParameters.qualifiedMethod, parameters.json)
            #expect(sent["sent"] != nil)
        }
    }

    /// The deed is done at once, and its answer comes late: a poll that sees it first knows whose it is.
    @Test func change_thatAPollSeesFirst_isTheActorsAllTheSame() async throws {
        try await withDaemon(every: "20ms", kinds: [.phoneNumber, .businessProfile]) { site, client, subscription in
            site.simulator.setFault(.delay(.milliseconds(600)), on: EdgeMatch(edge: .profile, method: "POST"), times: 1)
            async let reply = update(client, .businessProfile, ["about": "Seen first"])
            let change = try await subscription.change()
            #expect(change.after?["about"] == "Seen first" && change.origin == .command && change.actor == Self.actor)
            let ended = try await reply
            #expect(ended.success && ended.changes == 0, "it was seen by a poll before the answer came")
            // What others do is not the actor's.
            site.setProfile(0, "address", "Elsewhere")
            let other = try await subscription.change()
            #expect(other.origin == .poll && other.actor == nil)
        }
    }

    /// The library's words for the same.
    @Test func account_ofTheLibrary_acts() async throws {
        try await withDaemon { site, _, subscription in
            let account = WabaWatch(socket: site.socket).account("acme")
            let number = account.number(Self.number)
            #expect(try await account.block(["+1 650 555 1234"], at: Self.number).added.map(\.waID) == ["16505551234"])
            #expect(try await number.unblock(["16505551234"]).removed.count == 1)
            let code = try #require(try await number.createQRCode("Hello"))
            #expect(try await number.changeQRCode(code, "Good bye").success)
            #expect(try await number.deleteQRCode(code).success)
            #expect(try await number.update(.businessProfile, ["about": "By the library"]).changes == 1)
            let sent = try await number.send(template: "order_confirmation", language: "en_US", to: "+1 650 555 1234")
            #expect(sent.id.hasPrefix("wamid."))
            let told = try await subscription.changes(6)
            #expect(told.allSatisfy { $0.actor == Self.actor })
            do {
                _ = try await account.setCallback("http://plain.example", verifyToken: "v")
                Issue.record("an address without TLS was taken")
            } catch let error as ClientError { #expect(error.code == .invalidParameter("document.override_callback_uri")) }
        }
    }
}
