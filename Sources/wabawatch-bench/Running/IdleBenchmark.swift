import ArgumentParser
import Foundation
import GraphSimulator

/// What the daemon costs while nothing happens.
struct IdleBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "idle", abstract: "An idle daemon: wakeups, processor time, bytes written and memory, and what a day comes to.",
        discussion: "The real wabawatchd with one account of three numbers, every interval as it is by default.")

    @OptionGroup var options: RunOptions
    @Option(help: "How long, in seconds.") var seconds: Int?

    func run() async throws {
        let stage = try await Stage(numbers: 3)
        let result: Result<Void, any Error>
        do { result = .success(try await run(on: stage)) } catch { result = .failure(error) }
        await stage.close()
        try result.get()
    }

    private func run(on stage: Stage) async throws {
        let seconds = seconds ?? (options.short ? 10 : 600)
        let daemon = try stage.start(every: nil)
        defer { daemon.stop() }
        // Everything has been seen for the first time, and what that set in motion has ended.
        try await Task.sleep(for: .seconds(options.short ? 3 : 20))
        let before = (time: Machine.now, sleeps: daemon.sleeps, processor: try daemon.processorSeconds, bytes: daemon.bytesWritten)
        // Threads that end take their counts along: each counts as far as it was last seen.
        var last = before.sleeps
        let requests = stage.simulator.requestCount
        for _ in 0..<seconds {
            try await Task.sleep(for: .seconds(1))
            last.merge(daemon.sleeps) { $1 }
        }
        let time = Machine.now - before.time
        let sleeps = Double(last.values.reduce(0, +) - before.sleeps.values.reduce(0, +)) / time
        let processor = (try daemon.processorSeconds - before.processor) / time
        let bytes = Double(daemon.bytesWritten - before.bytes) / time
        print("idle: \(seconds) seconds, three numbers, \(stage.simulator.requestCount - requests) requests")
        print(Machine.description)
        var table = Table("", "a second", "a day")
        table.add("wakeups of its threads", sleeps.figure, (sleeps * 86_400).figure)
        table.add("processor ms", processor.milliseconds, (processor * 86_400).milliseconds)
        table.add("KiB written", (bytes / 1024).figure, (bytes * 86_400 / 1024).figure)
        table.show()
        print(
            "memory: \(daemon.mebibytes("VmRSS").figure) MiB resident, of which \(daemon.mebibytes("RssAnon").figure) its own and \(daemon.mebibytes("RssFile").figure) mapped from files"
        )
        guard options.short else { return }
        var bounds = Bounds()
        bounds.atLeast(1, 4 / max(sleeps, 0.01), "wakeups, four a second at most")
        bounds.atLeast(1, 0.01 / max(processor, 1e-9), "processor time, a hundredth at most")
        bounds.atLeast(1, 64 / daemon.mebibytes("VmRSS"), "memory, 64 MiB at most")
        try bounds.conclude()
    }
}
