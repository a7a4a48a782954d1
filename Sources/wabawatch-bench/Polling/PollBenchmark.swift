import ArgumentParser
import Foundation
import GraphSimulator
import StrictJSON

/// What a poll of many numbers costs, where nothing changed and where one thing did, beside a script with pywa.
struct PollBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "poll", abstract: "A poll of 100 numbers and their profiles: processor time and requests, beside scripts.",
        discussion: """
            The real wabawatchd and the scripts ask the same simulator: one with pywa in Python, the interpreter that WABAWATCH_PYTHON names, else python3, and \
            one with curl, jq and diff, as it is run from a timer.
            """)

    @OptionGroup var options: RunOptions
    @Option(help: "How many numbers are polled.") var numbers = 100

    func run() async throws {
        let stage = try await Stage(numbers: numbers)
        let result: Result<Void, any Error>
        do { result = .success(try await run(on: stage)) } catch { result = .failure(error) }
        await stage.close()
        try result.get()
    }

    private func run(on stage: Stage) async throws {
        // Longer than a poll takes, so that every poll is whole before the next begins.
        let every = "\(max(500, numbers * 5))ms"
        let daemon = try stage.start(every: ["phone_number": every, "business_profile": every])
        defer { daemon.stop() }
        let (graph, token, account) = (stage.simulator.baseURL, Platform.sampleToken, Platform.sampleAccountID())
        let pywa = PywaPoller(graph: graph, token: token, account: account, database: stage.folder.path("pywa.sqlite"))
        let curl = CurlPoller(graph: graph, token: token, account: account, folder: stage.folder.path("curl"))
        let pollers = [pywa as (any Poller)?, curl].compactMap(\.self)
        defer { for poller in pollers { poller.stop() } }
        let changes = Changes(stage)
        let tally = Tally(contenders: 1 + pollers.count)
        let times = options.short ? 3 : 10
        // The first polls find everything.
        _ = try await polls(of: daemon, 2, on: stage, nil, tally)
        for poller in pollers { _ = try poller.poll() }

        var results: [[Pairs.Result]] = []
        for changing in [false, true] {
            let changes = changing ? changes : nil
            var contenders = [
                Pairs.Contender(name: "wabawatchd") { try await polls(of: daemon, times, on: stage, changes, tally) }
            ]
            for (index, poller) in pollers.enumerated() {
                contenders.append(
                    Pairs.Contender(name: poller.name) { try polls(of: poller, index + 1, times, on: stage, changes, tally) })
            }
            results.append(try await Pairs(contenders: contenders, rounds: options.short ? 5 : 9).run())
        }
        print("poll: \(numbers) numbers and their profiles, \(times) polls a run, middle of \(results[0][0].measures.count) runs in turns")
        print(Machine.description)
        if pywa == nil { print("skipped: pywa cannot be imported") }
        if curl == nil { print("skipped: curl, jq or diff is missing") }
        for (title, results) in zip(["nothing changed", "one thing changed"], results) {
            var table = Table(title, "CPU ms a poll", "requests a poll", "peak MiB", "ours takes, of its CPU")
            for (index, result) in results.enumerated() {
                table.add(
                    result.name, result.processor.milliseconds, (tally.requests[index] / Double(tally.polls[index])).figure,
                    index == 0 ? daemon.mebibytes("VmHWM").figure : tally.peaks[index] > 0 ? tally.peaks[index].figure : "-",
                    "1 in " + results[0].processorRatio(to: result).figure)
            }
            table.show()
        }
        guard options.short, results[0].count > 1 else { return }
        var bounds = Bounds()
        // Where nothing changed one answer says so for all; where something did, it is read, compared, asked for again, worded and written.
        for (results, (what, bound)) in zip(results, [("an unchanged poll", 6.0), ("a poll with a change", 2.0)]) {
            for peer in results.dropFirst() {
                bounds.atLeast(bound, results[0].processorRatio(to: peer), "\(what), by processor time, as fast as \(peer.name)")
            }
        }
        try bounds.conclude()
    }

    /// What was counted besides the time: of the daemon first, then of each script.
    private final class Tally {
        var requests: [Double]
        var polls: [Int]
        var peaks: [Double]

        init(contenders: Int) {
            requests = Array(repeating: 0, count: contenders)
            polls = Array(repeating: 0, count: contenders)
            peaks = requests
        }
    }

    /// One number's profile after another is edited.
    private final class Changes {
        private let stage: Stage
        private var count = 0

        init(_ stage: Stage) { self.stage = stage }

        func next() {
            count += 1
            let (count, number) = (count, Platform.samplePhoneNumberID(count % stage.numbers))
            stage.simulator.update { $0[phoneNumber: number]?.profile["about"] = "Edit \(count)" }
        }
    }

    /// From the daemon's first request of a poll to that of the poll so many polls later.
    private func polls(of daemon: DaemonProcess, _ times: Int, on stage: Stage, _ changes: Changes?, _ tally: Tally) async throws
        -> Measure
    {
        daemon.resume()
        defer { daemon.pause() }
        var start: (time: Double, processor: Double, requests: Int)?
        // The first poll finds what was edited while the script was measured.
        var left = times + 1
        for await request in stage.simulator.requestStream() where request.edge == .phoneNumbers && request[parameter: "after"] == nil {
            let now = (time: Machine.now, processor: try daemon.processorSeconds, requests: stage.simulator.requestCount)
            if left == times { start = now }
            if left == 0, let start {
                tally.requests[0] += Double(now.requests - start.requests)
                tally.polls[0] += times
                return Measure(operations: times, seconds: now.time - start.time, processor: now.processor - start.processor)
            }
            changes?.next()
            left -= 1
        }
        throw Failure("the daemon does not ask")
    }

    private func polls(of poller: any Poller, _ index: Int, _ times: Int, on stage: Stage, _ changes: Changes?, _ tally: Tally) throws
        -> Measure
    {
        var measure = Measure(operations: times, seconds: 0, processor: 0)
        // What was edited while the daemon was measured.
        _ = try poller.poll()
        let before = stage.simulator.requestCount
        for _ in 0..<times {
            changes?.next()
            let poll = try poller.poll()
            guard poll.changes == (changes == nil ? 0 : 1) else { throw Failure("\(poller.name) found \(poll.changes) changes") }
            measure.seconds += poll.seconds
            measure.processor += poll.processor
            tally.peaks[index] = max(tally.peaks[index], poll.peak)
        }
        tally.requests[index] += Double(stage.simulator.requestCount - before)
        tally.polls[index] += times
        return measure
    }
}
