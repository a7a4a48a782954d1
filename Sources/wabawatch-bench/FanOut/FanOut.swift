import CFanOut
import Foundation

/// A message of about 300 bytes to many readers, as one contender brings it.
protocol FanOut: AnyObject {
    static var name: String { get }
    /// The process that delivers.
    var server: Int32 { get }
    /// A byte that stands once in every message.
    static var mark: UInt8 { get }
    /// Connects and subscribes.
    func subscriber() throws -> Int32
    /// Sends so many messages as fast as it can; the moment in nanoseconds from which their delivery is timed.
    func publish(_ count: Int) throws -> Int64
    func stop()
}

/// So many readers of one contender.
final class FanOutReaders {
    private let contender: any FanOut
    private let readers: OpaquePointer
    let count: Int

    init(_ count: Int, of contender: any FanOut) throws {
        self.contender = contender
        self.count = count
        let sockets = try (0..<count).map { _ in try contender.subscriber() }
        guard let readers = fan_out_begin(sockets, Int32(count), type(of: contender).mark) else { throw Failure("epoll failed") }
        self.readers = readers
    }

    deinit { fan_out_end(readers) }

    /// Bytes that came.
    var bytes: Int64 { fan_out_bytes(readers) }

    /// Seconds until every reader has every one of so many messages.
    func deliver(_ messages: Int) throws -> Double {
        fan_out_expect(readers, Int64(messages))
        let start = try contender.publish(messages)
        let end = fan_out_wait(readers, 120_000)
        guard end != 0 else { throw Failure("\(type(of: contender).name): not every reader got every message") }
        return Double(end - start) / 1e9
    }
}

/// Our own socket, around a ledger in memory: this is about delivery, not about the disk.
final class OwnFanOut: FanOut {
    static let name = "wabawatchd"
    static let mark: UInt8 = 0
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    private let socket: String
    private var said = Data()
    var server: Int32 { process.processIdentifier }
    /// Seconds from when the last commit was asked for until it was on disk.
    private(set) var commit = 0.0

    init(in folder: String, _ name: String) throws {
        socket = "\(folder)/\(name).sock"
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = ["fan-out-server", "--ledger", "\(folder)/\(name).sqlite", "--socket", socket]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        guard try line() == "ready" else { throw Failure("the server did not begin") }
    }

    func subscriber() throws -> Int32 {
        let call = #"{"method":"io.wabawatch.Subscribe","parameters":{"heartbeatSeconds":86400},"more":true}"# + "\0"
        return try Socket.connected(path: socket, saying: call, until: 0)
    }

    func publish(_ count: Int) throws -> Int64 {
        try input.fileHandleForWriting.write(contentsOf: Data("\(count)\n".utf8))
        let moments = try line().split(separator: " ").compactMap { Int64($0) }
        guard moments.count == 2 else { throw Failure("the server did not record") }
        commit = Double(moments[1] - moments[0]) / 1e9
        return moments[1]
    }

    func stop() {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    private func line() throws -> String {
        while true {
            if let end = said.firstIndex(of: UInt8(ascii: "\n")) {
                defer { said = said[(end + 1)...] }
                return String(decoding: said[..<end], as: UTF8.self)
            }
            let more = output.fileHandleForReading.availableData
            guard !more.isEmpty else { throw Failure("the server ended") }
            said += more
        }
    }
}

/// Redis pub/sub over a Unix socket.
final class RedisFanOut: FanOut {
    static let name = "redis pub/sub"
    static let mark: UInt8 = 1
    private let process: ServerProcess
    private let socket: String
    private let publisher: Connection
    private let message: String
    var server: Int32 { process.id }

    /// Starts it; `nil` if it is not installed.
    init?(in folder: String, bytes: Int) throws {
        guard let program = ServerProcess.find("redis-server") else { return nil }
        socket = folder + "/redis.sock"
        let path = socket
        process = try ServerProcess(
            program, ["--port", "0", "--unixsocket", socket, "--dir", folder, "--save", ""], output: folder + "/redis.log")
        publisher = try process.wait { Connection(path: path) }
        let text = "\u{1}" + String(repeating: "x", count: bytes - 1)
        message = "*3\r\n$7\r\nPUBLISH\r\n$1\r\nc\r\n$\(bytes)\r\n\(text)\r\n"
    }

    func subscriber() throws -> Int32 {
        try Socket.connected(path: socket, saying: "*2\r\n$9\r\nSUBSCRIBE\r\n$1\r\nc\r\n", until: UInt8(ascii: ":"))
    }

    func publish(_ count: Int) throws -> Int64 {
        let start = fan_out_now()
        var left = count
        while left > 0 {
            let some = min(left, 500)
            try publisher.send(Array(String(repeating: message, count: some).utf8))
            _ = try publisher.receive { $0.count { $0 == UInt8(ascii: "\n") } == some ? $0.count : nil }
            left -= some
        }
        return start
    }

    func stop() { process.stop() }
}

/// nats-server, which speaks TCP alone.
final class NATSFanOut: FanOut {
    static let name = "nats-server"
    static let mark: UInt8 = 1
    private let process: ServerProcess
    private let port: UInt16
    private let publisher: Connection
    private let message: String
    var server: Int32 { process.id }

    /// Starts it; `nil` if it is not installed.
    init?(in folder: String, bytes: Int) throws {
        guard let program = ServerProcess.find("nats-server") else { return nil }
        let port = try Connection.freePort()
        self.port = port
        process = try ServerProcess(program, ["-a", "127.0.0.1", "-p", "\(port)"], output: folder + "/nats.log")
        publisher = try process.wait { Connection(port: port) }
        try publisher.send(Array("CONNECT {\"verbose\":false}\r\n".utf8))
        let text = "\u{1}" + String(repeating: "x", count: bytes - 1)
        message = "PUB c \(bytes)\r\n\(text)\r\n"
    }

    func subscriber() throws -> Int32 {
        try Socket.connected(port: port, saying: "CONNECT {\"verbose\":false}\r\nSUB c 1\r\nPING\r\n", until: "PONG\r\n")
    }

    func publish(_ count: Int) throws -> Int64 {
        let start = fan_out_now()
        try publisher.send(Array(String(repeating: message, count: count).utf8))
        return start
    }

    func stop() { process.stop() }
}
