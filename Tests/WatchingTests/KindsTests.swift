import Changes
import GraphSimulator
import Ledger
import StrictJSON
import Testing
import WhatsAppBusiness

@testable import Watching

/// All nine kinds, polled over real HTTP.
@Suite(.timeLimit(.minutes(5))) struct KindsTests {
    @Test func firstLook_isOneBaselineForEachUnit() async throws {
        try await Stage.with { stage in
            let watcher = try stage.watcher(stage.plan())
            try await watcher.begin()
            await stage.run(watcher, for: .seconds(1))
            let changes = try await stage.changes()
            #expect(changes.allSatisfy { $0.change.operation == .baseline })
            // Four of the account and five of each number; the list of numbers is one.
            #expect(changes.count == 4 + 2 * 5, "\(changes.map(\.change.summary))")
            let ids = Dictionary(grouping: changes.map(\.change.resource), by: \.kind)
            #expect(ids[.account]?.map(\.id) == [Stage.account])
            #expect(ids[.subscribedApp]?.map(\.id) == [Stage.account])
            #expect(ids[.messageTemplate]?.map(\.id) == [Stage.account])
            for kind in [Kind.phoneNumberSettings, .businessProfile, .commerceSettings, .blockedUser, .qrCode] {
                #expect(Set(ids[OpenEnum(kind), default: []].map(\.id)) == [Stage.number(0), Stage.number(1)], "\(kind)")
            }
            let report = await watcher.report()
            #expect(report.watches.allSatisfy { $0.watch.state == .current })
            #expect(report.watches.count == 15)
        }
    }

    /// What somebody does at Meta, and the one change that has to come of it.
    struct Deed: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var kind: Kind
        var operation: ChangeOperation
        var severity: Severity
        var fields: [String] = []
        var act: @Sendable (inout Platform) -> Void
    }

    static let deeds: [Deed] = [
        Deed(testDescription: "the account is restricted", kind: .account, operation: .changed, severity: .critical, fields: ["/status"]) {
            $0.accounts[Stage.account]?.document["status"] = "RESTRICTED"
        },
        Deed(
            testDescription: "the review is rejected", kind: .account, operation: .changed, severity: .warning,
            fields: ["/account_review_status"]
        ) {
            $0.accounts[Stage.account]?.document["account_review_status"] = "REJECTED"
        },
        Deed(testDescription: "an app is unsubscribed", kind: .subscribedApp, operation: .removed, severity: .warning) {
            $0.accounts[Stage.account]?.subscribedApps = []
        },
        Deed(
            testDescription: "a callback is overridden", kind: .subscribedApp, operation: .changed, severity: .warning,
            fields: ["/override_callback_uri"]
        ) {
            $0.accounts[Stage.account]?.subscribedApps[0]["override_callback_uri"] = "https://elsewhere.example/hook"
        },
        Deed(testDescription: "a rating falls", kind: .phoneNumber, operation: .changed, severity: .warning, fields: ["/quality_rating"]) {
            $0[phoneNumber: Stage.number(0)]?.document["quality_rating"] = "YELLOW"
        },
        Deed(testDescription: "a number is removed", kind: .phoneNumber, operation: .removed, severity: .critical) {
            $0[phoneNumber: Stage.number(1)] = nil
        },
        Deed(
            testDescription: "calling is turned on", kind: .phoneNumberSettings, operation: .changed, severity: .notice,
            fields: ["/calling/status"]
        ) {
            var calling = $0[phoneNumber: Stage.number(0)]?.settings["calling"]?.object ?? [:]
            calling["status"] = calling["status"] == "ENABLED" ? "DISABLED" : "ENABLED"
            $0[phoneNumber: Stage.number(0)]?.settings["calling"] = .object(calling)
        },
        Deed(testDescription: "a profile is edited", kind: .businessProfile, operation: .changed, severity: .notice, fields: ["/about"]) {
            $0[phoneNumber: Stage.number(0)]?.profile["about"] = "Somebody was here"
        },
        Deed(testDescription: "a catalogue is unlinked", kind: .commerceSettings, operation: .changed, severity: .notice) {
            $0[phoneNumber: Stage.number(0)]?.commerceSettings = nil
        },
        Deed(testDescription: "a user is blocked", kind: .blockedUser, operation: .added, severity: .notice) {
            $0[phoneNumber: Stage.number(0)]?.blockedUsers.insert("491701234567")
        },
        Deed(testDescription: "a user is unblocked", kind: .blockedUser, operation: .removed, severity: .notice) {
            $0[phoneNumber: Stage.number(0)]?.blockedUsers.remove("16505550001")
        },
        Deed(testDescription: "a QR code is made", kind: .qrCode, operation: .added, severity: .notice) {
            $0[phoneNumber: Stage.number(0)]?.qrCodes.insert(
                ["code": "4O4YGZEG3RIVE9", "prefilled_message": "Hi", "deep_link_url": "https://wa.me/message/4O4YGZEG3RIVE9"], at: 0)
        },
        Deed(testDescription: "a template is paused", kind: .messageTemplate, operation: .changed, severity: .warning, fields: ["/status"])
        {
            $0.accounts[Stage.account]?.messageTemplates[0]["status"] = "PAUSED"
        },
        Deed(
            testDescription: "a template's quality falls", kind: .messageTemplate, operation: .changed, severity: .warning,
            fields: ["/quality_score/score"]
        ) {
            $0.accounts[Stage.account]?.messageTemplates[0]["quality_score"] = ["score": "RED", "date": 1_749_000_000]
        },
        Deed(testDescription: "a template is deleted", kind: .messageTemplate, operation: .removed, severity: .notice) {
            $0.accounts[Stage.account]?.messageTemplates.removeLast()
        },
    ]

    @Test(arguments: deeds) func deed_isToldOnce(deed: Deed) async throws {
        try await Stage.with { stage in
            let watcher = try stage.watcher(stage.plan(Stage.often))
            try await watcher.begin()
            await stage.run(watcher, for: .seconds(1))
            let before = stage.sequence
            stage.simulator.update { deed.act(&$0) }
            await stage.run(watcher, for: .seconds(1000))
            let told = try await stage.changes(after: before).map(\.change)
            #expect(told.count == 1, "\(told.map(\.summary))")
            #expect(told.first?.resource.kind == deed.kind)
            #expect(told.first?.operation == deed.operation)
            #expect(told.first?.severity == deed.severity, "\(told.first?.summary ?? "")")
            if !deed.fields.isEmpty { #expect(told.first?.fields.map(\.description) == deed.fields) }
            #expect(await watcher.report().watches.allSatisfy { $0.watch.state == .current })
        }
    }

    /// Things that change by themselves at Meta and are nobody's doing.
    @Test func signedAddressesDatesAndCase_areNoChange() async throws {
        try await Stage.with { stage in
            stage.simulator.update { platform in
                platform[phoneNumber: Stage.number(0)]?.profile["profile_picture_url"] = "https://pps.example/v/t61/1.jpg?oe=1&oh=2"
            }
            let watcher = try stage.watcher(stage.plan())
            try await watcher.begin()
            await stage.run(watcher, for: .seconds(1))
            let before = stage.sequence
            stage.simulator.update { platform in
                platform[phoneNumber: Stage.number(0)]?.profile["profile_picture_url"] = "https://pps.example/v/t61/1.jpg?oe=3&oh=4"
                platform[phoneNumber: Stage.number(0)]?.document["certificate"] = "another week's"
                platform.accounts[Stage.account]?.document["business_verification_status"] = "VERIFIED"
                platform.accounts[Stage.account]?.messageTemplates[0]["quality_score"] = ["score": "GREEN", "date": 1_799_000_000]
                platform.accounts[Stage.account]?.phoneNumbers.reverse()
            }
            await stage.run(watcher, for: .seconds(7200))
            #expect(try await stage.changes(after: before).map(\.change.summary) == [])
        }
    }

    @Test func unchangedAnswers_areNeitherParsedNorWritten() async throws {
        try await Stage.with { stage in
            let onePage: Set<Kind> = [.account, .subscribedApp, .phoneNumber, .phoneNumberSettings, .businessProfile, .commerceSettings]
            let watcher = try stage.watcher(stage.plan(Stage.intervals.filter { onePage.contains($0.key) }))
            try await watcher.begin()
            await stage.run(watcher, for: .seconds(1))
            let (before, sequence) = (stage.simulator.requestCount, stage.sequence)
            await stage.run(watcher, for: .seconds(3700))
            let requests = stage.simulator.requests.dropFirst(before)
            #expect(requests.count > 80)
            #expect(requests.allSatisfy { $0[header: "if-none-match"] == nil && $0.status == 200 })
            #expect(stage.sequence == sequence)
            #expect(await watcher.report().watches.allSatisfy { $0.watch.state == .current })
        }
    }

    @Test func number_thatLeaves_takesItsThings_andOneThatComesBringsThem() async throws {
        try await Stage.with { stage in
            let watcher = try stage.watcher(stage.plan())
            try await watcher.begin()
            await stage.run(watcher, for: .seconds(1))
            let number = stage.simulator.update { platform in
                let number = platform[phoneNumber: Stage.number(1)]
                platform[phoneNumber: Stage.number(1)] = nil
                return number
            }
            await stage.run(watcher, for: .seconds(130))
            #expect(try await stage.ledger.resources().resources.allSatisfy { $0.resource.phoneNumberID != Stage.number(1) })
            #expect(await watcher.report().watches.allSatisfy { $0.target.phoneNumberID != Stage.number(1) })
            let before = stage.sequence
            stage.simulator.update { platform in
                if let number { platform.accounts[Stage.account]?.phoneNumbers.append(number) }
            }
            await stage.run(watcher, for: .seconds(61))
            let told = try await stage.changes(after: before).map(\.change)
            #expect(told.count == 6)
            #expect(told.first?.operation == .added)
            #expect(told.dropFirst().allSatisfy { $0.operation == .baseline && $0.resource.phoneNumberID == Stage.number(1) })
        }
    }

    @Test func apps_areAskedForByThemselves_whereTheAccountDoesNotBringThem() async throws {
        try await Stage.with { stage in
            stage.simulator.update { $0.withdrawnFields[.account] = ["subscribed_apps"] }
            let watcher = try stage.watcher(stage.plan())
            try await watcher.begin()
            await stage.run(watcher, for: .seconds(1))
            #expect(try await stage.ledger.resources(kinds: [.subscribedApp]).resources.map(\.resource.id) == ["670843887433847"])
            #expect(await watcher.watch(over: stage.target(.account))?.state == .current, "nothing is lost by it")
            let before = stage.sequence
            stage.simulator.update { $0.accounts[Stage.account]?.subscribedApps = [] }
            await stage.run(watcher, for: .seconds(600))
            #expect(try await stage.changes(after: before).map(\.change.operation) == [.removed])
        }
    }

    @Test func offKinds_areNeverAskedFor() async throws {
        try await Stage.with { stage in
            let watcher = try stage.watcher(stage.plan([.phoneNumber: .seconds(60), .blockedUser: .seconds(900)]))
            try await watcher.begin()
            await stage.run(watcher, for: .seconds(3600))
            #expect(Set(stage.simulator.requests.compactMap(\.edge)) == [.phoneNumbers, .blockedUsers])
            #expect(Set(await watcher.targets.map(\.target.kind)) == [.phoneNumber, .blockedUser])
        }
    }
}
