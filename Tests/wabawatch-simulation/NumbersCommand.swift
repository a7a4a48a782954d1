import ArgumentParser
import CAllocations
import Glibc
import Simulation

/// What an hour of watching very many numbers costs.
struct NumbersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "numbers", abstract: "Watch very many numbers for a simulated hour: processor time and memory for each.")

    @Flag(help: "Fewer numbers, and exit status 1 if a number costs much more where there are many.")
    var short = false
    @Flag(help: "Keep alarms as well.")
    var alarms = false
    @Argument(help: "How many numbers, each a run; by default 1,000, 10,000 and 100,000.")
    var counts: [Int] = []

    /// The cost of a number may be so many times as large at the largest size as at the smallest.
    private static let growth = 2.0

    func run() throws {
        let counts = !self.counts.isEmpty ? self.counts : short ? [500, 5000] : [1000, 10_000, 100_000]
        var costs: [(processor: Double, bytes: Double)] = []
        for count in counts {
            give_back_free_memory()
            let (empty, emptyLedger, start) = (Int(bytes_allocated()), ManyNumbers.ledgerBytes, Self.processorTime)
            let numbers = try ManyNumbers(count, keepsAlarms: alarms)
            // All first polls are over after this.
            numbers.run(for: .seconds(900))
            let (begun, first) = (Self.processorTime, (requests: numbers.requests, changes: numbers.changes))
            numbers.run(for: .seconds(3600))
            let processor = (Self.processorTime - begun) / Double(numbers.count) * 1e6
            let ledgerBytes = Double(ManyNumbers.ledgerBytes - emptyLedger) / Double(numbers.count)
            let bytes = Double(Int(bytes_allocated()) - empty) / Double(numbers.count) - ledgerBytes
            let (requests, changes) = (numbers.requests - first.requests, numbers.changes - first.changes)
            costs.append((processor, bytes))
            print(
                "\(numbers.count) numbers\(alarms ? ", with alarms" : ""): first looks \(Self.rounded((begun - start) / Double(numbers.count) * 1e6)) µs a number; an hour "
                    + "\(Self.rounded(processor)) µs a number (\(requests) requests, \(changes) changes); heap \(Self.rounded(bytes)) bytes a number, "
                    + "and \(Self.rounded(ledgerBytes)) of the ledger, which is in memory here")
            fflush(nil)
            numbers.end()
        }
        if let first = costs.first, let last = costs.last,
            last.processor > first.processor * Self.growth || last.bytes > first.bytes * Self.growth
        {
            print("a number costs more than \(Self.growth) times as much where there are many")
            throw ExitCode.failure
        }
    }

    private static func rounded(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }

    /// Seconds of processor time so far.
    private static var processorTime: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
