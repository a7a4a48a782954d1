import FoundationEssentials
import Glibc
import TestSupport
import Testing

@testable import WabaWatchService

@Suite(.inTurn, .timeLimit(.minutes(1))) struct DescriptorTests {
    /// Who connects while the daemon has no descriptor left is in the kernel's queue, and the socket stays ready all the time.
    @Test func socket_withoutDescriptors_costsNoProcessor_andTakesWhoWaitsWhenThereAreSome() async throws {
        try await Site.with(every: "1h") { site in
            let daemon = try await site.start()
            let process = daemon.process.id
            var subscription = try await site.subscribeFromTheBeginning()
            _ = try await subscription.changes(3)
            let taken = Set(try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd").compactMap { Int($0) })
            let free = try #require((0...).first { !taken.contains($0) })
            try await Self.limit(process, to: free)
            let peer = try Peer(connectingTo: site.socket)
            peer.call()
            let before = try Self.processorTime(process)
            #expect(await peer.isAnswered(within: 1_000) == false, "there is no descriptor for it")
            #expect(try Self.processorTime(process) - before < .milliseconds(250))
            #expect(site.log.contains("clients cannot be let in for now"))
            try await Self.limit(process, to: free + 100)
            #expect(await peer.isAnswered(within: 20_000))
            #expect(await daemon.stop() == 0)
        }
    }

    /// The soft limit of a process that runs (prlimit(1)).
    private static func limit(_ process: pid_t, to descriptors: Int) async throws {
        let program = try Program.spawn(["prlimit", "--pid", "\(process)", "--nofile=\(descriptors):"], environment: [:], log: "/dev/null")
        try #require(await program.wait() == 0)
    }

    /// What it has used of the processors so far (proc_pid_stat(5): utime and stime).
    private static func processorTime(_ process: pid_t) throws -> Duration {
        let stat = try String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
        let fields = stat[(stat.lastIndex(of: ")") ?? stat.startIndex)...].split(separator: " ")
        let ticks = fields[12...13].compactMap { Int($0) }.reduce(0, +)
        return .milliseconds(1000 * ticks / sysconf(Int32(_SC_CLK_TCK)))
    }

    /// Calls once, by hand.
    private final class Peer: Sendable {
        private let descriptor: Int32

        init(connectingTo path: String) throws {
            descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            guard ReloadRequest.withAddress(path, { connect(descriptor, $0, $1) }) == 0 else {
                throw Program.Failed(call: "connect", number: errno)
            }
        }

        deinit { close(descriptor) }

        func call() {
            let call = Array(#"{"method":"org.varlink.service.GetInfo"}"#.utf8) + [0]
            #expect(send(descriptor, call, call.count, Int32(MSG_NOSIGNAL)) == call.count)
        }

        func isAnswered(within milliseconds: Int32) async -> Bool {
            await withCheckedContinuation { continuation in
                Program.onQueue { [descriptor] in
                    var question = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                    var byte: UInt8 = 0
                    continuation.resume(returning: poll(&question, 1, milliseconds) == 1 && recv(descriptor, &byte, 1, 0) == 1)
                }
            }
        }
    }
}
