import Foundation
import Testing

/// Every command that README.md names is run: by the acceptance case `firsthour`, which reads README.md, or by `.ci/run`. Those of the documents are at least
/// ones that the programs and units know.
@Suite(.timeLimit(.minutes(1))) struct DocumentCommandTests {
    /// What takes a compiler and the network, and runs in `.ci/run`; Tests/Acceptance/transcript.py has the same.
    private static let builtElsewhere = ["apt-get update && ", ".ci/test", "systemd/build-deb"]

    private static func isBuiltElsewhere(_ command: String) -> Bool { builtElsewhere.contains { command.hasPrefix($0) } }

    /// The first line of each block of the transcript is a command, the rest is what it printed. The acceptance case writes and compares it.
    @Test func readme_namesCommands_thatTheFirstHourRuns_inThatOrder() throws {
        let readme = Document("README.md", try Repository.text("README.md"))
        let transcript = Document("FirstHour.md", try Repository.text(Document.folder + "/FirstHour.md"))
        let run = transcript.blocks.filter { $0.language == "console" }.compactMap { block in
            block.lines.first.flatMap { $0.hasPrefix("# ") ? String($0.dropFirst(2)) : nil }
        }
        let named = readme.commands.filter { !Self.isBuiltElsewhere($0) }
        #expect(named == run)
        #expect(named.count > 20 && readme.commands.count == named.count + 3)
        #expect(try Repository.text("Tests/Acceptance/firsthour.py").contains("for heading, command in commands(readme):"))
    }

    @Test func commandsThatAreBuiltElsewhere_areRunThere() throws {
        let (run, test) = (try Repository.text(".ci/run"), try Repository.text(".ci/common"))
        let readme = Document("README.md", try Repository.text("README.md"))
        let elsewhere = readme.commands.filter(Self.isBuiltElsewhere)
        #expect(elsewhere.dropFirst() == [".ci/test", "systemd/build-deb"])
        for command in elsewhere.dropFirst() { #expect(run.contains(command), "\(command)") }
        // The demo: the packages that the build needs, products of Package.swift, and the program that DemoTests run.
        let demo = ShellWords(try #require(elsewhere.first)).commands
        let packages = try #require(demo.first { $0.contains("install") }?.filter { $0.hasPrefix("lib") })
        #expect(test.contains("debian_packages " + packages.joined(separator: " ") + " \\"))
        let manifest = try Repository.text("Package.swift")
        for product in demo.filter({ $0.starts(with: ["swift", "build", "--product"]) }).compactMap(\.last) {
            #expect(manifest.contains(".executable(name: \"\(product)\""), "\(product)")
        }
        #expect(demo.last == [".build/debug/wabawatch-demo"])
        #expect(try Repository.text("Tests/WabaWatchServiceTests/DemoTests.swift").contains("Site.programs + \"wabawatch-demo\""))
    }

    private static let programs = [
        "wabawatch", "wabawatchd", "wabawatch-notify", "wabawatch-webhook", "wabawatch-metrics", "wabawatch-relay", "graph-simulator",
    ]

    private static func help() throws -> [String: CommandLineHelp] {
        try Dictionary(
            uniqueKeysWithValues: programs.map { program in
                let text = try Tool.run(program: program, ["--experimental-dump-help"]).output
                return (program, try JSONDecoder().decode(CommandLineHelp.self, from: Data(text.utf8)))
            })
    }

    @Test func commands_areOnesThatTheProgramsKnow() throws {
        let help = try Self.help()
        var count = 0
        for document in try Document.all() {
            let lines = document.commands + document.spans.filter { span in Self.programs.contains { span.hasPrefix($0 + " ") } }
            for line in lines {
                for words in ShellWords(line).commands {
                    guard let program = words.first, let known = help[program] else { continue }
                    count += 1
                    let complaint = known.complaint(Array(words.dropFirst()))
                    #expect(complaint == nil, "\(document.path): \(line): \(complaint ?? "")")
                }
            }
        }
        #expect(count > 80, "commands are found")
    }

    @Test func unitsThatCommandsName_areInstalled() throws {
        let install = try Repository.text("systemd/install")
        var units: Set<String> = []
        for document in try Document.all() {
            for line in document.commands + document.spans where line.hasPrefix("systemctl ") || line.hasPrefix("journalctl ") {
                units.formUnion(line.matches(of: /\bwabawatch[a-z@\-]*(?:\.service|\.socket)?(?=\s|$)/).map { String($0.output) })
            }
        }
        #expect(units.count > 4)
        for unit in units where !unit.contains("@") {
            let file = unit.contains(".") ? unit : unit + ".service"
            #expect(
                (install.contains(" \(file)") || install.contains("systemd/\(file) ")) && Repository.isThere("systemd/" + file), "\(unit)")
        }
    }

    // MARK: What it would notice

    @Test func line_isDividedIntoCommandsAndWords() {
        #expect(
            ShellWords("a -b 'c d' \"e\" <in | f --g='h i' && k; l & # remark").commands == [
                ["a", "-b", "c d", "e"], ["f", "--g=h i"], ["k"], ["l"],
            ])
    }

    @Test(arguments: [
        ("status --all", nil), ("--all", nil), ("monitor -o json --cursor-file F", nil), ("history -n100", nil), ("list phone_number", nil),
        ("qr create acme 1 Hello", nil), ("mute acme --alarm quality --for 2d", nil),
        ("statsu", "wabawatch takes no statsu"), ("monitor --curser F", "monitor has no --curser"), ("plan now", "plan takes no now"),
        ("history --since", "--since has no value"),
    ])
    func line_thatTheProgramDoesNotKnow_isNoticed(line: String, complaint: String?) throws {
        let help = try #require(try Self.help()["wabawatch"])
        #expect(help.complaint(ShellWords(line).commands[0]) == complaint)
    }
}
