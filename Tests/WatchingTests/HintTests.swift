import Changes
import GraphSimulator
import Ledger
import StrictJSON
import Testing
import Webhooks
import WhatsAppBusiness

@testable import Watching

/// What reports are about is polled before its turn, once, within the budget.
@Suite(.timeLimit(.minutes(1))) struct HintTests {
    private func hint(_ kinds: Kind..., number: Int? = nil, account: String = "acme") -> ReportHint {
        ReportHint(account: account, kinds: kinds, phoneNumberID: number.map(Stage.number))
    }

    @Test func hints_hastenWhatTheyAreAbout_eachTargetOnce_andWhatFollowsIsAPoll() async throws {
        try await Stage.with { stage in
            let watcher = try stage.watcher(try stage.plan())
            try await watcher.begin()
            await stage.run(watcher, for: .seconds(30))
            let last = stage.sequence
            stage.simulator.update { $0[phoneNumber: Stage.number(0)]?.document["quality_rating"] = "RED" }
            #expect(await watcher.takeDue().isEmpty)
            // The apps come with the account; another account's, and another's number, are nobody's.
            await watcher.hasten([
                hint(.account, .phoneNumber, .subscribedApp), hint(.phoneNumber, number: 0), hint(.account),
                hint(.account, account: "beta"),
                ReportHint(account: "acme", kinds: [.phoneNumberSettings], phoneNumberID: "7"), hint(.phoneNumberSettings, number: 1),
            ])
            let due = await watcher.takeDue()
            #expect(due.count == 3)
            #expect(Set(due) == [stage.target(.account), stage.target(.phoneNumber), stage.target(.phoneNumberSettings, 1)])
            for target in due { await watcher.poll(target) }
            #expect(await watcher.takeDue().isEmpty)
            let changes = try await stage.changes(after: last)
            #expect(changes.count == 1 && changes[0].change.origin == .poll && changes[0].change.operation == .changed)
        }
    }

    /// A report that comes while its target is polled may be of what that poll did not see.
    @Test func hint_duringAPoll_isPolledOnceMoreAfterIt() async throws {
        try await Stage.with { stage in
            let watcher = try stage.watcher(try stage.plan())
            try await watcher.begin()
            await stage.run(watcher, for: .seconds(30))
            await watcher.hasten([hint(.account)])
            let due = try #require(await watcher.takeDue().first)
            #expect(due == stage.target(.account))
            for _ in 0..<3 { await watcher.hasten([hint(.account)]) }
            await watcher.poll(due)
            #expect(await watcher.takeDue() == [stage.target(.account)])
            await watcher.poll(stage.target(.account))
            #expect(await watcher.takeDue().isEmpty)
        }
    }

    @Test func hints_costNoMoreThanTheBudgetHas() async throws {
        try await Stage.with { stage in
            let watcher = try stage.watcher(try stage.plan([.account: .seconds(300)], ceiling: .fixed(3)))
            try await watcher.begin()
            await stage.run(watcher, for: .seconds(1))
            let before = stage.simulator.requests.count
            for _ in 0..<10 {
                await watcher.hasten([hint(.account)])
                for target in await watcher.takeDue() { await watcher.poll(target) }
            }
            #expect(stage.simulator.requests.count - before <= 2)
        }
    }
}
