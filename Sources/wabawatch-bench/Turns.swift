import ArgumentParser
import Foundation

/// Two builds of this program in turns: whether one is slower than the other by more than what one run differs from the next.
struct Turns: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "turns", abstract: "Runs a benchmark of this build and of another in turns, and shows the middle of each figure.",
        discussion: """
            wabawatch-bench turns --other old/wabawatch-bench poll --short
            Each build measures the wabawatchd that lies beside it. Of each figure: the middle of all runs, and from the least to the largest.
            """)

    @Option(help: "The other build of this program.") var other: String
    @Option(help: "How often each runs.") var rounds = 3
    @Argument(parsing: .captureForPassthrough, help: "The benchmark, and what it is to be told.") var benchmark: [String]

    func validate() throws {
        guard rounds > 0, !benchmark.isEmpty else { throw ValidationError("a benchmark and a number of rounds are needed") }
    }

    func run() throws {
        let programs = [CommandLine.arguments[0], other]
        var found: [[[ShownTable.Place: Double]]] = [[], []]
        var places: [ShownTable.Place] = []
        for round in 0..<rounds {
            // Who is first changes: what comes first may find another machine than what comes second.
            for index in round % 2 == 0 ? [0, 1] : [1, 0] {
                let figures = ShownTable.figures(in: try Self.output(of: programs[index], benchmark))
                found[index].append(Dictionary(figures) { first, _ in first })
                for (place, _) in figures where !places.contains(place) { places.append(place) }
            }
        }
        print("\(benchmark.joined(separator: " ")): \(rounds) runs of each build in turns")
        print(Machine.description)
        var table = Table("", "figure", "this build", "from to", "the other", "from to", "this, of the other's")
        for place in places {
            let (mine, others) = (found[0].compactMap { $0[place] }, found[1].compactMap { $0[place] })
            guard !mine.isEmpty, !others.isEmpty else { continue }
            table.add(
                place.row, place.column, mine.median.figure, Self.span(mine), others.median.figure, Self.span(others),
                others.median == 0 ? "-" : (mine.median / others.median).figure)
        }
        table.show()
    }

    private static func span(_ values: [Double]) -> String { "\((values.min() ?? 0).figure) \((values.max() ?? 0).figure)" }

    private static func output(of program: String, _ arguments: [String]) throws -> String {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = pipe
        try process.run()
        let output = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            let command = ([program] + arguments).joined(separator: " ")
            throw Failure("\(command) ended with status \(process.terminationStatus): \(output.suffix(2000))")
        }
        return output
    }
}
