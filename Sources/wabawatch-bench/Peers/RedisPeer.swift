/// A Redis server of this run that is durable: `appendonly yes`, `appendfsync always`; spoken to over a Unix socket.
final class RedisPeer {
    static let name = "redis XADD, appendfsync always"
    /// The server, for its processor time and memory.
    let server: ServerProcess
    private let connection: Connection
    private let socket: String

    /// Starts it; `nil` if it is not installed.
    init?(in folder: TemporaryFolder) throws {
        guard let program = ServerProcess.find("redis-server") else { return nil }
        socket = folder.path("redis.sock")
        let arguments = [
            "--port", "0", "--unixsocket", socket, "--dir", folder.path(""), "--save", "", "--appendonly", "yes", "--appendfsync", "always",
        ]
        server = try ServerProcess(program, arguments, output: folder.path("redis.log"))
        connection = try server.wait { [socket] in Connection(path: socket) }
    }

    /// Adds entries to a stream with one write and waits for all replies.
    func add(_ entries: [String]) throws {
        _ = try send(entries)
        try acknowledged(entries.count)
    }

    /// Sends entries; returns the moment after their last byte. `acknowledged` must follow.
    func send(_ entries: [String]) throws -> Double {
        try connection.send(entries.flatMap { Self.command("XADD", "changes", "*", "change", $0) })
        return Machine.now
    }

    /// Readers that wait for the stream's next entry. It must be asked for again by `listen` after each.
    func readers(_ count: Int) throws -> Readers {
        Readers(try (0..<count).map { _ in try server.wait { [socket] in Connection(path: socket) } })
    }

    /// Lets the readers wait for what comes next. Redis takes each in before it answers it a PING.
    func listen(_ readers: Readers) throws {
        try readers.each { try $0.send(Self.command("PING") + Self.command("XREAD", "BLOCK", "0", "STREAMS", "changes", "$")) }
        _ = try readers.wait(for: Array("+PONG\r\n".utf8))
    }

    private static func command(_ words: String...) -> [UInt8] {
        Array(("*\(words.count)\r\n" + words.map { "$\($0.utf8.count)\r\n\($0)\r\n" }.joined()).utf8)
    }

    /// Waits for the replies to so many entries.
    func acknowledged(_ count: Int) throws {
        _ = try connection.receive { bytes in
            guard bytes.first == UInt8(ascii: "$") else { throw Failure("redis: \(String(decoding: bytes.prefix(80), as: UTF8.self))") }
            // A reply is a length and an id, a line each.
            return bytes.count(where: { $0 == UInt8(ascii: "\n") }) == 2 * count ? bytes.count : nil
        }
    }
}
