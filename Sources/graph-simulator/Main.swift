import ArgumentParser
import FoundationEssentials
import GraphSimulator
import Printing
import Programs
import UnixSignals

/// Runs the simulator until it is told to stop.
@main struct Main: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "graph-simulator",
        abstract: "A stand-in for Meta's Graph API on a local port, with sample accounts.",
        discussion: """
            The first line of output is the base URL. The lines behind it name the token, the accounts and the first number.
            It runs until SIGINT or SIGTERM. Answers are made odd by --fault: NAME or NAME:KEY=VALUE,KEY=VALUE, as in

                --fault refusedField:field=owner_business_info,code=200
                --fault 'oddMember:edge=phone_numbers,field=throughput,value="STANDARD",times=2'

            Faults: \(NamedFault.all.map(\.name).joined(separator: " ")).

            With --control it is changed by HTTP:

            POST /simulator/faults
                {"kind":"status","status":502,"edge":"settings","times":2}
                Every kind that --list-faults tells, with its parameters.
            DELETE /simulator/faults
            POST /simulator/webhooks
                {"copies":2,"delay_ms":500,"batch":3,"disorder":2}
                Each twice, late, three changes in one body, two bodies gathered and sent the last first; {} ends it.
            POST /simulator/tokens
                {"TOKEN":"expired"}
            POST /simulator/ID (an account, a number or a template)
                {"status":"BANNED","certificate":null}
            POST /simulator/ID/EDGE
                whatsapp_business_profile, settings, whatsapp_commerce_settings
            """)

    @Option(help: "The address to listen at.") var host = "127.0.0.1"
    @Option(help: "The port; 0 takes a free one.") var port = 0
    @Option(help: "How many accounts there are.") var accounts = 1
    @Option(help: "How many numbers each account has.") var numbers = 2
    @Option(help: "How many users each number has blocked.") var blocked = 3
    @Option(help: "The access token that is accepted.") var token = Platform.sampleToken
    @Option(help: "Calls an hour and account before error 80007.") var budget = 5000
    @Option(help: "Milliseconds that every answer takes.") var latency = 0
    @Flag(help: "Take changes and faults below /simulator, from anyone who reaches the port.") var control = false
    @Option(help: "The app's secret: an appsecret_proof is then checked, and required.") var appSecret: String?

    @Option(help: "Send webhooks of what is changed here and Meta reports: http://HOST[:PORT][/PATH].") var webhook: String?
    @Option(help: "A file with the app's secret that webhooks are signed with.") var appSecretFile: String?
    @Option(name: .customLong("fault"), help: "A fault that is there from the start; can be given again.") var faults: [String] = []
    @Flag(help: "Tell every fault and its parameters, and end.") var listFaults = false

    static func main() async { await start() }

    func validate() throws {
        guard (0...1000).contains(accounts), (0...1000).contains(numbers), (0...1_000_000).contains(blocked) else {
            throw ValidationError("At most 1000 accounts, 1000 numbers and 1000000 blocked users.")
        }
        guard (webhook == nil) == (appSecretFile == nil) else {
            throw ValidationError("--webhook needs --app-secret-file, and the other way round.")
        }
        guard (0...65_535).contains(port), budget > 0, (0...600_000).contains(latency) else {
            throw ValidationError("The port, the budget or the latency is out of range.")
        }
    }

    func run() async throws {
        if listFaults {
            let output = LineOutput()
            try output.lines(PrintableText.lines(of: String(NamedFault.list.dropLast())))
            return try output.flush()
        }
        var platform = Platform.sample(accounts: accounts, numbers: numbers, blockedUsers: blocked)
        platform.tokens = [token: .valid]
        platform.latency = .milliseconds(latency)
        platform.app.secret = appSecret
        platform.app.requiresProof = appSecret != nil
        for id in platform.accounts.keys { platform.accounts[id]?.budget.callsPerHour = budget }

        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        let simulator = try await GraphSimulator.start(platform, host: host, port: port, controlled: control, webhooks: try target())
        do {
            for text in faults {
                let (name, parameters) = try NamedFault.parse(text)
                try simulator.setFault(named: name, parameters)
            }
        } catch {
            try await simulator.stop()
            throw ValidationError("--fault: \(error.message)")
        }
        let output = LineOutput()
        try output.line(PrintableText(simulator.baseURL))
        try output.line("token \(token)")
        for index in 0..<accounts {
            try output.line(
                "account \(Platform.sampleAccountID(index)) first number \(numbers > 0 ? Platform.samplePhoneNumberID(account: index) : "none")"
            )
        }
        try output.flush()
        for await _ in signals { break }
        try await simulator.stop()
    }

    private func target() throws -> WebhookTarget? {
        guard let webhook, let appSecretFile else { return nil }
        let secret = try String(contentsOfFile: appSecretFile, encoding: .utf8)
        guard let target = WebhookTarget(url: webhook, secret: secret.hasSuffix("\n") ? String(secret.dropLast()) : secret) else {
            throw ValidationError("--webhook takes http://HOST[:PORT][/PATH], and the secret must not be empty.")
        }
        return target
    }
}
