import Changes
import Foundation
@testable import Ledger
import StrictJSON
import Testing
import WhatsAppBusiness

/// The ledger of every released schema opens, whole, and goes on. `Released/schema-N.sqlite` is a scripted day's ledger as that release left it.
@Suite struct UpgradeTests {
    @Test(arguments: [1, 2]) func ledgerOfAReleasedSchema_opensWhole_andGoesOn(schema: Int) async throws {
        let folder = try Folder()
        let path = folder.path + "/ledger.sqlite"
        let name = "schema-\(schema)"
        let fixture = try #require(Bundle.module.path(forResource: name, ofType: "sqlite", inDirectory: "Released"))
        try FileManager.default.copyItem(atPath: fixture, toPath: path)
        let ledger = try Ledger(path: path)
        try await ledger.verify()
        let oldest = try await ledger.oldestCursor().sequence
        #expect(ledger.cursor.sequence > oldest)
        #expect(try await ledger.changes(after: oldest, limit: .max).map(\.sequence) == Array((oldest + 1)...ledger.cursor.sequence))
        let resources = try await ledger.resources().resources
        #expect(resources.contains { $0.resource.kind == .phoneNumber && $0.document["quality_rating"] == "RED" })
        #expect(resources.contains { $0.resource.kind == .businessProfile && $0.document["about"] == "Bye" })
        #expect(resources.count { $0.resource.kind == .blockedUser } == 40)
        #expect(try await ledger.announced(by: "journal") == ledger.cursor.sequence)
        #expect(try await ledger.budgets() == (schema == 1 ? [:] : ["acme": ["callsPerHour": 200]]))
        let before = ledger.cursor.sequence
        let target = PollTarget(account: "acme", kind: .phoneNumber)
        let item = Observation.Item(id: "1", document: ["id": "1", "quality_rating": "GREEN"])
        let now = Timestamp(milliseconds: 100_000)
        #expect(
            try await ledger.record(Observation(target: target, owner: "102", items: [item], asked: ["id", "quality_rating"]), at: now)
                .changes
                == 1)
        #expect(ledger.cursor.sequence == before + 1)
        try ledger.close()
    }

    /// Cursors of a release without epochs are resumed as far as they are certain: up to what there was when the ledger was migrated.
    @Test(arguments: [1, 2], [0, 2]) func cursorOfAReleasedSchema_isResumed_upToWhatTheReleaseLeft(schema: Int, openings: Int) async throws
    {
        let folder = try Folder()
        let path = folder.path + "/ledger.sqlite"
        let fixture = try #require(Bundle.module.path(forResource: "schema-\(schema)", ofType: "sqlite", inDirectory: "Released"))
        try FileManager.default.copyItem(atPath: fixture, toPath: path)
        for _ in 0..<openings { try Ledger(path: path).close() }
        let ledger = try Ledger(path: path)
        let (oldest, last) = (try await ledger.oldestCursor().sequence, ledger.cursor.sequence)
        func resumes(_ sequence: Int64) async throws -> Bool {
            try await ledger.canResume(try #require(LedgerCursor(parsing: "\(ledger.id):\(sequence)")))
        }
        func check() async throws {
            for sequence in oldest...last { #expect(try await resumes(sequence)) }
            for sequence in [oldest - 1, last + 1, last + 2, last + 3] { #expect(try await !resumes(sequence)) }
        }
        try await check()
        for turn in 0..<2 {
            let watch = PollTarget(account: "acme", kind: .account).watch
            let change = DetectedChange(watch, .changed, severity: .notice, summary: "\(turn)")
            try await ledger.record(
                [WatchNote(watch: watch, document: ["turn": .integer(turn)], change: change)], at: Timestamp(milliseconds: 200_000))
        }
        #expect(ledger.cursor.sequence == last + 2)
        #expect(try await ledger.canResume(ledger.cursor))
        try await check()
        try ledger.close()
    }

    /// The release before kept other forms: a picture with its host, health with its words and `null`s. Nothing of that is told, poll after poll.
    @Test func ledgerInTheFormsOfTheReleaseBefore_tellsNothing() async throws {
        let folder = try Folder()
        let path = folder.path + "/ledger.sqlite"
        let fixture = try #require(Bundle.module.path(forResource: "forms-2", ofType: "sqlite", inDirectory: "Released"))
        try FileManager.default.copyItem(atPath: fixture, toPath: path)
        let ledger = try Ledger(path: path)
        let before = ledger.cursor.sequence
        let resources = try await ledger.resources().resources
        #expect(resources.contains { $0.document["profile_picture_url"]?.string?.hasPrefix("pps.whatsapp.net/") == true })
        for (index, looks) in [try ReleasedForms.all(), try ReleasedForms.later(), try ReleasedForms.all()].enumerated() {
            for observation in looks {
                let recording = try await ledger.record(observation, at: Timestamp(milliseconds: Int64(index + 2) * 1000))
                #expect(recording.changes == 0 && recording.vanished.isEmpty && recording.drifted.isEmpty, "\(observation.target)")
            }
        }
        #expect(ledger.cursor.sequence == before)
        #expect(try await ledger.resources().resources.map(\.document) == resources.map(\.document))
        // And what is another is told.
        let profile = ReleasedForms.profile.replacing("56_n", with: "57_n")
        #expect(
            try await ledger.record(ReleasedForms.look(.businessProfile, ReleasedForms.number, profile), at: Timestamp(milliseconds: 9000))
                .changes == 1)
        try await ledger.verify()
        try ledger.close()
    }

    /// Makes the fixture of the present schema anew: `WABAWATCH_FIXTURE=path swift test --filter UpgradeTests`. A released one is never touched again.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["WABAWATCH_FIXTURE"] != nil, "makes a file"))
    func fixture_isMade() async throws {
        let path = try #require(ProcessInfo.processInfo.environment["WABAWATCH_FIXTURE"])
        let day = Day(path: path)
        try await day.go()
        _ = try await day.outcome()
    }
}
