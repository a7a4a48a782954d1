import FakeDaemon
import Foundation
import Testing

/// A real shell that has loaded the script which a program prints, and is asked what it offers.
struct ShellCompletion {
    /// The shells that there are scripts for.
    enum Shells: String, CaseIterable, Sendable {
        case bash, fish, zsh

        var isThere: Bool { Shell.isThere(rawValue) }
    }

    let shell: Shells
    let program: String
    private let script: String
    private let socket: String

    /// A socket at which there is no daemon.
    private static let nobody = "/nonexistent"

    /// Loads the script of a program.
    /// - Parameter socket: the daemon's.
    static func with(
        _ shell: Shells, _ program: String = "wabawatch", socket: String = nobody, _ body: (ShellCompletion) async throws -> Void
    ) async throws {
        try await withSocket { path in
            let script = path + ".script"
            defer { try? FileManager.default.removeItem(atPath: script) }
            let outcome = try await Shell.run([program, "--generate-completion-script", shell.rawValue])
            #expect(outcome.code == 0 && outcome.errors.isEmpty)
            try outcome.output.write(toFile: script, atomically: true, encoding: .utf8)
            try await body(ShellCompletion(shell: shell, program: program, script: script, socket: socket))
        }
    }

    /// What is offered behind a line.
    /// - Parameter text: what is waited for in a terminal, where a shell completes only there.
    func offered(_ line: String, waitingFor text: String) async throws -> BuiltCommand.Outcome {
        try await Shell.run(words(line, text), environment: ["WABAWATCH_SOCKET": socket])
    }

    /// The words that are offered behind a line; in bash alone these are all that is printed.
    func words(behind line: String) async throws -> [String] {
        let outcome = try await offered(line, waitingFor: "")
        #expect(outcome.errors.isEmpty, "\(line): \(outcome.errors)")
        return outcome.output.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }

    /// Expects these words, and no others, behind a line. On a busy machine the second in which the daemon is asked may pass before it has answered: then nothing
    /// is offered, and a person presses the key again.
    func expect(_ words: [String], behind line: String) async throws {
        var found = try await self.words(behind: line)
        for _ in 1..<Self.mostTries where found.isEmpty && !words.isEmpty { found = try await self.words(behind: line) }
        #expect(found == words, "\(line)")
    }

    /// Expects that a text is shown behind a line.
    func expect(toShow text: String, behind line: String) async throws {
        var outcome = try await offered(line, waitingFor: text)
        for _ in 1..<Self.mostTries where outcome.code != 0 { outcome = try await offered(line, waitingFor: text) }
        #expect(outcome.code == 0 && outcome.errors.isEmpty && outcome.output.contains(text), "\(line): \(outcome)")
    }

    /// The key is pressed so often.
    private static let mostTries = 20

    private func words(_ line: String, _ text: String) -> [String] {
        switch shell {
        case .bash:
            // As readline calls it: the function that the script has registered.
            let ask = """
                . '\(script)'
                COMP_LINE=$1 COMP_POINT=${#1} COMP_TYPE=9
                read -ra COMP_WORDS <<<"$1"
                case $1 in *' ') COMP_WORDS+=('') ;; esac
                COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
                function=$(complete -p \(program) | sed 's/.*-F \\([^ ]*\\).*/\\1/')
                "$function" \(program) "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
                printf '%s \\n' "${COMPREPLY[@]}"
                """
            return ["bash", "--norc", "-c", ask, "bash", line]
        case .fish where socket == Self.nobody:
            return ["fish", "--no-config", "-c", "source '\(script)'; complete -C '\(line)'"]
        case .fish:
            // What the program itself is asked needs a terminal: fish 3 tells where the cursor is only there.
            let ask = """
                zmodload zsh/zpty
                zpty shell env TERM=dumb fish --no-config -i
                zpty -w shell "source '\(script)'; echo rea''dy"
                zpty -r shell output '*ready*'
                zpty -w -n shell "$1"$'\t'
                zpty -r shell output "*$2*"
                print -r -- "$output"
                zpty -d shell
                """
            return ["timeout", "--kill-after=5", socket == Self.nobody ? "60" : "15", "zsh", "-f", "-c", ask, "zsh", line, text]
        case .zsh:
            // In a terminal of its own.
            let ask = """
                zmodload zsh/zpty
                zpty shell zsh -f -i
                zpty -w shell "PS1=; TERM=dumb; autoload -Uz compinit; compinit -D -u; source '\(script)'; compdef _\(program) \(program); echo rea''dy"
                zpty -r shell output '*ready*'
                zpty -w -n shell "$1"$'\\t'
                zpty -r shell output "*$2*"
                print -r -- "$output"
                zpty -d shell
                """
            return ["timeout", "--kill-after=5", socket == Self.nobody ? "60" : "15", "zsh", "-f", "-c", ask, "zsh", line, text]
        }
    }
}
