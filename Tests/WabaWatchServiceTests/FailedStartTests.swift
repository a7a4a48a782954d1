import FoundationEssentials
import Glibc
import StrictJSON
import TestSupport
import Testing
import Varlink
import WabaWatchClient

@testable import WabaWatchService

/// A daemon that cannot start and was given a socket on which somebody waits.
@Suite(.inTurn, .timeLimit(.minutes(1))) struct FailedStartTests {
    /// A listening socket as the manager would hand it over.
    private func listener(_ path: String) throws -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        let bound = ReloadRequest.withAddress(path) { bind(descriptor, $0, $1) }
        try #require(bound == 0 && listen(descriptor, 64) == 0)
        return descriptor
    }

    @Test(arguments: ["GetStatus", "List", "History", "Subscribe", "Poll"])
    func callThatWaited_isToldWhy_andTheSocketIsEmptyThen(method: String) async throws {
        let folder = try TemporaryFolder()
        let socket = try listener(folder.path + "/socket")
        defer { close(socket) }
        let reason = "/etc/wabawatch/wabawatch.yaml:9: nonsense: this key is not known"
        let start = FailedStart(Daemon.Inherited([("varlink", socket)]), reason: reason)
        #expect(try await start.answer() == false, "nobody waits")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 {
                let client = try await VarlinkClient.connect(path: folder.path + "/socket")
                group.addTask {
                    let parameters: JSONObject = method == "Poll" ? ["account": "acme"] : [:]
                    let error = await #expect(throws: VarlinkError.self) { try await client.call("io.wabawatch.\(method)", parameters) }
                    #expect(error?.name == FailedStart.errorName)
                    #expect(error?.parameters == ["reason": .string(reason)])
                    await client.close()
                }
            }
            #expect(try await start.answer())
            try await group.waitForAll()
        }
        #expect(try await start.answer() == false, "nobody is left")
    }

    /// The client library and the command say it as a sentence, and that it may pass.
    @Test func client_isGivenASentence() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/socket"
        let socket = try listener(path)
        defer { close(socket) }
        let asking = Task { try await WabaWatch(socket: path).getStatus() }
        await withCheckedContinuation { continuation in
            Program.onQueue {
                var question = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
                _ = poll(&question, 1, 20_000)
                continuation.resume()
            }
        }
        #expect(try await FailedStart(Daemon.Inherited([("varlink", socket)]), reason: "x.yaml:1: no").answer())
        let error = await #expect(throws: ClientError.self) { try await asking.value }
        #expect(error?.description == "wabawatchd cannot start: x.yaml:1: no")
        #expect(error?.isPassing == true)
    }
}
