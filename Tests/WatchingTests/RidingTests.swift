import Changes
import GraphAPI
import GraphSimulator
import Ledger
import StrictJSON
import Testing
import WhatsAppBusiness

@testable import Watching

/// A watch whose things come with another's answer is never current where that is not.
@Suite(.timeLimit(.minutes(5))) struct RidingTests {
    private func started(_ stage: Stage) async throws -> Watcher {
        let watcher = try stage.watcher(stage.plan(Stage.often))
        try await watcher.begin()
        await stage.run(watcher, for: .seconds(1))
        return watcher
    }

    private func confirmed(_ stage: Stage) async throws -> [Timestamp?] {
        try await stage.ledger.resources(kinds: [.subscribedApp]).resources.map(\.confirmedAt)
    }

    static let troubles: [(Fault, Watch.State)] = [
        (.error(10, http: 403), .forbidden), (.error(100, subcode: 33), .notFound), (.error(368), .forbidden),
        (.error(190, http: 401), .unauthorized), (.error(80_008), .throttled), (.status(503), .unreachable), (.reset, .unreachable),
        (.emptyBody, .invalidAnswer), (.body(#"{"id":"7"}"#), .invalidAnswer), (.redirect(to: "https://example.org/"), .invalidAnswer),
    ]

    @Test(arguments: troubles) func trouble_ofTheAccount_isItsAppsToo_withoutAWord(fault: Fault, state: Watch.State) async throws {
        try await Stage.with(.sample(numbers: 1)) { stage in
            let watcher = try await started(stage)
            let (before, known) = (stage.sequence, try await confirmed(stage))
            stage.simulator.setFault(fault, on: state == .unauthorized ? .any : .edge(.account))
            await stage.run(watcher, for: .seconds(1200))
            let apps = try #require(await watcher.watch(over: stage.target(.subscribedApp)))
            let account = try #require(await watcher.watch(over: stage.target(.account)))
            #expect(account.state == state && apps.state == state, "\(account.state) \(apps.state)")
            #expect(apps.reason?.isEmpty == false)
            #expect(try await confirmed(stage) == known, "nobody has seen them since")
            stage.simulator.clearFaults()
            await stage.run(watcher, for: .seconds(1200))
            #expect(await watcher.watch(over: stage.target(.subscribedApp))?.state == .current)
            #expect(try await confirmed(stage) != known)
            let told = try await stage.changes(after: before).map(\.change)
            #expect(told.allSatisfy { $0.resource.kind == .watch && $0.resource.id != "subscribed_app" }, "\(told.map(\.summary))")
            #expect(told.filter { $0.resource.id == "account" }.map { $0.after?["state"]?.string } == [state.rawValue, "current"])
        }
    }

    @Test func followedTrouble_endsWithoutAWord_afterARestartToo() async throws {
        try await Stage.with(.sample(numbers: 1)) { stage in
            var watcher = try await started(stage)
            let before = stage.sequence
            stage.simulator.setFault(.error(10, http: 403), on: .edge(.account))
            await stage.run(watcher, for: .seconds(600))
            watcher = try await started(stage)
            stage.simulator.clearFaults()
            await stage.run(watcher, for: .seconds(900))
            #expect(await watcher.report().watches.allSatisfy { $0.watch.state == .current })
            #expect(try await stage.changes(after: before).map(\.change.resource.id) == ["account", "account"])
        }
    }

    /// The apps' own edge, where they do not come with the account.
    @Test(arguments: [
        (Fault.error(10, http: 403), Watch.State.forbidden), (.error(100, subcode: 33), .notFound), (.emptyBody, .invalidAnswer),
    ])
    func apps_thatCannotBeAskedFor_areSaidSo(fault: Fault, state: Watch.State) async throws {
        try await Stage.with(.sample(numbers: 1)) { stage in
            stage.simulator.update { $0.withdrawnFields[.account] = ["subscribed_apps"] }
            let watcher = try await started(stage)
            let (before, known) = (stage.sequence, try await confirmed(stage))
            stage.simulator.setFault(fault, on: .edge(.subscribedApps))
            await stage.run(watcher, for: .seconds(1000))
            #expect(await watcher.watch(over: stage.target(.subscribedApp))?.state == state)
            #expect(await watcher.watch(over: stage.target(.account))?.state == .current)
            #expect(try await confirmed(stage) == known)
            stage.simulator.clearFaults()
            await stage.run(watcher, for: .seconds(600))
            let told = try await stage.changes(after: before).map(\.change)
            #expect(
                told.map { "\($0.resource.id) \($0.after?["state"]?.string ?? "")" } == [
                    "subscribed_app \(state.rawValue)", "subscribed_app current",
                ])
        }
    }

    @Test(arguments: [JSONValue.array(["7"]), [["name": "an app"]], ["7": "8"], "none", [["whatsapp_business_api_data": "x"]]])
    func apps_thatCannotBeRead_areNotCurrent(odd: JSONValue) async throws {
        try await Stage.with(.sample(numbers: 1)) { stage in
            let watcher = try await started(stage)
            let known = try await confirmed(stage)
            let body: JSONObject = ["id": .string(Stage.account), "name": "x", "subscribed_apps": ["data": odd]]
            stage.simulator.setFault(.body("\(JSONValue.object(body))"), on: .edge(.account))
            stage.simulator.setFault(.body("\(JSONValue.object(["data": odd]))"), on: .edge(.subscribedApps))
            await stage.run(watcher, for: .seconds(1200))
            let state = try #require(await watcher.watch(over: stage.target(.subscribedApp))?.state)
            #expect(state == .invalidAnswer || state == .drifted)
            #expect(try await confirmed(stage) == known)
            #expect(try await stage.changes().allSatisfy { $0.change.operation != .removed })
        }
    }

    /// What rides on the account is refused for ever: the account keeps its pace, and the calls last.
    @Test func riderThatIsRefusedForEver_doesNotHastenItsHost() async throws {
        try await AnswerStage.with({ asked in
            if asked.path.hasSuffix("subscribed_apps") { return .error(200, "(#200) Requires permission", status: 403) }
            if asked.path.hasSuffix("phone_numbers") { return AnswerStage.numbers }
            if asked.fields.contains("subscribed_apps") {
                return .error(100, "(#100) Tried accessing nonexisting field (subscribed_apps) on node type (WhatsAppBusinessAccount)")
            }
            return .init(body: #"{"id":"102","name":"Acme"}"#)
        }) { stage in
            let watcher = try stage.watcher(.account, .subscribedApp, .phoneNumber)
            try await watcher.begin()
            await stage.run(watcher, for: .seconds(600))
            let asked = stage.requests.count { $0.path == "/102" }
            await stage.run(watcher, for: .seconds(6 * 3600))
            #expect(stage.requests.count { $0.path == "/102" } - asked <= 6 * 12 + 30)
            #expect(await watcher.watch(over: AnswerStage.target(.account))?.state == .current)
            #expect(await watcher.watch(over: AnswerStage.target(.subscribedApp))?.state == .forbidden)
        }
    }
}
