import Foundation

/// Contenders that take turns, A B A B …: whatever else the machine does meets all of them.
struct Pairs {
    /// One way to do the work.
    struct Contender {
        var name: String
        var run: () async throws -> Measure
    }

    /// What a contender needed in every round.
    struct Result {
        var name: String
        var measures: [Measure]

        /// The middle round's operations a second.
        var rate: Double { measures.map(\.rate).median }
        /// The middle round's processor seconds an operation.
        var processor: Double { measures.map { $0.processor / Double($0.operations) }.median }
        /// The times of all single operations.
        var latencies: [Double] { measures.flatMap(\.latencies) }

        /// How many times as many operations a second of wall time as the other does: the middle of the rounds' ratios, since both sides of
        /// each were measured next to each other.
        func ratio(to other: Result) -> Double { zip(measures, other.measures).map { $0.rate / $1.rate }.median }

        /// How many times as many operations a second of processor time: other programs on the machine disturb it least.
        func processorRatio(to other: Result) -> Double {
            zip(measures, other.measures).map { ($1.processor / Double($1.operations)) / ($0.processor / Double($0.operations)) }.median
        }
    }

    let contenders: [Contender]
    let rounds: Int

    /// Runs each once to warm up, then all in turns.
    /// - Returns: a result for each contender, in their order.
    func run() async throws -> [Result] {
        var results = contenders.map { Result(name: $0.name, measures: []) }
        for contender in contenders { _ = try await contender.run() }
        for _ in 0..<rounds {
            for (index, contender) in contenders.enumerated() { results[index].measures.append(try await contender.run()) }
        }
        return results
    }
}
