import ArgumentParser
import Foundation
import GraphSimulator
import StrictJSON

/// From a rating's fall at Meta to the socket: at most the interval, and a second.
struct RatingBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rating", abstract: "From a change of a number's rating at Meta to a subscriber of the socket, on the real clock.",
        discussion: "The real wabawatchd asks the simulator every ten seconds; ratings change at random moments between two polls.")

    @OptionGroup var options: RunOptions
    @Option(help: "The interval in seconds.") var every: Int?
    @Option(help: "How many ratings change.") var changes = 21

    func run() async throws {
        let stage = try await Stage(numbers: 3)
        let result: Result<Void, any Error>
        do { result = .success(try await run(on: stage)) } catch { result = .failure(error) }
        await stage.close()
        try result.get()
    }

    private func run(on stage: Stage) async throws {
        let every = every ?? (options.short ? 1 : 10)
        let daemon = try stage.start(every: ["phone_number": "\(every)s"])
        defer { daemon.stop() }
        guard let connection = Connection(path: stage.socket) else { throw Failure("the daemon does not listen") }
        let subscriber = Readers([connection])
        try subscriber.each { try $0.call("Subscribe", more: true) }
        _ = try subscriber.wait(for: Array(#""ready":true"#.utf8))
        _ = try subscriber.wait(for: Array(#""baseline""#.utf8), milliseconds: (every + 5) * 1000)

        let ratings = ["YELLOW", "RED", "GREEN"]
        var latencies: [Double] = []
        for index in 0..<changes {
            try await Task.sleep(for: .seconds(Double.random(in: 0..<Double(every))))
            let rating = ratings[index % 3]
            let begin = Machine.now
            stage.simulator.update { $0[phoneNumber: Platform.samplePhoneNumberID(1)]?.document["quality_rating"] = .string(rating) }
            // What it was before is another one.
            let heard = try subscriber.wait(for: Array("\"quality_rating\":\"\(rating)\"".utf8), milliseconds: (every + 5) * 1000)
            latencies.append(heard - begin)
        }
        print("rating: \(changes) changes at random moments, asked every \(every) s, to one subscriber")
        print(Machine.description)
        var table = Table("", "p50 s", "largest s")
        table.add("from Meta to the socket", latencies.median.figure, (latencies.max() ?? 0).figure)
        table.show()
        var bounds = Bounds()
        bounds.atLeast(1, (Double(every) + 1) / (latencies.max() ?? 0), "the interval and a second, by the largest")
        try bounds.conclude()
    }
}
