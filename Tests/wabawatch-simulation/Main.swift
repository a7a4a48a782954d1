import ArgumentParser
import Glibc
import Simulation
import Synchronization

/// Runs seeds of the simulation on all cores. Ends with 1 if one breaks a promise, with the command that repeats it.
@main
struct Program: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wabawatch-simulation", abstract: "Run the daemon's decisions under a simulated clock, against a simulated Meta.",
        subcommands: [NumbersCommand.self, StormsCommand.self])

    @Option(help: "One seed.")
    var seed: UInt64?
    @Option(help: "Seeds from one to before another: 0..<10000.")
    var seeds: String?
    @Option(name: .customLong("break"), help: "Break one promise on purpose in what is checked, or `all`, and say which seed shows it.")
    var broken: String?
    @Option(help: "Odd things that may happen, alone: \(SimulatedOddity.allCases.map(\.rawValue).joined(separator: ",")); `none` for none.")
    var troubles: String?
    @Option(help: "Whether things are asked for inside others: auto or never; by default half of the seeds do.")
    var expansion: String?
    @Flag(inversion: .prefixedNo, help: "Judge when alarms begin and end.")
    var alarmTimes = true
    @Flag(help: "Print everything that happens.")
    var trace = false
    @Flag(help: "Stop at the first seed that breaks a promise.")
    var first = false
    @Option(help: "How many run at a time; by default one for each core.")
    var jobs: Int?

    func run() throws {
        guard (seed == nil) != (seeds == nil) else { throw ValidationError("Give --seed N or --seeds A..<B.") }
        if let seeds, Self.range(seeds) == nil { throw ValidationError("--seeds is of the form 0..<10000.") }
        // The order of a dictionary differs from process to process otherwise, and with it the order of what happens at one moment.
        if getenv("SWIFT_DETERMINISTIC_HASHING") == nil {
            setenv("SWIFT_DETERMINISTIC_HASHING", "1", 1)
            execv("/proc/self/exe", CommandLine.unsafeArgv)
        }
        let only = try oddities
        guard [nil, "auto", "never"].contains(expansion) else { throw ValidationError("--expansion is auto or never.") }
        if let broken {
            try breakPromises(broken)
        } else if let seed {
            let outcome = try Simulation.run(
                seed: seed, only: only, expands: expands, judgesAlarmTimes: alarmTimes, print: trace ? { print($0) } : nil)
            report(outcome)
            print(
                "seed \(seed): digest \(String(outcome.digest, radix: 16)), \(outcome.requests) requests, \(outcome.changes) changes, \(outcome.lives) lives"
            )
            if !outcome.complaints.isEmpty { throw ExitCode.failure }
        } else if let seeds, let range = Self.range(seeds) {
            try runAll(range, only)
        }
    }

    /// What `--expansion` says.
    private var expands: Bool? { expansion.map { $0 == "auto" } }

    /// What `--troubles` says.
    private var oddities: Set<SimulatedOddity>? {
        get throws {
            guard let troubles else { return nil }
            if troubles == "none" { return [] }
            return Set(
                try troubles.split(separator: ",").map { name in
                    guard let oddity = SimulatedOddity(rawValue: String(name)) else {
                        throw ValidationError("--troubles: there is no \(name).")
                    }
                    return oddity
                })
        }
    }

    /// Breaks promises in the histories of the seeds until the checker sees each.
    private func breakPromises(_ name: String) throws {
        let mutations = name == "all" ? Mutation.allCases : [Mutation(rawValue: name)].compactMap(\.self)
        guard !mutations.isEmpty else {
            throw ValidationError("--break is one of \(Mutation.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
        let range = seeds.flatMap(Self.range) ?? (seed ?? 0)..<((seed ?? 0) + 1)
        var missed = 0
        for mutation in mutations {
            var found: (seed: UInt64, complaint: String)?
            for seed in range where found == nil {
                let complaints = try Simulation.run(seed: seed, broken: mutation).complaints
                found = complaints.first { $0.hasPrefix(mutation.promise) }.map { (seed, $0) }
            }
            if let found {
                print("\(mutation.rawValue): seed \(found.seed): \(found.complaint.prefix(160))")
            } else {
                print("\(mutation.rawValue): no seed shows it")
                missed += 1
            }
        }
        if missed > 0 { throw ExitCode.failure }
    }

    private func runAll(_ range: Range<UInt64>, _ only: Set<SimulatedOddity>?) throws {
        let next = Mutex(range.lowerBound)
        let sums = Mutex((runs: 0, failed: 0, requests: 0, changes: 0))
        let body: @Sendable () -> Void = {
            while true {
                let seed: UInt64? = next.withLock { next in
                    guard next < range.upperBound, sums.withLock({ $0.failed < (first ? 1 : 20) }) else { return nil }
                    defer { next += 1 }
                    return next
                }
                guard let seed else { return }
                do {
                    let outcome = try Simulation.run(seed: seed, only: only, expands: expands, judgesAlarmTimes: alarmTimes)
                    sums.withLock { sums in
                        report(outcome)
                        sums.runs += 1
                        sums.failed += outcome.complaints.isEmpty ? 0 : 1
                        sums.requests += outcome.requests
                        sums.changes += outcome.changes
                    }
                } catch {
                    print("seed \(seed): \(error)")
                    sums.withLock { $0.failed += 1 }
                }
            }
        }
        let begin = ContinuousClock.now
        Threads.run(jobs ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))), body)
        let time = ContinuousClock.now - begin
        let result = sums.withLock { $0 }
        print("\(result.runs) seeds in \(time), \(result.requests) requests, \(result.changes) changes: \(result.failed) failed")
        if result.failed > 0 { throw ExitCode.failure }
    }

    private func report(_ outcome: Outcome) {
        guard !outcome.complaints.isEmpty else { return }
        print(
            "seed \(outcome.seed) breaks a promise; repeat it with: swift run -c release wabawatch-simulation --seed \(outcome.seed) --trace\(troubles.map { " --troubles \($0)" } ?? "")\(expansion.map { " --expansion \($0)" } ?? "")"
        )
        for complaint in outcome.complaints { print("  \(complaint)") }
        fflush(nil)
    }

    private static func range(_ text: String) -> Range<UInt64>? {
        let bounds = text.split(separator: "..<").map { UInt64($0) }
        guard bounds.count == 2, let low = bounds[0], let high = bounds[1], low < high else { return nil }
        return low..<high
    }
}
