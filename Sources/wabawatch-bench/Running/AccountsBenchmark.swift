import ArgumentParser
import Foundation
import GraphSimulator

/// A provider's daemon: many accounts with many numbers, everything as it is by default, Meta's budget of an active account obeyed.
struct AccountsBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accounts", abstract: "1,000 accounts of 20 numbers at default intervals: processor time, memory, requests, wakeups.",
        discussion: "The real wabawatchd from an empty ledger on; the simulator runs on the same machine and its time is not counted.")

    @OptionGroup var options: RunOptions
    @Option(help: "How many accounts.") var accounts: Int?
    @Option(help: "How many numbers each has.") var numbers = 20
    @Option(help: "How long, in seconds.") var seconds: Int?

    func run() async throws {
        let accounts = accounts ?? (options.short ? 10 : 1000)
        let seconds = seconds ?? (options.short ? 10 : 600)
        let stage = try await Stage(accounts: accounts, numbers: numbers, blockedUsers: 3, hasBudget: true)
        let result: Result<Void, any Error>
        do { result = .success(try await run(on: stage, seconds)) } catch { result = .failure(error) }
        await stage.close()
        try result.get()
    }

    private func run(on stage: Stage, _ seconds: Int) async throws {
        let daemon = try stage.start(every: nil)
        defer { daemon.stop() }
        print("accounts: \(stage.accounts) accounts of \(numbers) numbers, \(seconds) seconds from an empty ledger on")
        print(Machine.description)
        var table = Table("second", "requests", "CPU s", "RSS MiB", "of it own", "sleeps of its threads a second")
        var sleeps = daemon.sleeps
        let step = max(1, seconds / 5)
        for second in 1...seconds {
            try await Task.sleep(for: .seconds(1))
            guard second % step == 0 else { continue }
            let now = daemon.sleeps
            let slept = now.reduce(0) { $0 + max(0, $1.value - (sleeps[$1.key] ?? 0)) }
            sleeps = now
            table.add(
                "\(second)", "\(stage.simulator.requestCount)", (try daemon.processorSeconds).figure, daemon.mebibytes("VmRSS").figure,
                daemon.mebibytes("RssAnon").figure, (Double(slept) / Double(step)).figure)
        }
        table.show()
        let most = (0..<stage.accounts).map { stage.simulator.usage(of: Platform.sampleAccountID($0)) }.max() ?? 0
        print("ledger: \(stage.ledgerBytes / 1024) KiB; most calls of one account in the hour so far: \(most) of 5,000")
        // Without pages: the core, and what is looked at number by number; a list that may hide a page costs one request more.
        let perHour = Double(stage.accounts) * (72 + 4 + Double(numbers) * (1 + 4 + 1 + 2 * 4 + 1 / 6))
        print("plan: \(Int(perHour)) requests an hour, once the first \(stage.accounts * (3 + numbers * 6)) have been made")
        guard options.short else { return }
        var bounds = Bounds()
        bounds.atLeast(1, 2500 / Double(max(most, 1)), "calls of one account, half of Meta's budget at most")
        try bounds.conclude()
    }
}
