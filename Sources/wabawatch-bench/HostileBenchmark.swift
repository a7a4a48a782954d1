import ArgumentParser
import CAllocations
import Foundation
import GraphAPI

/// What the worst answers cost: the memory that reading them adds to their own, and the time.
struct HostileBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hostile", abstract: "Answers of 16 MiB that are made to cost much: the memory and the time that reading one takes.",
        discussion: "Exit status 1 when one adds more than twice the body's limit to the body itself, or takes longer than ten seconds.")

    @OptionGroup var options: RunOptions

    func run() async throws {
        let times = options.short ? 1 : 5
        print("hostile: each body read as a document and as a page of keys, the largest memory and the middle time of \(times)")
        print(Machine.description)
        var table = Table("body", "MiB", "adds MiB", "as keys, MiB", "ms", "as keys, ms", "what comes of it")
        var worst = (memory: Cost(), time: Cost())
        for (name, body) in HostileBodies.all {
            let body = body()
            guard body.count <= HostileBodies.limit else { throw Failure("\(name): the body is larger than allowed") }
            let costs = [try await cost(of: body, times, keys: false), try await cost(of: body, times, keys: true)]
            for cost in costs {
                if cost.memory > worst.memory.memory { worst.memory = cost.named(name) }
                if cost.seconds > worst.time.seconds { worst.time = cost.named(name) }
            }
            table.add(
                name, (Double(body.count) / 1_048_576).figure, costs[0].memory.figure, costs[1].memory.figure,
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

    private func cost(of body: [UInt8], _ times: Int, keys: Bool) async throws -> Cost {
        let client = GraphClient(
            endpoint: try Endpoint(baseURL: "https://graph.example", version: "v25.0"), token: try AccessToken("EAAGsecret"),
            appSecret: try AppSecret("appsecret"), transport: Hand(body: body))
        let request = GraphRequest(.blockedUsers, id: "1")
        var cost = Cost()
        var seconds: [Double] = []
        for _ in 0..<times {
            // What an earlier body left with the allocator would hide what this one takes.
            give_back_free_memory()
            Machine.forgetPeak()
            let before = try Self.residentMemory()
            let start = Machine.now
            do throws(GraphFailure) {
                let answer = keys ? try await client.fetchKeys(request).answer : try await client.fetch(request)
                cost.result = "read (\(answer.status))"
            } catch {
                cost.result = "\(error)"
            }
            seconds.append(Machine.now - start)
            cost.memory = max(cost.memory, Machine.peakMemory() - before)
        }
        cost.seconds = seconds.median
        return cost
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
