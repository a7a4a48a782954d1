import Foundation

/// A wabawatchd that asks a server of this program every 20 ms, and those who are subscribed to it.
final class SubscribedDaemon {
    private let stage: Stage
    private let server: AnswerServer
    private let daemon: DaemonProcess
    private let subscribers: Readers
    private let caller: Connection
    private var heard = Machine.now
    /// How long nothing had happened to it before each answer, in seconds.
    private(set) var rests: [Double] = []

    var folder: TemporaryFolder { stage.folder }

    /// Starts it, paused.
    /// - Parameter program: where it lies; beside this program if not told.
    init(_ program: String?, readers: Int) async throws {
        stage = try await Stage(numbers: 0)
        do {
            server = try AnswerServer()
            daemon = try stage.start(
                every: ["phone_number": "24h", "business_profile": "20ms"], graph: "http://127.0.0.1:\(server.port)",
                accounts: [AnswerServer.account], program: program)
            // The first look at the profile comes before anybody listens.
            _ = try server.edit("before the first")
            let socket = stage.socket
            subscribers = Readers(
                try (0..<readers).map { _ in
                    guard let connection = Connection(path: socket) else { throw Failure("the daemon does not listen") }
                    return connection
                })
            guard let caller = Connection(path: socket) else { throw Failure("the daemon does not listen") }
            self.caller = caller
            try subscribers.each { try $0.call("Subscribe", more: true) }
            _ = try subscribers.wait(for: Array(#""ready":true"#.utf8))
        } catch {
            await stage.close()
            throw error
        }
        daemon.pause()
    }

    /// Ends everything.
    func close() async {
        daemon.stop()
        await stage.close()
    }

    /// Lets it run for as long as the body does: otherwise it would ask while others are measured. What it hears first is not measured.
    func running<Value>(_ first: String, _ body: () throws -> Value) throws -> Value {
        daemon.resume()
        defer { daemon.pause() }
        _ = try deliver(first)
        rests = []
        return try body()
    }

    /// From the last byte of an answer with this text until all subscribers have it, in seconds.
    func deliver(_ text: String) throws -> Double {
        let sent = try server.edit(text)
        rests.append(sent - heard)
        heard = try subscribers.wait(for: Array(text.utf8))
        return heard - sent
    }

    /// The same, where it is told to poll as soon as the text is there: it comes from its last work, not out of a rest.
    func deliverAtOnce(_ text: String) throws -> Double {
        let sent = try server.edit(text) {
            try caller.call(
                "Poll",
                #"{"account":"a0","kind":"business_profile","phoneNumberId":"\#(AnswerServer.number)"}"#)
        }
        heard = try subscribers.wait(for: Array(text.utf8))
        _ = try caller.reply()
        return heard - sent
    }
}
