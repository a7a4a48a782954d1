import ArgumentParser
import Glibc
import Simulation

/// How much is told of one cause that concerns many things.
struct StormsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "storms",
        abstract: "Have one cause trouble many things under the simulated clock, and count what socket and journal are told.",
        discussion: "Ends with 1 if more or less is told than one change of a watch and one alarm when it begins, and as much when it ends."
    )

    @Flag(help: "Fewer accounts.")
    var short = false

    func run() throws {
        var failed = false
        for storm in Storm.all(short: short) {
            let begin = ContinuousClock.now
            let outcome = try storm.play()
            let time = ContinuousClock.now - begin
            print(
                "\(storm.name), \(storm.accounts) accounts of \(storm.numbers) numbers: begins with \(Self.text(outcome.began)); "
                    + "ends with \(Self.text(outcome.ended)); \(outcome.requests) requests, \(Self.seconds(time)) s")
            for complaint in outcome.complaints { print("  not as promised: \(complaint)") }
            failed = failed || !outcome.complaints.isEmpty
            fflush(nil)
        }
        if failed { throw ExitCode.failure }
    }

    private static func text(_ told: (socket: StormNews, journal: StormNews)) -> String {
        "\(text(told.socket)) on the socket, \(text(told.journal)) in the journal"
    }

    /// Changes of watches, of alarms, and of other things where there are any.
    private static func text(_ news: StormNews) -> String {
        let others = news.others > 0 ? " + \(news.others) changes of things" : ""
        return "\(news.watches) of watches + \(news.alarms) of alarms\(others)"
    }

    private static func seconds(_ duration: Duration) -> String {
        let tenths = duration.components.seconds * 10 + duration.components.attoseconds / 100_000_000_000_000_000
        return "\(tenths / 10).\(tenths % 10)"
    }
}
