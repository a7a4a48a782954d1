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

    private func withScript(_ shell: String, _ body: (String) async throws -> Void) async throws {
        try await withSocket { path in
            let script = path + ".script"
            defer { try? FileManager.default.removeItem(atPath: script) }
            let outcome = try await BuiltCommand(["--generate-completion-script", shell], socket: "/nonexistent").run()
            #expect(outcome.code == 0 && outcome.errors.isEmpty)
            try outcome.output.write(toFile: script, atomically: true, encoding: .utf8)
            try await body(script)
        }
    }

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

    @Test func bash_completesFromTheScript() async throws {
        try await withScript("bash") { script in
            for (line, offered, other) in Self.cases {
                // As readline calls it: the function that the script has registered.
                let ask = """
                    . '\(script)'
                    COMP_LINE=$1 COMP_POINT=${#1} COMP_TYPE=9
                    read -ra COMP_WORDS <<<"$1"
                    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
                    function=$(complete -p wabawatch | sed 's/.*-F \\([^ ]*\\).*/\\1/')
                    "$function" wabawatch "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
                    printf '%s \\n' "${COMPREPLY[@]}"
                    """
                expect(try await Shell.run(["bash", "--norc", "-c", ask, "bash", line]), line, offered, other)
            }
        }
    }

    @Test(.enabled(if: Shell.isThere("fish"))) func fish_completesFromTheScript() async throws {
        try await withScript("fish") { script in
            for (line, offered, other) in Self.cases {
                let outcome = try await Shell.run(["fish", "--no-config", "-c", "source '\(script)'; complete -C '\(line)'"])
                expect(outcome, line, offered, other)
            }
        }
    }

    /// zsh completes only where somebody types: in a terminal of its own.
    @Test(.enabled(if: Shell.isThere("zsh"))) func zsh_completesFromTheScript() async throws {
        try await withScript("zsh") { script in
            for (line, offered, other) in Self.cases {
                let ask = """
                    zmodload zsh/zpty
                    zpty shell zsh -f -i
                    zpty -w shell "PS1=; TERM=dumb; autoload -Uz compinit; compinit -D -u; source '\(script)'; compdef _wabawatch wabawatch; echo rea''dy"
                    zpty -r shell output '*ready*'
                    zpty -w -n shell "$1"$'\\t'
                    zpty -r shell output "*$2*"
                    print -r -- "$output"
                    zpty -d shell
                    """
                expect(try await Shell.run(["zsh", "-f", "-c", ask, "zsh", line, offered]), line, offered, other)
            }
        }
    }
}
