import ArgumentParser
import FoundationEssentials
import GraphAPI
import Glibc
import Printing
import ServiceConfiguration
import Systemd
import WhatsAppBusiness
import StrictYAML

/// `wabawatchd setup`: a token, what Meta says of it, which accounts, and then the files. What is asked, what follows of the answers and what is written are
/// decided in `ServiceConfiguration`; here it is carried out.
struct SetupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "setup",
        abstract: "Set up accounts: check a token, choose accounts, and write their files.",
        discussion: """
            Asks on the terminal for an access token, which is not shown, says whose it is, what it may do and until when, and lists the accounts and phone \
            numbers that it sees. For those that are chosen it writes accounts.d/NAME.yaml, the token as tokens/NAME, and a drop-in file that has systemd \
            pass the tokens to the service. What is there already is changed only after a question, and never with --yes. \
            Exit status: 0, 1 where nothing was set up, 64 usage, 78 a mistake in the configuration.
            """)

    @ParentCommand var daemon: Main

    @Option(help: "The name of the account in wabawatch; made from Meta's name otherwise.")
    var name: String?

    @Option(help: "A file with the access token, or - for standard input.", completion: .file())
    var tokenFile: String?

    @Option(help: ArgumentHelp("The accounts of this business portfolio, or the account of this id.", valueName: "id"))
    var business: String?

    @Flag(help: "Ask nothing: set up every account that is found and not there yet.")
    var yes = false

    @Option(help: "The configuration file, whose graph section says how Meta is asked.", completion: .file())
    var config: String?

    @Option(help: .hidden) var units: String?

    func run() async throws {
        _ = Systemd.ProcessMemory.keepOutOfCores()
        do {
            try await setUp()
        } catch let problem as SetupProblem {
            try Self.complain(problem.description)
            throw ExitCode.failure
        } catch let error as ConfigurationError {
            try Self.complain(error.description)
            throw ExitCode(EX_CONFIG)
        }
    }

    private func setUp() async throws {
        let path = Self.absolute(config ?? daemon.config)
        let configuration = try Configuration.load(path: path, mayBeEmpty: true)
        let place = SetupPlace(config: path, units: units)
        try place.check()
        let terminal = SetupTerminal()
        guard yes || terminal.isThere else {
            throw SetupProblem(
                "There is no terminal to ask questions on", help: "Give --yes, and the token by --token-file FILE or --token-file -.")
        }
        guard tokenFile != nil || terminal.isThere else {
            throw SetupProblem(
                "There is no terminal to ask for the token on", help: "Give it by --token-file FILE, or --token-file - for standard input.")
        }
        try SetupWriter().check(place)
        let token = try self.token(terminal)
        let transport = try configuration.transport()
        defer { transport.close() }
        let survey = try SetupSurvey(configuration, token: token, transport: transport)
        let report = try await survey.report(now: Timestamp(Date()))
        try terminal.say(report.lines)
        let known = Dictionary(configuration.accounts.map { ($0.wabaID, $0.name) }, uniquingKeysWith: { first, _ in first })
        let candidates = try await survey.candidates(try await ids(report, survey, terminal), known: known)
        try terminal.say(["", "Accounts:"] + SetupCandidate.listing(candidates) + [""])
        var dialogue = SetupDialogue(
            SetupDialogue.Wishes(name: name, isSilent: yes), candidates: candidates, configuration: configuration, place: place,
            files: try SetupFiles(place, token: token), token: token)
        let plan = try decide(&dialogue, terminal)
        try SetupWriter().write(plan) { try terminal.say(["written: \($0)"]) }
        _ = try Configuration.load(path: path)
        try terminal.say(["", "Next:"] + plan.next.map { "  " + $0 })
    }

    /// Where the accounts are looked for: where --business says, else what the token is limited to, else where a person says.
    private func ids(_ report: TokenReport, _ survey: SetupSurvey, _ terminal: SetupTerminal) async throws -> [String] {
        if let business { return try await accounts(under: business, survey, terminal) }
        guard report.targets.isEmpty else { return report.targets }
        guard !yes else {
            throw SetupProblem(
                "Meta does not say which accounts the token is for",
                help: "Give the business portfolio's id, or an account's, by --business ID.")
        }
        let question = "Meta does not say which accounts the token is for. Id of the business portfolio, or of an account: "
        guard let answer = try terminal.ask(question), !answer.isEmpty else {
            throw SetupProblem("No id was given; nothing was written")
        }
        return try await accounts(under: answer, survey, terminal)
    }

    private func accounts(under id: String, _ survey: SetupSurvey, _ terminal: SetupTerminal) async throws -> [String] {
        let found = try await survey.accounts(under: id)
        try terminal.say(found.remarks)
        return found.ids
    }

    private func decide(_ dialogue: inout SetupDialogue, _ terminal: SetupTerminal) throws -> SetupPlan {
        var step = try dialogue.begin()
        while true {
            switch step {
            case .write(let plan, let remarks):
                try terminal.say(remarks)
                return plan
            case .ask(let question, let remarks):
                try terminal.say(remarks)
                step = try dialogue.on(try terminal.ask(question))
            }
        }
    }

    private func token(_ terminal: SetupTerminal) throws -> SetupToken {
        guard let tokenFile else {
            guard let line = try terminal.askHidden("Access token (it is not shown): ") else {
                throw SetupProblem("No token was given; nothing was written")
            }
            return try SetupToken(line, from: "What was typed")
        }
        guard tokenFile != "-" else {
            guard let bytes = SetupTerminal.input(limit: SetupToken.longestText) else {
                throw SetupProblem("Standard input holds more than \(SetupToken.longestText) bytes, and no token is that long")
            }
            return try SetupToken(bytes, from: "Standard input")
        }
        let bytes: [UInt8]
        do throws(RegularFile.Failure) { bytes = try RegularFile.read(tokenFile, limit: SetupToken.longestText) } catch {
            throw SetupProblem("The token file \(tokenFile) \(error)")
        }
        return try SetupToken(bytes, from: "The token file \(tokenFile)")
    }

    /// The same file by the one name that its folder has, and by the package's where it is that folder.
    private static func absolute(_ path: String) -> String {
        let end = path.lastIndex(of: "/")
        guard let folder = resolved(end.map { String(path[...$0]) } ?? ".") else { return path }
        let packaged = String(SetupPlace.packaged.prefix(through: SetupPlace.packaged.lastIndex(of: "/") ?? SetupPlace.packaged.startIndex))
        let name = end.map { path[path.index(after: $0)...] } ?? path[...]
        return (folder == resolved(packaged) ? packaged : folder + "/") + name
    }

    private static func resolved(_ folder: String) -> String? {
        guard let path = realpath(folder, nil) else { return nil }
        defer { free(path) }
        return String(cString: path)
    }

    private static func complain(_ text: String) throws {
        for line in text.split(separator: "\n") { try StandardErrorLines(prefixes: false).write(String(line), priority: .error) }
    }
}
