import ArgumentParser
import CAllocations
import Foundation
import GraphAPI
import WhatsAppBusiness

/// What the worst answers cost: the memory that reading them adds to their own, and the time.
struct HostileBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hostile", abstract: "Answers of 16 MiB that are made to cost much: the memory and the time that reading one takes.",
        discussion: "Exit status 1 when one adds more than twice the body's limit to the body itself, or takes longer than ten seconds.")

    @OptionGroup var options: RunOptions
    /// One body alone, in a process of its own: what an earlier one left with the allocator would hide what this one takes.
    @Option(help: .hidden) var only: String?
    @Flag(help: .hidden) var keys = false

    func run() async throws {
        if let only { return try await measure(only) }
        let times = options.short ? 1 : 5
        print("hostile: each body read as a document and as a page of keys, the largest memory and the middle time of \(times)")
        print(Machine.description)
        var table = Table("body", "MiB", "adds MiB", "as keys, MiB", "ms", "as keys, ms", "what comes of it")
        var worst = (memory: Cost(), time: Cost())
        for (name, body) in HostileBodies.all {
            let size = body().count
            guard size <= HostileBodies.limit else { throw Failure("\(name): the body is larger than allowed") }
            let costs = [try cost(of: name, times, keys: false), try cost(of: name, times, keys: true)]
            for cost in costs {
                if cost.memory > worst.memory.memory { worst.memory = cost.named(name) }
                if cost.seconds > worst.time.seconds { worst.time = cost.named(name) }
            }
            table.add(
                name, (Double(size) / 1_048_576).figure, costs[0].memory.figure, costs[1].memory.figure,
                costs[0].seconds.milliseconds,
                costs[1].seconds.milliseconds, costs[0].result)
        }
        table.show()
        var bounds = Bounds()
        let allowed = Double(2 * HostileBodies.limit) / 1_048_576
        bounds.atLeast(1, allowed / worst.memory.memory, "\(allowed.figure) MiB, over what \(worst.memory.name) adds")
        bounds.atLeast(1, 10 / worst.time.seconds, "ten seconds, over what \(worst.time.name) takes")
        try bounds.conclude()
    }

    /// What one body cost.
    private struct Cost {
        var name = ""
        /// MiB beyond the body.
        var memory = 0.0
        var seconds = 0.0
        var result = ""

        func named(_ name: String) -> Cost {
            var cost = self
            cost.name = name
            return cost
        }
    }

    /// Measures one body, each time in a new process.
    private func cost(of name: String, _ times: Int, keys: Bool) throws -> Cost {
        var cost = Cost()
        var seconds: [Double] = []
        for _ in 0..<times {
            let child = Process()
            child.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            child.arguments = ["hostile", "--only", name] + (keys ? ["--keys"] : [])
            let output = Pipe()
            child.standardOutput = output
            try child.run()
            let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            child.waitUntilExit()
            let parts = text.split(separator: "\n", maxSplits: 2).map(String.init)
            guard child.terminationStatus == 0, parts.count == 3, let memory = Double(parts[0]), let time = Double(parts[1]) else {
                throw Failure("\(name): the process that reads it ended with \(child.terminationStatus)")
            }
            cost.memory = max(cost.memory, memory)
            cost.result = parts[2].trimmingCharacters(in: .whitespacesAndNewlines)
            seconds.append(time)
        }
        cost.seconds = seconds.median
        return cost
    }

    /// Reads one body in this process, and prints the MiB that this added, the seconds and what came of it.
    private func measure(_ name: String) async throws {
        guard let body = HostileBodies.all.first(where: { $0.0 == name })?.1() else { throw Failure("there is no body \(name)") }
        let client = GraphClient(
            endpoint: try Endpoint(baseURL: "https://graph.example", version: "v25.0"), token: try AccessToken("EAAGsecret"),
            appSecret: try AppSecret("appsecret"), transport: Hand(body: body))
        let request = GraphRequest(.blockedUsers, id: "1")
        // What making the body left with the allocator.
        give_back_free_memory()
        Machine.forgetPeak()
        let before = try Self.residentMemory()
        let start = Machine.now
        var result = ""
        do throws(GraphFailure) {
            let answer = keys ? try await client.fetchKeys(request).answer : try await client.fetch(request)
            result = "read (\(answer.status))"
        } catch {
            result = "\(error)"
        }
        print(max(0, Machine.peakMemory() - before), Machine.now - start, result, separator: "\n")
    }

    /// What this process holds at the moment, in MiB (proc_pid_status(5), VmRSS).
    private static func residentMemory() throws -> Double {
        let status = try FileHandle(forReadingFrom: URL(fileURLWithPath: "/proc/self/status")).readToEnd() ?? Data()
        let line = String(decoding: status, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        guard let kibibytes = line?.split(separator: " ").dropFirst().first.flatMap({ Double($0) }) else {
            throw Failure("/proc/self/status does not tell VmRSS")
        }
        return kibibytes / 1024
    }

    /// A transport that hands out one body.
    private struct Hand: Transport {
        let body: [UInt8]
        func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse { HTTPResponse(status: 200, body: body) }
    }
}
