import Changes
import GraphAPI
import GraphSimulator
import Ledger
import StrictJSON
import Synchronization
import TestTools
import Testing
import WhatsAppBusiness

@testable import Watching

/// One cause is told once when it begins and once when it ends, by the widest watch that it holds for: counted on what is recorded.
@Suite(.timeLimit(.minutes(5))) struct StormTests {
    /// A storm that goes on and then ends.
    private struct Storm {
        let stage: Stage
        let watcher: Watcher
        let before: Int64

        init(_ stage: Stage, _ plans: [AccountPlan]) async throws {
            self.stage = stage
            watcher = try stage.watcher(of: plans)
            try await watcher.begin()
            await stage.run(watcher, for: .seconds(1))
            before = stage.sequence
        }

        /// What was told since it began, as `account/id state`.
        var told: [String] {
            get async throws {
                try await stage.changes(after: before).map {
                    "\($0.change.resource.account)/\($0.change.resource.id) \($0.change.after?["state"]?.string ?? "\($0.change.operation)")"
                }
            }
        }

        /// The watches that are in trouble, with the watch that tells of it.
        var troubled: [(id: String, state: WatchState, toldBy: String?)] {
            get async {
                await watcher.report().watches.filter { $0.watch.state != .current }.map {
                    ("\($0.target.watch.account)/\($0.target.watch.id)", $0.watch.state, $0.toldBy)
                }
            }
        }

        func run(_ duration: Duration) async { await stage.run(watcher, for: duration) }
    }

    private func plans(_ stage: Stage, _ count: Int, ceiling: CallBudget.Ceiling = .fixed(100_000)) throws -> [AccountPlan] {
        try (0..<count).map { index in
            var plan = try stage.plan(ceiling: ceiling)
            plan.name = "acme\(index)"
            plan.wabaID = Platform.sampleAccountID(index)
            return plan
        }
    }

    /// The count is a parameter: a thousand accounts are the same and take longer.
    @Test(arguments: [(1, 20), (50, 2)]) func uplinkThatFails_isOneChangeOfTheConnection(accounts: Int, numbers: Int) async throws {
        try await Stage.with(.sample(accounts: accounts, numbers: numbers)) { stage in
            let storm = try await Storm(stage, plans(stage, accounts))
            stage.simulator.setFault(.reset)
            await storm.run(.seconds(1800))
            #expect(try await storm.told == ["*/connection unreachable"])
            #expect(try await stage.changes(after: storm.before).first?.change.severity == .critical)
            let troubled = await storm.troubled
            #expect(troubled.count > accounts * (numbers + 2), "whoever cannot see does not look current")
            #expect(troubled.allSatisfy { $0.state == .unreachable })
            #expect(troubled.allSatisfy { $0.toldBy == ($0.id == "*/connection" ? nil : "connection") }, "\(troubled)")
            stage.simulator.clearFaults()
            await storm.run(.seconds(1000))
            #expect(try await storm.told == ["*/connection unreachable", "*/connection current"])
            let left = await storm.troubled
            #expect(left.isEmpty, "\(left)")
        }
    }

    @Test(arguments: [(1, "acme0/account"), (3, "*/connection")])
    func meta_downForADay_isToldOnce(accounts: Int, teller: String) async throws {
        try await Stage.with(.sample(accounts: accounts, numbers: 1)) { stage in
            let storm = try await Storm(stage, plans(stage, accounts))
            stage.simulator.setFault(.status(503))
            await storm.run(.seconds(86_400))
            #expect(try await storm.told == ["\(teller) unreachable"])
            stage.simulator.clearFaults()
            await storm.run(.seconds(1000))
            #expect(try await storm.told == ["\(teller) unreachable", "\(teller) current"])
            #expect(await storm.troubled.isEmpty)
        }
    }

    @Test func oneAccountOfSeveral_thatMetaDoesNotServe_isToldByIt() async throws {
        try await Stage.with(.sample(accounts: 3, numbers: 3)) { stage in
            let storm = try await Storm(stage, plans(stage, 3))
            let ids = [Platform.sampleAccountID(1)] + (0..<3).map { Platform.samplePhoneNumberID($0, account: 1) }
            for id in ids { stage.simulator.setFault(.status(503), on: EdgeMatch(id: id)) }
            await storm.run(.seconds(3600))
            #expect(try await storm.told == ["acme1/account unreachable"])
            #expect(await storm.troubled.allSatisfy { $0.id == "acme1/account" || $0.toldBy == "account" })
            stage.simulator.clearFaults()
            await storm.run(.seconds(1000))
            #expect(try await storm.told == ["acme1/account unreachable", "acme1/account current"])
        }
    }

    @Test func account_thatIsThrottled_isToldOnce() async throws {
        try await Stage.with(.sample(accounts: 2, numbers: 20)) { stage in
            let storm = try await Storm(stage, plans(stage, 2))
            let ids = [Platform.sampleAccountID(1)] + (0..<20).map { Platform.samplePhoneNumberID($0, account: 1) }
            for id in ids { stage.simulator.setFault(.error(80_008, http: 400), on: EdgeMatch(id: id)) }
            await storm.run(.seconds(7200))
            #expect(try await storm.told == ["acme1/account throttled"])
            #expect(await storm.troubled.count > 10)
            stage.simulator.clearFaults()
            await storm.run(.seconds(3600))
            #expect(try await storm.told == ["acme1/account throttled", "acme1/account current"])
            let left = await storm.troubled
            #expect(left.isEmpty, "\(left)")
        }
    }

    @Test func token_thatIsRefused_isToldOnce() async throws {
        try await Stage.with(.sample(accounts: 1, numbers: 20)) { stage in
            let storm = try await Storm(stage, plans(stage, 1))
            stage.simulator.update { $0.tokens[Platform.sampleToken] = .revoked }
            await storm.run(.seconds(3600))
            #expect(try await storm.told == ["acme0/account unauthorized"])
            #expect(await storm.troubled.allSatisfy { $0.id == "acme0/account" || $0.toldBy == "account" })
            stage.simulator.update { $0.tokens[Platform.sampleToken] = .valid }
            await storm.run(.seconds(1800))
            #expect(try await storm.told == ["acme0/account unauthorized", "acme0/account current"])
        }
    }

    @Test func account_thatIsForbiddenAsAWhole_isToldOnce() async throws {
        try await Stage.with(.sample(accounts: 1, numbers: 5)) { stage in
            let storm = try await Storm(stage, plans(stage, 1))
            stage.simulator.setFault(.error(200, http: 403))
            await storm.run(.seconds(7200))
            #expect(try await storm.told == ["acme0/account forbidden"])
            stage.simulator.clearFaults()
            await storm.run(.seconds(1800))
            #expect(try await storm.told == ["acme0/account forbidden", "acme0/account current"])
            #expect(await storm.troubled.isEmpty)
        }
    }

    @Test func oneEdge_thatIsForbidden_isItsOwn() async throws {
        try await Stage.with(.sample(accounts: 1, numbers: 20)) { stage in
            let storm = try await Storm(stage, plans(stage, 1))
            let number = Platform.samplePhoneNumberID(3)
            stage.simulator.setFault(.error(200, http: 403), on: .edge(.profile, of: number))
            await storm.run(.seconds(7200))
            #expect(try await storm.told == ["acme0/business_profile/\(number) forbidden"])
            stage.simulator.clearFaults()
            await storm.run(.seconds(1800))
            #expect(
                try await storm.told == ["acme0/business_profile/\(number) forbidden", "acme0/business_profile/\(number) current"])
        }
    }

    /// The account itself, while all others of it answer: the others take no state from that.
    @Test func account_thatAloneIsForbidden_isItsOwn() async throws {
        try await Stage.with(.sample(accounts: 1, numbers: 3)) { stage in
            let storm = try await Storm(stage, plans(stage, 1))
            stage.simulator.setFault(.error(200, http: 403), on: .edge(.account))
            await storm.run(.seconds(7200))
            #expect(try await storm.told == ["acme0/account forbidden"])
            #expect(await storm.troubled.map(\.id) == ["acme0/account", "acme0/subscribed_app"])
        }
    }

    @Test func fiveEdgesOfOneNumber_thatAreForbidden_areToldOnce() async throws {
        try await Stage.with(.sample(accounts: 1, numbers: 5)) { stage in
            let storm = try await Storm(stage, plans(stage, 1))
            let number = Platform.samplePhoneNumberID(3)
            stage.simulator.setFault(.error(200, http: 403), on: EdgeMatch(id: number))
            await storm.run(.seconds(8 * 3600))
            let told = try await storm.told
            #expect(told.count == 1 && told[0].hasSuffix("/\(number) forbidden"), "\(told)")
            #expect(await storm.troubled.count == 5)
            #expect(await storm.troubled.count { $0.toldBy != nil } == 4)
            stage.simulator.clearFaults()
            await storm.run(.seconds(8 * 3600))
            #expect(try await storm.told.count == 2)
            #expect(await storm.troubled.isEmpty)
        }
    }

    /// A kind that is forbidden at all numbers of the account.
    @Test func kind_thatIsForbidden_isToldOnce() async throws {
        try await Stage.with(.sample(accounts: 1, numbers: 20)) { stage in
            let storm = try await Storm(stage, plans(stage, 1))
            stage.simulator.setFault(.error(200, http: 403), on: .edge(.commerceSettings))
            await storm.run(.seconds(4 * 3600))
            let told = try await storm.told
            #expect(told.count == 1 && told[0].hasSuffix(" forbidden"), "\(told)")
            #expect(await storm.troubled.count == 20)
            stage.simulator.clearFaults()
            await storm.run(.seconds(4 * 3600))
            #expect(try await storm.told.count == 2)
            #expect(await storm.troubled.isEmpty)
        }
    }

    @Test func budgetForHalf_isToldByTheAccount_once() async throws {
        try await Stage.with(.sample(accounts: 1, numbers: 20)) { stage in
            let storm = try await Storm(stage, plans(stage, 1, ceiling: .fixed(1000)))
            // Others use up nearly all that Meta allows.
            stage.simulator.update { $0.accounts[Stage.account]?.budget.header = .fixed(percent: 97, minutes: 0) }
            await storm.run(.seconds(6 * 3600))
            let told = try await storm.told
            #expect(told == ["acme0/account late"], "\(told)")
            let late = await storm.troubled
            #expect(late.count > 1 && late.allSatisfy { $0.state == .late }, "\(late)")
            stage.simulator.update { $0.accounts[Stage.account]?.budget.header = .normal }
            await storm.run(.seconds(8 * 3600))
            let ended = try await storm.told
            #expect(ended == ["acme0/account late", "acme0/account current"], "\(ended)")
            #expect(await storm.troubled.isEmpty)
        }
    }

    /// What fails on after the wider trouble is over tells of its own, once it is known to be that.
    @Test func whatFailsOn_afterTheUplinkIsBack_tellsOfItself() async throws {
        try await Stage.with(.sample(accounts: 1, numbers: 3)) { stage in
            let storm = try await Storm(stage, plans(stage, 1))
            stage.simulator.setFault(.reset)
            await storm.run(.seconds(1800))
            let number = Platform.samplePhoneNumberID(1)
            stage.simulator.clearFaults()
            stage.simulator.setFault(.reset, on: .edge(.profile, of: number))
            await storm.run(.seconds(3600))
            let profile = "acme0/business_profile/\(number)"
            #expect(try await storm.told == ["*/connection unreachable", "*/connection current", "\(profile) unreachable"])
            #expect(await storm.troubled.map(\.id) == [profile])
            stage.simulator.clearFaults()
            await storm.run(.seconds(1800))
            #expect(try await storm.told.last == "\(profile) current")
            #expect(await storm.troubled.isEmpty)
        }
    }

    /// The next process goes on where this one was: nothing is told twice, and the end is told.
    @Test func connection_survivesARestart() async throws {
        try await Stage.with(.sample(accounts: 2, numbers: 2)) { stage in
            let storm = try await Storm(stage, plans(stage, 2))
            stage.simulator.setFault(.reset)
            await storm.run(.seconds(1800))
            let watcher = try stage.watcher(of: plans(stage, 2))
            try await watcher.begin()
            await stage.run(watcher, for: .seconds(1800))
            #expect(try await storm.told == ["*/connection unreachable"])
            #expect(await watcher.watch(over: .connection)?.state == .unreachable)
            stage.simulator.clearFaults()
            await stage.run(watcher, for: .seconds(1000))
            #expect(try await storm.told == ["*/connection unreachable", "*/connection current"])
            #expect(try await stage.ledger.resources(accounts: ["*"]).resources.map(\.resource.id) == ["connection"])
            #expect(await watcher.states == [.current])
        }
    }
}
