import FoundationEssentials
import Glibc
import GraphSimulator
import Systemd
import TestSupport
import Testing
import WhatsAppBusiness

@testable import ServiceConfiguration

/// `wabawatchd setup` as a program: what it writes, what it leaves alone, and what it says.
@Suite(.inTurn, .timeLimit(.minutes(3))) struct SetupTests {
    private func with(_ change: (inout Platform) -> Void = { _ in }, _ body: (SetupSite) async throws -> Void) async throws {
        let site = try await SetupSite(change)
        do { try await body(site) } catch {
            try await site.simulator.stop()
            throw error
        }
        try await site.simulator.stop()
    }

    private func silent(_ site: SetupSite, _ more: String...) -> [String] { ["--yes", "--token-file", site.folder.path + "/token"] + more }

    // MARK: Without questions

    @Test func accountsOfThePortfolio_areSetUp_withTokensDropInAndFiles_thatTheDaemonCanUse() async throws {
        try await with { site in
            let outcome = try await site.run(silent(site, "--business", SetupSite.portfolio))
            #expect(outcome.status == 0, "\(outcome.said)")
            #expect(
                site.files == [
                    "accounts.d/lucky-shrub-1.yaml", "accounts.d/lucky-shrub-2.yaml", "tokens/lucky-shrub-1", "tokens/lucky-shrub-2",
                    "units/wabawatchd.service.d/tokens.conf",
                ])
            for name in ["lucky-shrub-1", "lucky-shrub-2"] {
                #expect(site.text("tokens/\(name)") == SetupSite.token + "\n" && site.mode("tokens/\(name)") == 0o400)
                #expect(site.mode("accounts.d/\(name).yaml") == 0o644)
            }
            #expect(site.mode("tokens") == 0o700)
            #expect(
                site.text("units/wabawatchd.service.d/tokens.conf")?.hasSuffix(
                    "[Service]\nLoadCredential=tokens:\(site.folder.path)/tokens\n") == true)
            let configuration = try Configuration.load(path: site.config)
            #expect(configuration.accounts.map(\.wabaID) == [Platform.sampleAccountID(0), Platform.sampleAccountID(1)])
            // As systemd passes a folder.
            try site.write("passed/tokens_lucky-shrub-1", SetupSite.token)
            try site.write("passed/tokens_lucky-shrub-2", SetupSite.token)
            let secrets = Secrets(credentials: .init(directory: site.folder.path + "/passed"), environment: [:])
            #expect(try configuration.check(secrets: secrets).isEmpty)
            #expect(!outcome.said.contains(SetupSite.token))
            try Golden.expect(site.said(outcome), "setup-silent")
        }
    }

    @Test func accountsThatTheTokenNames_needNoPortfolio_andGetTheNameThatIsGiven() async throws {
        try await with({ $0.tokens[SetupSite.token] = .limited(to: [SetupSite.account]) }) { site in
            let outcome = try await site.run(silent(site, "--name", "acme"))
            #expect(outcome.status == 0, "\(outcome.said)")
            #expect(try Configuration.load(path: site.config).accounts.map(\.name) == ["acme"])
        }
    }

    @Test func configurationOfNoUnit_namesTheTokensFile_andGetsNoDropIn() async throws {
        try await with { site in
            let outcome = try await site.run(silent(site, "--business", SetupSite.account, "--name", "acme"), isOfUnit: false)
            #expect(outcome.status == 0, "\(outcome.said)")
            #expect(site.files == ["accounts.d/acme.yaml", "tokens/acme"])
            let program = try Program.spawn(
                [Site.programs + "wabawatchd", "--config", site.config, "--check", "--online"], environment: [:],
                log: site.folder.path + "/log")
            #expect(await program.wait() == 0, "\(site.text("log") ?? "")")
        }
    }

    @Test func whatIsThere_isLeftAsItIs_andNothingNewIsNoSuccess() async throws {
        try await with { site in
            #expect(try await site.run(silent(site, "--business", SetupSite.account, "--name", "acme")).status == 0)
            let before = site.files.map { site.text($0) }
            let again = try await site.run(silent(site, "--business", SetupSite.account))
            #expect(again.status == 1 && site.files.map { site.text($0) } == before)
            #expect(again.said.contains("acme \"Lucky Shrub 1\" (\(SetupSite.account)) is there already and is left as it is."))
            let other = try await site.run(silent(site, "--business", SetupSite.portfolio))
            #expect(other.status == 0 && site.files.count == before.count + 2, "\(other.said)")
            #expect(site.text("accounts.d/acme.yaml") == before[0])
            #expect(!other.said.contains("daemon-reload"), "the unit passes the folder already")
        }
    }

    @Test(arguments: [("--config", true), ("setup", false)]) func configuration_mayBeNamedBeforeTheCommand_orBehindIt(
        _: String, isBefore: Bool
    ) async throws {
        try await with { site in
            let words = site.words(silent(site, "--business", SetupSite.account))
            let moved = isBefore ? [words[0], "--config", site.config, "setup"] + words.dropFirst(4) : words
            let program = try Program.spawn(moved, environment: [:], log: site.folder.path + "/log")
            #expect(await program.wait() == 0, "\(site.text("log") ?? "")")
            #expect(site.files.count == 3)
        }
    }

    @Test func portfolioOfWhichSomeCannotBeListed_isRemarkedUpon_andTheRestSetUp() async throws {
        try await with { site in
            let error = SimulatedError(200, "Your app doesn't have permission to list accounts", status: 403)
            site.simulator.setFault(.error(error), on: EdgeMatch(edge: .ownedAccounts))
            let outcome = try await site.run(silent(site, "--business", SetupSite.portfolio))
            #expect(
                outcome.status == 0 && outcome.said.contains("Not all accounts of the portfolio \(SetupSite.portfolio) could be listed"))
            #expect(try Configuration.load(path: site.config).accounts.map(\.wabaID) == [SetupSite.account])
        }
    }

    @Test func fileThatCameIntoThePlaceMeanwhile_isNotReplaced() async throws {
        try await with { site in
            let place = SetupPlace(config: site.config)
            let token = try SetupToken(Array(SetupSite.token.utf8), from: "It")
            let plan = SetupPlan([.init(name: "acme", id: "1")], token: token, place: place, files: SetupFiles())
            try site.write("accounts.d/acme.yaml", "mine")
            var written: [String] = []
            #expect(throws: SetupProblem.self) { try SetupWriter().write(plan) { written.append($0) } }
            #expect(written == [place.token("acme")] && site.text("accounts.d/acme.yaml") == "mine")
            #expect(site.files == ["accounts.d/acme.yaml", "tokens/acme"], "nothing half written is left")
        }
    }

    // MARK: On a terminal

    @Test func questions_areAskedOnTheTerminal_andTheTokenIsNotShown() async throws {
        try await with { site in
            let terminal = try PseudoTerminal()
            let program = try terminal.spawn(site.words([]), environment: [:])
            defer { program.putAway() }
            try await terminal.wait(for: "not shown): ")
            #expect(!terminal.echoes)
            terminal.type("x\u{7F}\(SetupSite.token)\r")
            try await terminal.wait(for: "or of an account: ")
            #expect(terminal.echoes)
            terminal.type("\(SetupSite.portfolio)\n")
            try await terminal.wait(for: "[all]: ")
            terminal.type("9\n")
            try await terminal.wait(for: "[all]: ")
            terminal.type("2\n")
            try await terminal.wait(for: "[lucky-shrub-2]: ")
            terminal.type("a/b\n")
            try await terminal.wait(for: "[lucky-shrub-2]: ")
            terminal.type("acme\n")
            try await terminal.wait(for: "[Y/n] ")
            #expect(site.files.isEmpty)
            terminal.type("y\n")
            try await terminal.end()
            #expect(await program.wait() == 0, "\(terminal.shown)")
            #expect(site.files == ["accounts.d/acme.yaml", "tokens/acme", "units/wabawatchd.service.d/tokens.conf"])
            #expect(site.text("tokens/acme") == SetupSite.token + "\n")
            #expect(!terminal.shown.contains(SetupSite.token))
            try Golden.expect(site.said(.init(status: 0, said: terminal.shown, requests: [])), "setup-terminal")
        }
    }

    @Test(arguments: ["\u{3}", "\u{4}"]) func tokenThatIsNotGiven_leavesTheTerminalAsItWas(key: String) async throws {
        try await with { site in
            let terminal = try PseudoTerminal()
            let program = try terminal.spawn(site.words([]), environment: [:])
            defer { program.putAway() }
            try await terminal.wait(for: "not shown): ")
            terminal.type(key)
            try await terminal.end()
            #expect(await program.wait() == 1)
            #expect(terminal.echoes && terminal.shown.contains("No token was given; nothing was written") && site.files.isEmpty)
        }
    }

    @Test func signalWhileTheTokenIsTyped_leavesTheTerminalAsItWas() async throws {
        try await with { site in
            let terminal = try PseudoTerminal()
            let program = try terminal.spawn(site.words([]), environment: [:])
            defer { program.putAway() }
            try await terminal.wait(for: "not shown): ")
            program.signal(SIGTERM)
            #expect(await program.wait() == 128 + SIGTERM)
            #expect(terminal.echoes)
        }
    }

    @Test func tokenOfAnAccountThatIsThere_isReplaced_onlyAfterAQuestion() async throws {
        try await with({ $0.tokens["NEWtoken"] = .valid }) { site in
            #expect(try await site.run(silent(site, "--business", SetupSite.account, "--name", "acme")).status == 0)
            try site.write("token", "NEWtoken\n")
            for (answer, expected) in [("", SetupSite.token), ("y", "NEWtoken")] {
                let terminal = try PseudoTerminal()
                let words = site.words(["--business", SetupSite.account, "--token-file", site.folder.path + "/token"])
                let program = try terminal.spawn(words, environment: [:])
                defer { program.putAway() }
                try await terminal.wait(for: "or all: ")
                terminal.type("1\n")
                try await terminal.wait(for: "acme is watched already. Replace its token? [y/N] ")
                terminal.type("\(answer)\n")
                if answer == "y" {
                    try await terminal.wait(for: "[Y/n] ")
                    terminal.type("\n")
                }
                try await terminal.end()
                #expect(await program.wait() == (answer == "y" ? 0 : 1), "\(terminal.shown)")
                #expect(site.text("tokens/acme") == expected + "\n" && site.mode("tokens/acme") == 0o400)
            }
        }
    }
}
