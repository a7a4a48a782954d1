import Glibc
import StrictJSON
import Synchronization
import Varlink
import WabaWatchInterface

/// What a daemon does that cannot start and was given sockets by the manager: it answers whoever waits there with one sentence that says why, and then may
/// end. Who connects later has the manager start it again, which then finds it mended or answers in the same way; nobody is left without an answer, and
/// the manager has no connection left over which it would start the daemon again and again.
package struct FailedStart: Sendable {
    private let sockets: [Int32]
    private let reason: String

    /// So long after the last call it ends,
    static let quiet = Duration.milliseconds(1500)
    /// and so long after it began in any case.
    static let longest = Duration.seconds(5)

    /// - Parameter reason: one sentence.
    package init(_ inherited: Daemon.Inherited, reason: String) {
        sockets = [inherited.varlink, inherited.metrics].compactMap(\.self)
        self.reason = reason
    }

    /// Answers those who wait. Returns whether anybody did.
    package func answer(pause: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }) async throws -> Bool
    {
        let waiting = sockets.filter(Self.isWaitedAt)
        guard !waiting.isEmpty else { return false }
        let called = LastCall()
        let refusal = try Refusal(reason: reason) { called.isNow() }
        let identity = ServiceIdentity(
            vendor: "wabawatch", product: "wabawatchd", version: Daemon.version, url: "man:wabawatchd(8)")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for socket in waiting {
                // The server closes what it serves; the manager's own stays for a start after all.
                let socket = fcntl(socket, F_DUPFD_CLOEXEC, 0)
                let server = try VarlinkServer(identity: identity, interfaces: [refusal, try Declaration()])
                group.addTask { try await server.run(on: .inherited(fileDescriptor: socket)) }
                group.addTask {
                    defer { server.shutdown() }
                    let began = ContinuousClock.now
                    while ContinuousClock.now - began < Self.longest, called.ago < Self.quiet {
                        try await pause(.milliseconds(50))
                    }
                }
            }
            try await group.waitForAll()
        }
        return true
    }

    /// When somebody called last; at first, when the waiting began.
    private final class LastCall: Sendable {
        private let moment = Mutex(ContinuousClock.now)

        var ago: Duration { moment.withLock { ContinuousClock.now - $0 } }

        func isNow() { moment.withLock { $0 = .now } }
    }

    private static func isWaitedAt(_ socket: Int32) -> Bool {
        var question = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        return poll(&question, 1, 0) > 0
    }

    /// `io.wabawatch`, of which every method says why there is none.
    private struct Refusal: VarlinkInterface {
        let description: InterfaceDescription
        let implementedMethods: Set<String>
        let reason: String
        let called: @Sendable () -> Void

        init(reason: String, called: @escaping @Sendable () -> Void) throws {
            description = try InterfaceDescription(parsing: Interface.text)
            implementedMethods = description.methodNames
            (self.reason, self.called) = (reason, called)
        }

        func handle(_ call: Call, _ replies: Replies) async throws -> JSONObject {
            called()
            throw VarlinkError(FailedStart.errorName, ["reason": .string(reason)])
        }
    }

    /// Where the error is declared.
    private struct Declaration: VarlinkInterface {
        let description: InterfaceDescription
        let implementedMethods: Set<String> = []

        init() throws { description = try InterfaceDescription(parsing: FailedStart.text) }

        func handle(_ call: Call, _ replies: Replies) async throws -> JSONObject { throw VarlinkError.methodNotFound(call.method) }
    }

    /// The error that every call is answered with.
    package static let errorName = "io.wabawatch.start.NotStarted"

    private static let text = """
        # What a daemon says that cannot start.
        interface io.wabawatch.start

        # Why, in one sentence: the file, line and key that are wrong, for example.
        error NotStarted(reason: string)

        """
}
