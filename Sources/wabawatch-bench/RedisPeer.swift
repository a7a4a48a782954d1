/// A Redis server of this run that is durable: `appendonly yes`, `appendfsync always`; spoken to over a Unix socket.
final class RedisPeer {
    static let name = "redis XADD, appendfsync always"
    /// The server, for its processor time and memory.
    let server: ServerProcess
    private let connection: Connection

    /// Starts it; `nil` if it is not installed.
    init?(in folder: TemporaryFolder) throws {
        guard let program = ServerProcess.find("redis-server") else { return nil }
        let socket = folder.path("redis.sock")
        let arguments = [
            "--port", "0", "--unixsocket", socket, "--dir", folder.path(""), "--save", "", "--appendonly", "yes", "--appendfsync", "always",
        ]
        server = try ServerProcess(program, arguments, output: folder.path("redis.log"))
        connection = try server.wait { Connection(path: socket) }
    }

    /// Adds entries to a stream with one write and waits for all replies.
    func add(_ entries: [String]) throws {
        var request: [UInt8] = []
        for entry in entries {
            request += Array("*5\r\n$4\r\nXADD\r\n$7\r\nchanges\r\n$1\r\n*\r\n$6\r\nchange\r\n$\(entry.utf8.count)\r\n\(entry)\r\n".utf8)
        }
        try connection.send(request)
        _ = try connection.receive { bytes in
            guard bytes.first == UInt8(ascii: "$") else { throw Failure("redis: \(String(decoding: bytes.prefix(80), as: UTF8.self))") }
            // A reply is a length and an id, a line each.
            return bytes.count(where: { $0 == UInt8(ascii: "\n") }) == 2 * entries.count ? bytes.count : nil
        }
    }
}
