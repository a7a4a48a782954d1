import ArgumentParser
import Foundation
import GraphSimulator
import StrictJSON

/// What a provider's operator waits for: the command line where very many accounts are watched.
struct FleetBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fleet",
        abstract: "The command line over 1,000 accounts of 20 numbers: lines, time and processor time of each command.",
        discussion: """
            The real wabawatchd and the real wabawatch. One number of every fifth account has a red quality rating. The middle of five runs is shown. The \
            processor time is that of the command; the daemon's share has a column of its own.
            """)

    @OptionGroup var options: RunOptions
    @Option(help: "How many accounts.") var accounts: Int?
    @Option(help: "How many numbers each has.") var numbers = 20

    /// What an operator types. The account and the number are in the middle of all.
    static let commands = [
        "status", "status --all", "status --account ACCOUNT", "alarms", "check", "check ACCOUNT", "list", "list phone_number",
        "list phone_number --account ACCOUNT", "plan", "plan --all", "plan --account ACCOUNT", "timeline", "timeline --all",
        "timeline NUMBER", "history -n 100", "doctor",
    ]
    private static let runs = 5

    func run() async throws {
        let stage = try await Stage(accounts: accounts ?? (options.short ? 50 : 1000), numbers: numbers)
        let result: Result<Void, any Error>
        do { result = .success(try await run(on: stage)) } catch { result = .failure(error) }
        await stage.close()
        try result.get()
    }

    private func run(on stage: Stage) async throws {
        stage.simulator.update { platform in
            for account in stride(from: 0, to: stage.accounts, by: 5) {
                platform[phoneNumber: Platform.samplePhoneNumberID(account: account)]?.document["quality_rating"] = "RED"
            }
        }
        // Everything is read once, and nothing of Meta's is measured.
        let daemon = try stage.start(every: ["account": "24h", "phone_number": "24h", "business_profile": "24h"])
        defer { daemon.stop() }
        let program = try DaemonProcess.program("wabawatch")
        try await settle(stage, daemon, program)
        print("fleet: \(stage.accounts) accounts of \(stage.numbers) numbers")
        print(Machine.description)
        var table = Table("command", "exit", "lines", "CPU ms", "ms", "CPU ms daemon")
        var statusProcessor = 0.0
        for command in Self.commands {
            let run = try measure(command, stage, daemon, program)
            if command == "status" { statusProcessor = run.processor }
            table.add(
                command, "\(run.status)", "\(run.lines)", run.processor.milliseconds, run.seconds.milliseconds,
                run.daemon.milliseconds)
        }
        let reload = try reload(stage, daemon)
        table.add("reload", "0", "0", "0", reload.seconds.milliseconds, reload.processor.milliseconds)
        table.show()
        print("memory of the daemon: \(daemon.mebibytes("VmRSS").figure) MiB resident, \(daemon.mebibytes("RssAnon").figure) its own")
        guard options.short else { return }
        var bounds = Bounds()
        bounds.atLeast(1, 0.1 / statusProcessor, "processor time of status, 100 ms at most")
        try bounds.conclude()
    }

    /// Returns when all numbers have been seen, and the daemon has come to rest.
    private func settle(_ stage: Stage, _ daemon: DaemonProcess, _ program: String) async throws {
        var last = -1.0
        for _ in 0..<600 {
            try await Task.sleep(for: .milliseconds(500))
            let run = try CommandRun(program, ["list", "business_profile"], socket: stage.socket, output: stage.folder.path("output"))
            let processor = try daemon.processorSeconds
            defer { last = processor }
            if run.lines >= stage.accounts * stage.numbers, processor - last < 0.5 { return }
        }
        throw Failure("not everything was seen within five minutes")
    }

    private func measure(_ command: String, _ stage: Stage, _ daemon: DaemonProcess, _ program: String) throws -> (
        status: Int32, lines: Int, processor: Double, seconds: Double, daemon: Double
    ) {
        let account = "a\(stage.accounts / 2)"
        let number = Platform.samplePhoneNumberID(account: stage.accounts / 2)
        let arguments = command.split(separator: " ").map {
            switch $0 {
            case "ACCOUNT": account
            case "NUMBER": number
            default: String($0)
            }
        }
        var runs: [CommandRun] = []
        let before = try daemon.processorSeconds
        for _ in 0..<Self.runs {
            runs.append(try CommandRun(program, arguments, socket: stage.socket, output: stage.folder.path("output")))
        }
        let daemons = (try daemon.processorSeconds - before) / Double(Self.runs)
        return (
            runs[0].status, runs[0].lines, runs.map(\.processor).median, runs.map(\.seconds).median, daemons
        )
    }

    /// A reload of the same configuration.
    private func reload(_ stage: Stage, _ daemon: DaemonProcess) throws -> (seconds: Double, processor: Double) {
        let notify = try NotifySocket(path: stage.folder.path("notify"))
        let (start, before) = (Machine.now, try daemon.processorSeconds)
        kill(daemon.id, SIGHUP)
        try notify.wait(for: "READY=1")
        return (Machine.now - start, try daemon.processorSeconds - before)
    }
}
