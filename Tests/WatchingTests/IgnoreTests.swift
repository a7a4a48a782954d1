import Changes
import GraphSimulator
import Ledger
import StrictJSON
import Testing
import WhatsAppBusiness

@testable import Watching

/// Members that the configuration ignores: nothing is told of them, they are in no snapshot, and all else is as ever.
@Suite(.timeLimit(.minutes(5))) struct IgnoreTests {
    private static let ignored: [Kind: [JSONPointer]] = [
        .businessProfile: [JSONPointer(["about"])], .phoneNumber: [JSONPointer(["throughput", "level"]), JSONPointer(["verified_name"])],
    ]

    private func plan(_ stage: Stage, ignoring ignored: [Kind: [JSONPointer]]) throws -> AccountPlan {
        var plan = try stage.plan(Stage.often)
        plan.ignored = ignored
        return plan
    }

    private func edit(_ stage: Stage, _ text: String, level: String) {
        stage.simulator.update { platform in
            platform[phoneNumber: Stage.number(0)]?.profile["about"] = .string("about \(text)")
            platform[phoneNumber: Stage.number(0)]?.profile["address"] = .string("address \(text)")
            platform[phoneNumber: Stage.number(0)]?.document["throughput"] = ["level": .string(level)]
        }
    }

    private func documents(_ stage: Stage, _ kind: Kind) async throws -> [JSONObject] {
        try await stage.ledger.resources(kinds: [kind]).resources.map(\.document)
    }

    /// Applies what was told to what was there: whoever follows the changes has what the snapshot has.
    private func follow(_ before: [StoredResource], _ changes: [RecordedChange]) -> [ResourceID: JSONObject] {
        var documents = Dictionary(uniqueKeysWithValues: before.map { ($0.resource, $0.document) })
        for change in changes.map(\.change) where change.resource.kind != .watch {
            documents[change.resource] = change.applied(to: documents[change.resource])
        }
        return documents
    }

    @Test func ignoredMember_changes_andNobodyIsTold() async throws {
        try await Stage.with { stage in
            edit(stage, "0", level: "STANDARD")
            let watcher = try stage.watcher(plan(stage, ignoring: Self.ignored))
            try await watcher.begin()
            await stage.run(watcher, for: .seconds(1))
            #expect(try await documents(stage, .businessProfile).allSatisfy { $0["about"] == nil && $0["address"] != nil })
            #expect(
                try await documents(stage, .phoneNumber).allSatisfy { $0["throughput"]?["level"] == nil && $0["verified_name"] == nil })
            let before = stage.sequence
            edit(stage, "1", level: "HIGH")
            await stage.run(watcher, for: .seconds(900))
            let told = try await stage.changes(after: before).map(\.change)
            #expect(told.map { $0.fields.map(\.description) } == [["/address"]], "the rest of the same document is told")
            #expect(try await documents(stage, .businessProfile).allSatisfy { $0["about"] == nil })
            try await stage.ledger.verify()
        }
    }

    /// What is ignored from now on leaves the snapshot with a change that says so, once; what is no longer ignored joins it as what is newly asked for does.
    @Test func reload_thatIgnoresMore_takesItOutOnce_andBack() async throws {
        try await Stage.with { stage in
            edit(stage, "0", level: "STANDARD")
            let watcher = try stage.watcher(plan(stage, ignoring: [:]))
            try await watcher.begin()
            await stage.run(watcher, for: .seconds(1))
            var (before, snapshot) = (stage.sequence, try await stage.ledger.resources().resources)
            try await watcher.reload(accounts: [plan(stage, ignoring: Self.ignored)])
            await stage.run(watcher, for: .seconds(900))
            var told = try await stage.changes(after: before)
            let numbers = try await documents(stage, .phoneNumber).count
            #expect(told.count == 2 * numbers)
            #expect(told.allSatisfy { $0.change.operation == .changed && $0.change.origin == .command && $0.change.severity == .info })
            #expect(told.allSatisfy { $0.change.after == [:] || $0.change.after == ["throughput": [:]] })
            #expect(told.contains { $0.change.summary.hasPrefix("acme: /about of the business profile of +1") })
            func check() async throws {
                let followed = follow(snapshot, told)
                for stored in try await stage.ledger.resources().resources where stored.resource.kind != .watch {
                    #expect(followed[stored.resource] == stored.document, "\(stored.resource)")
                }
            }
            try await check()
            // Again the same configuration: nothing.
            before = stage.sequence
            edit(stage, "0", level: "HIGH")
            try await watcher.reload(accounts: [plan(stage, ignoring: Self.ignored)])
            await stage.run(watcher, for: .seconds(900))
            #expect(try await stage.changes(after: before).map(\.change.summary) == [])
            // Back.
            snapshot = try await stage.ledger.resources().resources
            try await watcher.reload(accounts: [plan(stage, ignoring: [:])])
            await stage.run(watcher, for: .seconds(900))
            told = try await stage.changes(after: before)
            let about = told.map(\.change).filter { $0.resource.kind == .businessProfile }
            #expect(about.count == numbers && about.allSatisfy { $0.operation == .baseline && $0.after?.names.contains("about") == true })
            try await check()
            #expect(try await documents(stage, .businessProfile).contains { $0["about"] == "about 0" })
            #expect(try await documents(stage, .phoneNumber).contains { $0["throughput"]?["level"] == "HIGH" })
            try await stage.ledger.verify()
        }
    }

    /// An ignored member of another type than expected is no drift, and one that vanishes from everything is none either.
    @Test func ignoredMember_thatIsOddOrVanishes_isNoDrift() async throws {
        try await Stage.with { stage in
            let watcher = try stage.watcher(plan(stage, ignoring: [.phoneNumber: [JSONPointer(["throughput"])]]))
            try await watcher.begin()
            await stage.run(watcher, for: .seconds(1))
            let before = stage.sequence
            for value in [.string("ODD"), .null] as [JSONValue] {
                stage.simulator.update { platform in
                    for index in 0..<3 { platform[phoneNumber: Stage.number(index)]?.document["throughput"] = value }
                }
                await stage.run(watcher, for: .seconds(900))
                #expect(try await stage.changes(after: before).map(\.change.summary) == [])
                #expect(await watcher.watch(over: stage.target(.phoneNumber))?.state == .current)
            }
        }
    }
}
