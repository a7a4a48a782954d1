import CTestVFS
import FoundationEssentials
@testable import Ledger
import Testing

/// The scripted day with a file system that fails once at every place where it can, and with a power cut at every sync.
@Suite(.timeLimit(.minutes(30)), .serialized) struct FaultTests {
    struct Fault: CustomTestStringConvertible, Sendable {
        var name: String
        var call: Int
        var manner = Int(TESTVFS_ERROR.rawValue)
        var stays = false
        /// Whether the process ends at the fault and starts again, or goes on with the ledger that it has.
        var dies = true
        var testDescription: String { "\(name)\(stays ? ", for a while" : "")\(dies ? "" : ", going on")" }
    }

    static let faults: [Fault] = [true, false].flatMap { dies in
        [
            Fault(name: "read error", call: Int(TESTVFS_READ.rawValue), dies: dies),
            Fault(name: "write error", call: Int(TESTVFS_WRITE.rawValue), dies: dies),
            Fault(name: "short write", call: Int(TESTVFS_WRITE.rawValue), manner: Int(TESTVFS_SHORT.rawValue), dies: dies),
            Fault(name: "no space", call: Int(TESTVFS_WRITE.rawValue), manner: Int(TESTVFS_FULL.rawValue), stays: true, dies: dies),
            Fault(name: "sync error", call: Int(TESTVFS_SYNC.rawValue), dies: dies),
            Fault(name: "truncate error", call: Int(TESTVFS_TRUNCATE.rawValue), dies: dies),
            Fault(name: "lock error", call: Int(TESTVFS_LOCK.rawValue), dies: dies),
            Fault(name: "shared-memory error", call: Int(TESTVFS_SHM.rawValue), dies: dies),
        ]
    }

    /// What the day comes to when nothing fails.
    static func undisturbed() async throws -> Day.Outcome {
        let folder = try Folder()
        let day = Day(path: folder.path + "/ledger.sqlite")
        try await day.go()
        return try await day.outcome()
    }

    /// Runs something with a fault at the first place, the second and so on, on all processors, until its end comes before the fault.
    /// - Parameter run: whether the fault came.
    /// - Returns: How many places there are.
    private static func everywhere(_ run: @escaping @Sendable (_ n: Int) async throws -> Bool) async throws -> Int {
        let workers = ProcessInfo.processInfo.activeProcessorCount
        return try await withThrowingTaskGroup(of: Int.self) { group in
            for first in 1...workers {
                group.addTask {
                    var n = first
                    while try await run(n) { n += workers }
                    return (n - first) / workers
                }
            }
            return try await group.reduce(0, +)
        }
    }

    /// Runs the day once with a fault; `false` when it came to its end before the fault.
    private func run(_ fault: Fault, at n: Int, expecting expected: Day.Outcome) async throws -> Bool {
        let folder = try Folder()
        guard let plan = testvfs_begin(folder.path) else { return false }
        defer { testvfs_end(plan) }
        testvfs_fail(plan, Int32(fault.call), Int32(fault.manner), n, fault.stays ? 1 : 0)
        let day = Day(path: folder.path + "/ledger.sqlite")
        do {
            try await day.go()
        } catch let error as LedgerError {
            #expect(error.code == .full || error.code == .failed, "\(fault) \(n): \(error)")
            if fault.dies { day.die() }
        }
        // Some calls fail without a word, such as those that only clear away.
        let fired = testvfs_fired(plan) != 0
        testvfs_heal(plan)
        do {
            try await day.go()
            let outcome = try await day.outcome()
            #expect(outcome == expected, "\(fault) \(n): \(outcome.changes.difference(from: expected.changes))")
        } catch {
            Issue.record("\(fault) \(n): \(error)")
            day.die()
        }
        return fired
    }

    @Test(arguments: faults) func day_withAFaultAtAnyCall_comesToTheSameEnd(fault: Fault) async throws {
        testvfs_register()
        let expected = try await Self.undisturbed()
        let places = try await Self.everywhere { try await run(fault, at: $0, expecting: expected) }
        print("\(fault): \(places) places")
        #expect(places > 0)
    }

    /// A small write may succeed where larger ones fail: only a probe ends the trouble, and it is told once until then.
    @Test func trouble_isToldOnce_andEndsWithAProbeThatWrites() async throws {
        testvfs_register()
        let folder = try Folder()
        let plan = try #require(testvfs_begin(folder.path))
        let ledger = try Ledger(path: folder.path + "/ledger.sqlite")
        var told = ledger.troubles.makeAsyncIterator()
        try await ledger.probe()
        #expect(ledger.trouble == nil)
        for manner in [TESTVFS_FULL, TESTVFS_ERROR] {
            testvfs_fail(plan, Int32(TESTVFS_WRITE.rawValue), Int32(manner.rawValue), 1, 1)
            await #expect(throws: LedgerError.self) { try await ledger.setAnnounced(by: "journal", to: 1) }
            await #expect(throws: LedgerError.self, "a probe writes") { try await ledger.probe() }
        }
        #expect(try await ledger.announced(by: "journal") == 0, "readers are answered")
        testvfs_heal(plan)
        try await ledger.setAnnounced(by: "journal", to: 1)
        #expect(ledger.trouble?.code == .failed, "that a write succeeded is not the end of it")
        try await ledger.probe()
        #expect(ledger.trouble == nil)
        #expect(await told.next()??.code == .full)
        let end = try #require(await told.next())
        #expect(end == nil)
        try ledger.close()
        testvfs_end(plan)
    }

    @Test(arguments: [TESTVFS_DROP, TESTVFS_SOME, TESTVFS_TEAR].map { Int32($0.rawValue) }, 1...3 as ClosedRange<UInt32>)
    func power_cutAtAnySync_losesNothingThatWasSaidToBeRecorded(loss: Int32, seed: UInt32) async throws {
        // What is dropped whole is dropped the same with any seed.
        if loss == Int32(TESTVFS_DROP.rawValue), seed > 1 { return }
        testvfs_register()
        let expected = try await Self.undisturbed()
        let places = try await Self.everywhere { n in
            let (folder, image) = (try Folder(), try Folder())
            guard let plan = testvfs_begin(folder.path) else { return false }
            testvfs_cut_power(plan, n, loss, seed &* 7919 &+ UInt32(n), image.path)
            let before = Day(path: folder.path + "/ledger.sqlite")
            do { try await before.go() } catch { #expect(testvfs_fired(plan) != 0, "\(error)") }
            let fired = testvfs_fired(plan) != 0
            before.die()
            testvfs_end(plan)
            guard fired else { return false }
            do {
                let after = Day(before, continuedAt: image.path + "/ledger.sqlite")
                try await after.go()
                #expect(try await after.outcome() == expected, "sync \(n)")
            } catch { Issue.record("sync \(n), loss \(loss), seed \(seed): \(error)") }
            return true
        }
        print("power cut (\(["drop", "some", "tear"][Int(loss)]), seed \(seed)): \(places) places")
    }
}

extension Day.Outcome: CustomTestStringConvertible {
    var testDescription: String { "\(changes.count) changes, \(resources.count) things" }
}
