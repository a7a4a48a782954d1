import ArgumentParser
import Foundation
import GraphSimulator

/// What a look at a long block list costs, where nobody, a few or many were blocked since.
struct BlockedBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "blocked",
        abstract: "A list of 64,000 blocked users with 0, 10 and 6,400 changes, beside httpx with json or orjson and sqlite3.",
        discussion:
            "The real wabawatchd and the scripts ask the same simulator, 1,000 users a page. The interpreter is the one in WABAWATCH_PYTHON."
    )

    @OptionGroup var options: RunOptions
    @Option(help: "How many users are blocked.") var users: Int?

    func run() async throws {
        let users = users ?? (options.short ? 16_000 : 64_000)
        let stage = try await Stage(numbers: 1, blockedUsers: users)
        // The scripts read the whole list each time. The daemon has to as well where the newest do not come first.
        stage.simulator.setFault(.serving(.order(.byKey)))
        let result: Result<Void, any Error>
        do { result = .success(try await run(on: stage, users)) } catch { result = .failure(error) }
        await stage.close()
        try result.get()
    }

    private func run(on stage: Stage, _ users: Int) async throws {
        let daemon = try stage.start(every: ["phone_number": "24h", "blocked_user": "2s, paging: cursor"])
        defer { daemon.stop() }
        let watched = try await WatchedList(stage, daemon, users: users)
        let scripts = ["json", "orjson"].compactMap { library in
            PythonBlockList(
                library: library, graph: stage.simulator.baseURL, token: Platform.sampleToken, number: Platform.samplePhoneNumberID(),
                database: stage.folder.path("\(library).sqlite"))
        }
        defer { for script in scripts { script.stop() } }
        for script in scripts { _ = try script.look() }

        print("blocked: a list of \(users) users, 1,000 a page, in turns")
        print(Machine.description)
        if scripts.count < 2 { print("skipped: httpx or orjson cannot be imported") }
        var ratios: [Double] = []
        for changes in [0, 10, users / 10] {
            let edits = Edits(stage)
            var peaks = [0.0] + scripts.map { _ in 0 }
            var contenders = [
                Pairs.Contender(name: "wabawatchd") {
                    edits.block(changes)
                    daemon.forgetPeak()
                    let measure = try await watched.look(changes: changes)
                    peaks[0] = max(peaks[0], daemon.mebibytes("VmHWM"))
                    edits.unblock(changes)
                    if changes > 0 { try await watched.settle(changes) }
                    return measure
                }
            ]
            for (index, script) in scripts.enumerated() {
                contenders.append(
                    Pairs.Contender(name: script.name) {
                        edits.block(changes)
                        let look = try script.look()
                        guard look.changes == changes else { throw Failure("\(script.name) found \(look.changes) changes") }
                        peaks[index + 1] = look.peak
                        edits.unblock(changes)
                        _ = try script.look()
                        return Measure(operations: 1, seconds: look.seconds, processor: look.processor)
                    })
            }
            let results = try await Pairs(contenders: contenders, rounds: options.short ? 3 : 7).run()
            var table = Table("\(changes) changes", "CPU ms", "wall ms", "peak MiB", "ours takes, of its CPU")
            for (index, result) in results.enumerated() {
                table.add(
                    result.name, result.processor.milliseconds, (1 / result.rate).milliseconds, peaks[index].figure,
                    "1 in " + results[0].processorRatio(to: result).figure)
            }
            table.show()
            if results.count > 1 { ratios.append(results[0].processorRatio(to: results[1])) }
        }
        guard options.short, ratios.count == 3 else { return }
        var bounds = Bounds()
        // Where much changes, most of it goes into what the peers do not do: wording, indexing and keeping each change.
        for (ratio, (changes, bound)) in zip(ratios, [("no", 1.2), ("ten", 0.8), ("many", 0.25)]) {
            bounds.atLeast(bound, ratio, "\(changes) changes, by processor time, as fast as httpx with json")
        }
        try bounds.conclude()
    }

    /// Blocks users that were not blocked, and takes them out again.
    private final class Edits {
        private let stage: Stage
        private var first: UInt64 = 4_917_000_000_000

        init(_ stage: Stage) { self.stage = stage }

        func block(_ count: Int) {
            let ids = (0..<UInt64(count)).map { String(first + $0) }
            change { list in for id in ids.reversed() { list.insert(id) } }
        }

        func unblock(_ count: Int) {
            let ids = (0..<UInt64(count)).map { String(first + $0) }
            change { list in for id in ids { list.remove(id) } }
            first += UInt64(count)
        }

        private func change(_ body: (inout BlockedUsers) -> Void) {
            stage.simulator.update { platform in
                guard var list = platform[phoneNumber: Platform.samplePhoneNumberID()]?.blockedUsers else { return }
                body(&list)
                platform[phoneNumber: Platform.samplePhoneNumberID()]?.blockedUsers = list
            }
        }
    }
}

/// The daemon's looks at the list, one after another; between them it stands still.
private final class WatchedList {
    private let stage: Stage
    private let daemon: DaemonProcess
    private let subscriber: Connection
    private let users: Int
    /// Requests of a look besides its pages.
    private var besides = 0

    init(_ stage: Stage, _ daemon: DaemonProcess, users: Int) async throws {
        (self.stage, self.daemon, self.users) = (stage, daemon, users)
        guard let subscriber = Connection(path: stage.socket) else { throw Failure("the daemon does not listen") }
        self.subscriber = subscriber
        try subscriber.call("Subscribe", #"{"filter":{"kinds":["blocked_user"]},"heartbeatSeconds":60}"#, more: true)
        _ = try subscriber.reply()
        besides = try await requestsOfALook() - pages(0)
        // The first look is a change of its own.
        try hear(1)
        daemon.pause()
    }

    /// One look that finds so many changes.
    func look(changes: Int) async throws -> Measure {
        let before = try daemon.processorSeconds
        var times: [Double] = []
        let requests = stage.simulator.requestStream()
        daemon.resume()
        for await request in requests where request.edge == .blockedUsers && (!times.isEmpty || request[parameter: "after"] == nil) {
            times.append(Machine.now)
            if times.count == pages(changes) + besides { break }
        }
        if changes > 0 { try hear(changes) }
        let end = Machine.now
        // What follows a look ends before the next begins.
        try await Task.sleep(for: .milliseconds(200))
        daemon.pause()
        return Measure(operations: 1, seconds: end - (times.first ?? end), processor: try daemon.processorSeconds - before)
    }

    /// Lets it look until it has told of so many users that were unblocked: the second look without them does.
    func settle(_ changes: Int) async throws {
        daemon.resume()
        try hear(changes)
        try await Task.sleep(for: .milliseconds(200))
        daemon.pause()
    }

    private func hear(_ changes: Int) throws {
        var left = changes
        while left > 0 { if try subscriber.reply().contains(#""change":{"#) { left -= 1 } }
    }

    /// A full page may not be the last one: another request shows it.
    private func pages(_ changes: Int) -> Int { (users + changes) / 1000 + 1 }

    /// How many requests there are from the first of one look, after the very first look, to the first of the next.
    private func requestsOfALook() async throws -> Int {
        var (looks, count) = (0, 0)
        for await request in stage.simulator.requestStream() where request.edge == .blockedUsers {
            if request[parameter: "after"] == nil {
                looks += 1
                if looks == 3 { return count }
                count = 0
            }
            count += 1
        }
        throw Failure("the daemon does not ask")
    }
}
