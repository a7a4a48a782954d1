import Foundation

/// What one run cost.
struct Measure {
    /// How many operations it did.
    var operations: Int
    /// Wall time in seconds.
    var seconds: Double
    /// Processor time in seconds, user and system, of whoever did the work.
    var processor: Double
    /// Wall time of each operation in seconds, where they were timed one by one.
    var latencies: [Double] = []

    /// Operations a second of wall time.
    var rate: Double { Double(operations) / seconds }
}

extension Measure {
    /// Runs the body in this process and measures it as a whole.
    static func whole(operations: Int, _ body: () async throws -> Void) async rethrows -> Measure {
        let processor = Machine.processorSeconds
        let start = Machine.now
        try await body()
        return Measure(operations: operations, seconds: Machine.now - start, processor: Machine.processorSeconds - processor)
    }

    /// Runs the body once for each operation and times each.
    /// - Parameter processor: the processor time so far, in seconds, of whoever does the work; this process's if not told.
    static func each(
        _ operations: Range<Int>, processor: () throws -> Double = { Machine.processorSeconds }, _ body: (Int) async throws -> Void
    ) async throws -> Measure {
        let before = try processor()
        var latencies: [Double] = []
        latencies.reserveCapacity(operations.count)
        for operation in operations {
            let start = Machine.now
            try await body(operation)
            latencies.append(Machine.now - start)
        }
        return Measure(
            operations: operations.count, seconds: latencies.reduce(0, +), processor: try processor() - before, latencies: latencies)
    }

    /// The same where each operation did so many.
    func times(_ many: Int) -> Measure {
        var measure = self
        measure.operations *= many
        return measure
    }
}

extension [Double] {
    /// The value that this part of all values does not exceed, from 0 to 1, by the nearest rank; zero if there are none.
    func percentile(_ part: Double) -> Double {
        guard !isEmpty else { return 0 }
        let rank = Int((part * Double(count)).rounded(.up)) - 1
        return sorted()[Swift.min(Swift.max(rank, 0), count - 1)]
    }

    /// The middle value.
    var median: Double { percentile(0.5) }
}
