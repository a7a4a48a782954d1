import Changes
import FoundationEssentials
import Glibc
import GraphSimulator
import Ledger
import StrictJSON
import TestSupport
import Testing
import WhatsAppBusiness

/// `kill -9` between any two steps of a round, then a restart: no second baseline, no change lost, none twice.
///
/// strace counts the system calls by which a round touches the world (asking, reading the answer, every write and sync of the ledger, every word
/// on standard error) and kills the real process at the first, the second, … until a run gets through unharmed.
@Suite(.inTurn, .timeLimit(.minutes(5)), .enabled(if: canTrace, "strace cannot trace here"))
struct KillTests {
    static let calls = ["sendto", "recvfrom", "read", "pwrite64", "fdatasync", "write", "ftruncate"]

    @Test(arguments: calls)
    func kill_atAnyStepOfARound_losesNothingAndRepeatsNothing(call: String) async throws {
        try await Site.with(every: "1ms") { site in
            #expect(try await site.once() == 0)
            var round = 0
            var survived = false
            while !survived {
                round += 1
                site.set(0, "quality_rating", round % 2 == 0 ? "GREEN" : "RED")
                site.setProfile(1, "about", "Round \(round)")
                let strace = [
                    "strace", "-qqf", "-o", "/dev/null", "-e", "trace=\(call)", "-e", "inject=\(call):signal=SIGKILL:when=\(round)",
                ]
                survived = try await site.once(before: strace) == 0
                #expect(try await site.once() == 0, "the restart after a kill at \(call) \(round)")
                if round > 2000 { Issue.record("the process never got through"); break }
            }
            try await check(site, rounds: round)
            print("killed at \(call): \(round - 1) places")
        }
    }

    /// Every round changed the same two members: the ledger must hold exactly these changes, in order, each once.
    private func check(_ site: Site, rounds: Int) async throws {
        let ledger = try Ledger(path: site.ledger)
        let changes = try await ledger.changes(after: 0, limit: .max)
        #expect(changes.map(\.sequence) == Array(1...Int64(changes.count)))
        #expect(changes.count { $0.change.operation == .baseline } == 3)
        let ratings = changes.filter { $0.change.resource.kind == .phoneNumber && $0.change.operation == .changed }
        #expect(ratings.map { $0.change.after?["quality_rating"]?.string } == (1...rounds).map { $0 % 2 == 0 ? "GREEN" : "RED" })
        let profiles = changes.filter { $0.change.resource.kind == .businessProfile && $0.change.operation == .changed }
        #expect(profiles.map { $0.change.after?["about"]?.string } == (1...rounds).map { "Round \($0)" })
        #expect(changes.count == 3 + 2 * rounds, "nothing else was ever told")
        // Standard error heard each sentence at least once, in order; a kill between a word and the cursor repeats it.
        #expect(try await ledger.announced(by: "journal") == Int64(changes.count))
        let said = site.log.split(separator: "\n")
        // The first looks at both profiles are one sentence where they were announced together.
        let found = "acme: 2 business profiles found (first look)"
        for change in changes.map(\.change) {
            let isOfProfiles = change.operation == .baseline && change.resource.kind == .businessProfile
            #expect(said.contains { $0 == change.summary || isOfProfiles && $0 == found })
        }
        try ledger.close()
    }
}
