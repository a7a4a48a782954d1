import Changes
import GraphAPI
import Ledger
import StrictJSON
import Testing
import WhatsAppBusiness

@testable import Watching

/// What two tasks do to one target at once: in whichever order they come, nothing of either is lost, and nothing is told twice.
@Suite(.timeLimit(.minutes(5))) struct RaceTests {
    private static let good: AnswerStage.Meta = { asked in
        if asked.path.hasSuffix("phone_numbers") { return .init(body: #"{"data":[{"id":"7"},{"id":"8"},{"id":"9"}]}"#) }
        if asked.path.hasSuffix("settings") { return .init(body: #"{"storage_configuration":{"status":"DEFAULT"}}"#) }
        if asked.path.hasSuffix("whatsapp_business_profile") { return .init(body: #"{"data":[{"about":"x"}]}"#) }
        return .init(body: #"{"id":"102","name":"Acme"}"#)
    }
    private static let refused: AnswerStage.Reply = .error(190, "Invalid OAuth access token.", status: 401)

    private func started(_ stage: AnswerStage) async throws -> Watcher {
        let watcher = try stage.watcher(.account, .phoneNumber, .businessProfile, .phoneNumberSettings)
        try await watcher.begin()
        for kind in [Kind.account, .phoneNumber] { _ = await watcher.pollOnce(AnswerStage.target(kind)) }
        return watcher
    }

    private func told(_ stage: AnswerStage, after sequence: Int64, _ id: String) async throws -> Int {
        try await stage.told(after: sequence).count { $0.resource.kind == .watch && $0.resource.id == id }
    }

    /// The answer is older than the refusal: a target that looks well with a token that is refused would hide that nothing is polled any more.
    @Test func answer_thatWasUnderWayWhenTheTokenWasRefused_doesNotHideThat() async throws {
        try await AnswerStage.with(Self.good) { stage in
            let watcher = try await started(stage)
            let profile = AnswerStage.target(.businessProfile, "7")
            stage.hold { $0.path.hasSuffix("whatsapp_business_profile") }
            let poll = Task { await watcher.pollOnce(profile) }
            await stage.holds(1)
            stage.answer { _ in Self.refused }
            _ = await watcher.pollOnce(AnswerStage.target(.phoneNumber))
            stage.advance(30)
            _ = await watcher.pollOnce(AnswerStage.target(.account))
            #expect(await watcher.watch(over: profile)?.state == .unauthorized)
            stage.answer(Self.good)
            stage.letGo()
            guard case .recorded = await poll.value.result else { return fail("it is complete") }
            #expect(await watcher.watch(over: profile)?.state == .unauthorized, "until the token is taken again")
            #expect(await watcher.watch(over: profile)?.lastSuccess != nil)
            // And then it is over for all.
            stage.advance(60)
            _ = await watcher.pollOnce(AnswerStage.target(.account))
            _ = await watcher.pollOnce(profile)
            #expect(await watcher.watch(over: profile)?.state == .current)
        }
    }

    /// That the token is refused cannot be written down when it is found out: it is told when it can be, by the account's own watch.
    @Test func token_thatIsRefusedWhileTheDiskIsFull_isToldOnceThereIsRoom() async throws {
        let disk = HeldDisk()
        try await AnswerStage.with(Self.good, disk: disk) { stage in
            let watcher = try await started(stage)
            let (list, account, before) = (AnswerStage.target(.phoneNumber), AnswerStage.target(.account), stage.sequence)
            stage.answer { _ in Self.refused }
            disk.fill(true)
            _ = await watcher.pollOnce(list)
            stage.advance(30)
            _ = await watcher.pollOnce(account)
            #expect(try await told(stage, after: before, "account") == 0)
            disk.fill(false)
            for _ in 0..<3 {
                _ = await watcher.pollOnce(account)
                _ = await watcher.pollOnce(list)
                stage.advance(30)
            }
            #expect(try await told(stage, after: before, "account") == 1)
            #expect(await watcher.watch(over: account)?.state == .unauthorized)
            #expect(await watcher.watch(over: list)?.state == .unauthorized)
        }
    }

    /// A wider trouble comes while a poll is being recorded: it is the later, and stands.
    @Test func trouble_thatComesWhileAPollIsRecorded_stands() async throws {
        let disk = HeldDisk()
        try await AnswerStage.with(Self.good, disk: disk) { stage in
            let watcher = try await started(stage)
            let profile = AnswerStage.target(.businessProfile, "7")
            disk.hold()
            let poll = Task { await watcher.pollOnce(profile) }
            await disk.holds(1)
            let follow = Task { await watcher.follow([profile], .unreachable, "the account cannot be reached") }
            for _ in 0..<200 { await Task.yield() }
            disk.letGo()
            guard case .recorded(let changes) = await poll.value.result else { return fail("it is complete") }
            await follow.value
            #expect(changes == 1)
            #expect(await watcher.watch(over: profile)?.state == .unreachable)
            #expect(
                try await stage.ledger.resources(kinds: [.watch], ids: ["business_profile/7"]).resources.first?.document["state"]
                    == "unreachable")
        }
    }

    /// The same trouble is found by two at once: it is told once.
    @Test func trouble_thatTwoFindAtOnce_isToldOnce() async throws {
        let disk = HeldDisk()
        try await AnswerStage.with(Self.good, disk: disk) { stage in
            let watcher = try await started(stage)
            let (list, before) = (AnswerStage.target(.phoneNumber), stage.sequence)
            disk.hold()
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<8 { group.addTask { await watcher.move(list, .failed(.throttled, reason: "Meta throttles the account")) } }
                await disk.holds(1)
                for _ in 0..<200 { await Task.yield() }
                disk.letGo()
            }
            #expect(try await told(stage, after: before, "phone_number") == 1)
            #expect(await watcher.watch(over: list)?.state == .throttled)
        }
    }

    /// What could not be written has not happened, whatever came behind it.
    @Test func changesOfAWatch_areWrittenInTheOrderInWhichTheyCame() async throws {
        let disk = HeldDisk()
        try await AnswerStage.with(Self.good, disk: disk) { stage in
            let watcher = try await started(stage)
            let (list, before) = (AnswerStage.target(.phoneNumber), stage.sequence)
            disk.hold()
            let first = Task { await watcher.move(list, .failed(.throttled, reason: "Meta throttles the account")) }
            await disk.holds(1)
            let second = Task { await watcher.move(list, .complete) }
            for _ in 0..<200 { await Task.yield() }
            disk.letGo()
            await first.value
            await second.value
            let changes = try await stage.told(after: before).filter { $0.resource.id == "phone_number" }
            #expect(changes.map { $0.after?["state"] } == ["throttled", "current"])
            #expect(await watcher.watch(over: list)?.state == .current)
        }
    }

    /// Meta stops giving a field while all numbers are being polled: one drift, one telling, and one when it is over.
    @Test func drift_thatManyNumbersFindAtOnce_isToldOnce() async throws {
        let disk = HeldDisk()
        let withdrawn: AnswerStage.Meta = { asked in
            guard asked.path.hasSuffix("settings") else { return Self.good(asked) }
            guard asked.fields.contains("calling") else { return Self.good(asked) }
            return .error(100, "(#100) Tried accessing nonexisting field (calling) on node type (WhatsAppBusinessPhoneNumber)")
        }
        try await AnswerStage.with(withdrawn, disk: disk) { stage in
            let watcher = try await started(stage)
            let (targets, before) = (["7", "8", "9"].map { AnswerStage.target(.phoneNumberSettings, $0) }, stage.sequence)
            disk.hold()
            await withTaskGroup(of: Void.self) { group in
                for target in targets { group.addTask { _ = await watcher.pollOnce(target) } }
                await disk.holds(1)
                for _ in 0..<500 { await Task.yield() }
                disk.letGo()
            }
            for target in targets { #expect(await watcher.watch(over: target)?.state == .drifted, "\(target)") }
            #expect(try await stage.told(after: before).count { $0.resource.kind == .watch } == 1)
        }
    }

    /// Meta gives one number what it refused another meanwhile: of the first nothing is missing. From its next poll on it is not asked for there either.
    @Test(arguments: [false, true]) func answer_thatShowsAField_whichWasRefusedToAnotherMeanwhile_isComplete(isUnchanged: Bool) async throws
    {
        let given: AnswerStage.Meta = { asked in
            guard asked.path.hasSuffix("settings") else { return Self.good(asked) }
            return .init(body: asked.fields.contains("calling") ? #"{"calling":{"status":"ENABLED"}}"# : #"{"user_identity_change":{}}"#)
        }
        let refused: AnswerStage.Meta = { asked in
            guard asked.fields.contains("calling") else { return given(asked) }
            return .error(100, "(#100) Tried accessing nonexisting field (calling) on node type (WhatsAppBusinessPhoneNumber)")
        }
        try await AnswerStage.with(given) { stage in
            let watcher = try await started(stage)
            let (one, other) = (AnswerStage.target(.phoneNumberSettings, "7"), AnswerStage.target(.phoneNumberSettings, "8"))
            _ = await watcher.pollOnce(other)
            // The same bytes say nothing new, and are taken for what is known.
            for _ in 0..<(isUnchanged ? 2 : 0) { _ = await watcher.pollOnce(one) }
            let before = stage.sequence
            stage.hold { $0.path.contains("7/settings") }
            let poll = Task { await watcher.pollOnce(one) }
            await stage.holds(1)
            stage.answer(refused)
            _ = await watcher.pollOnce(other)
            stage.letGo()
            guard case .recorded = await poll.value.result else { return fail("it is complete") }
            #expect(await watcher.watch(over: one)?.state == .current)
            #expect(await watcher.watch(over: other)?.reason == "Meta no longer gives calling")
            _ = await watcher.pollOnce(one)
            #expect(await watcher.watch(over: one)?.reason == "Meta no longer gives calling")
            #expect(
                try await stage.told(after: before).filter { $0.resource.kind == .watch }.map(\.resource.id) == ["phone_number_settings/8"])
        }
    }

    /// Who waits for another's change of a watch waits no longer than the task lives.
    @Test func cancelledTask_doesNotWaitForAWatch() async throws {
        let disk = HeldDisk()
        try await AnswerStage.with(Self.good, disk: disk) { stage in
            let watcher = try await started(stage)
            let list = AnswerStage.target(.phoneNumber)
            disk.hold()
            let first = Task { await watcher.move(list, .failed(.throttled, reason: "Meta throttles the account")) }
            await disk.holds(1)
            let second = Task { await watcher.move(list, .complete) }
            second.cancel()
            await second.value
            disk.letGo()
            await first.value
            #expect(await watcher.watch(over: list)?.state == .throttled)
        }
    }

    /// Two accounts of one name in turn, as a reload makes them: a request of the first says nothing of the second.
    @Test func reply_toAnAccountThatWasReplaced_saysNothingOfTheNext() async throws {
        try await AnswerStage.with(Self.good) { stage in
            let watcher = try await started(stage)
            stage.hold { $0.path.hasSuffix("whatsapp_business_profile") }
            let poll = Task { await watcher.pollOnce(AnswerStage.target(.businessProfile, "7")) }
            await stage.holds(1)
            try await watcher.reload(accounts: [])
            stage.answer { _ in Self.refused }
            stage.letGo()
            guard case .notWatched = await poll.value.result else { return fail("nobody watches it") }
            #expect(await watcher.targets.isEmpty)
            #expect(try await stage.ledger.resources(kinds: [.businessProfile]).resources.isEmpty)
        }
    }

    /// The same name, another account: what the old one's poll brings is not the new one's.
    @Test func answerOfAnotherAccountOfTheName_isNotRecordedAsThisOnes() async throws {
        try await AnswerStage.with(Self.good) { stage in
            let watcher = try await started(stage)
            stage.hold { $0.path.hasPrefix("/102/phone_numbers") }
            let poll = Task { await watcher.poll(AnswerStage.target(.phoneNumber)) }
            await stage.holds(1)
            var plan = try stage.plan([.account, .phoneNumber])
            plan.wabaID = "103"
            try await watcher.reload(accounts: [plan])
            stage.letGo()
            await poll.value
            #expect(try await stage.ledger.resources(kinds: [.phoneNumber]).resources.isEmpty)
            #expect(await watcher.watch(over: AnswerStage.target(.phoneNumber))?.state == .starting)
            #expect(await watcher.schedule.due(AnswerStage.target(.phoneNumber)) != nil, "its own poll is to come")
        }
    }

    /// An account that is removed while its polls go on is asked for nothing more, and holds up nobody.
    @Test func pollOfAnAccountThatWasRemoved_ends() async throws {
        let disk = HeldDisk()
        try await AnswerStage.with(Self.good, disk: disk) { stage in
            let watcher = try await started(stage)
            // So long that the calls that were written down do not count any more.
            stage.advance(300)
            disk.hold()
            let poll = Task { await watcher.pollOnce(AnswerStage.target(.businessProfile, "7")) }
            await disk.holds(1)
            let asked = stage.requests.count
            let reload = Task { try await watcher.reload(accounts: []) }
            await disk.holds(2)
            disk.letGo()
            try await reload.value
            let result = await poll.value.result
            switch result {
            case .notWatched, .unaffordable: break
            default: Issue.record("it ended as \(result)")
            }
            #expect(stage.requests.count <= asked + 1)
        }
    }
}
