import FakeDaemon
import Foundation
import StrictJSON
import TestSupport
import Testing
import WabaWatchInterface
import WhatsAppBusiness

@testable import wabawatch

/// Completion from what the running daemon says, by the real shells.
@Suite(.timeLimit(.minutes(2))) struct DaemonCompletionTests {
    private static func watch(_ account: String) -> Resource {
        Resource(
            ResourceID(account: account, kind: .watch, id: "account"), confirmedAt: Sample.moment, changedAt: Sample.moment,
            document: ["state": "current"])
    }

    private func withDaemon(_ resources: [Resource], _ body: (String) async throws -> Void) async throws {
        try await withSocket { path in
            try await serving(FakeDaemon(FakeLog(resources: resources), status: Sample.status), at: path) { try await body(path) }
        }
    }

    @Test func bash_offersWhatTheDaemonHas() async throws {
        try await withDaemon(Sample.resources + ["acme", "apex", "brown"].map(Self.watch)) { socket in
            try await ShellCompletion.with(.bash, socket: socket) { bash in
                let cases: [(line: String, words: [String])] = [
                    ("wabawatch history --account a", ["acme", "apex"]), ("wabawatch check ", ["acme", "apex", "brown"]),
                    ("wabawatch poll br", ["brown"]), ("wabawatch timeline +4", ["+4915112345678"]),
                    ("wabawatch status --account acme --number +1", ["+15550783881", "+15550934873"]),
                    ("wabawatch status --account brown --number +1", []), ("wabawatch block acme 1065", ["106540352242922"]),
                    ("wabawatch history --kind phone_number --field throughput/", ["throughput/level"]),
                    ("wabawatch monitor --field abo", ["about"]), ("wabawatch show blocked_user 1", ["16505551234"]),
                    ("wabawatch mute acme --alarm qual", ["quality"]), ("wabawatch doctor --severity cr", ["critical"]),
                    ("wabawatch list phone_number --id 10", ["105954558954427", "106540352242922", "107878721936019"]),
                ]
                for (line, words) in cases { try await bash.expect(words, behind: line) }
            }
        }
    }

    /// zsh lists the names of numbers where several begin as it is written.
    @Test(
        .enabled(if: Shell.isThere("zsh") && Shell.isThere("fish")),
        arguments: [
            (ShellCompletion.Shells.fish, "wabawatch check b", "brown"), (.fish, "wabawatch timeline +4", "4915112345678"),
            (.zsh, "wabawatch check b", "brown"), (.zsh, "wabawatch timeline +15550", "Acme Support"),
        ])
    func otherShells_offerWhatTheDaemonHas(shell: ShellCompletion.Shells, line: String, offered: String) async throws {
        try await withDaemon(Sample.resources + ["acme", "brown"].map(Self.watch)) { socket in
            try await ShellCompletion.with(shell, socket: socket) { shell in
                try await shell.expect(toShow: offered, behind: line)
            }
        }
    }

    /// bash runs what is offered to it, if that holds a command.
    @Test func nameFromOutside_isNotRunByTheShell() async throws {
        let folder = try TemporaryFolder()
        let names = ["$(touch \(folder.path)/one)", "`touch \(folder.path)/two`", "fine"]
        try await withDaemon(names.map(Self.watch)) { socket in
            try await ShellCompletion.with(.bash, socket: socket) { bash in
                try await bash.expect(["fine"], behind: "wabawatch check ")
            }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
    }

    @Test func daemonThatIsAway_isPassedOverInSilence() async throws {
        let words = ["---completion", "history", "--", "--account", "3", "0", "wabawatch", "history", "--account", ""]
        let outcome = try await BuiltCommand(words, socket: "/nonexistent").run()
        #expect(outcome.code == 0 && outcome.errors.isEmpty && outcome.output.filter { $0 != "\n" }.isEmpty)
        try await ShellCompletion.with(.bash) { bash in try await bash.expect([], behind: "wabawatch history --account ") }
    }

    @Test func daemonThatHangs_isGivenUp_withoutAWord() async throws {
        try await withSocket { path in
            let listener = try UnixListener(path)
            defer { listener.close() }
            // By itself; that it takes no longer than a second is said of a machine that has time for it.
            let words = ["---completion", "check", "--", "positional@0", "2", "0", "wabawatch", "check", ""]
            let outcome = try await BuiltCommand(words, socket: path).run()
            #expect(outcome == BuiltCommand.Outcome(code: 0, output: "", errors: ""))
        }
    }

    /// Each program that is installed completes what is its own.
    @Test(arguments: [
        ("wabawatchd", "wabawatchd set", "setup"), ("wabawatch-notify", "wabawatch-notify --te", "--test"),
        ("wabawatch-webhook", "wabawatch-webhook --verify", "--verify-token-file"),
        ("wabawatch-metrics", "wabawatch-metrics --log-level deb", "debug"),
    ])
    func otherPrograms_complete(program: String, line: String, word: String) async throws {
        try await ShellCompletion.with(.bash, program) { try await $0.expect([word], behind: line) }
    }

    @Test func notifier_completesItsRoutes() async throws {
        let folder = try TemporaryFolder()
        let text = "routes: [ { name: on-call, to: { exec: [ /bin/true ] } }, { name: mail, to: { exec: [ /bin/true ] } } ]\n"
        try text.write(toFile: folder.path + "/notify.yaml", atomically: true, encoding: .utf8)
        try await ShellCompletion.with(.bash, "wabawatch-notify") { bash in
            let line = "wabawatch-notify --config \(folder.path)/notify.yaml --test "
            try await bash.expect(["on-call"], behind: line + "on")
            try await bash.expect(["on-call", "mail"], behind: line)
            try await bash.expect([], behind: "wabawatch-notify --config /nonexistent --test ")
        }
    }
}
