import FakeDaemon
import Foundation
import Testing
import WabaWatchInterface

@testable import wabawatch

/// The scripts that the command prints, loaded by the real shells and asked what may follow.
@Suite(.timeLimit(.minutes(1))) struct CompletionTests {
    /// What is typed, what is offered, and what is not.
    static let cases = [
        ("wabawatch mon", "monitor", "status"), ("wabawatch history --rev", "--reverse", "--until"),
        ("wabawatch history --severity cr", "critical", "notice"), ("wabawatch list busi", "business_profile", "account"),
        ("wabawatch status -o j", "json", "short"),
        ("wabawatch doc", "doctor", "status"), ("wabawatch qr del", "delete", "create"),
        ("wabawatch set busi", "business_profile", "account"), ("wabawatch call Unb", "UnblockUsers", "BlockUsers "),
    ]

    private func expect(_ outcome: BuiltCommand.Outcome, _ line: String, _ offered: String, _ other: String) {
        #expect(outcome.errors.isEmpty, "\(line)")
        #expect(outcome.output.contains(offered), "\(line)")
        #expect(!outcome.output.contains(other), "\(line)")
    }

    @Test func call_offersEveryMethodOfTheInterface() throws {
        let lines = Interface.text.split(separator: "\n").filter { $0.hasPrefix("method ") }
        let all = lines.map { String($0.dropFirst("method ".count).prefix { $0 != "(" }) }
        #expect(Set(all).isSuperset(of: ["GetStatus", "Mute", "Mutes", "Report", "UnblockUsers"]))
        #expect(CallCommand.methods == all + ["org.varlink.service.GetInfo"])
    }

    @Test(arguments: ShellCompletion.Shells.allCases.filter(\.isThere)) func shell_completesFromTheScript(shell: ShellCompletion.Shells)
        async throws
    {
        try await ShellCompletion.with(shell) { completion in
            for (line, offered, other) in Self.cases {
                expect(try await completion.offered(line, waitingFor: offered), line, offered, other)
            }
        }
    }
}
