import FoundationEssentials
import Glibc

/// Another program that is started for the measurement, with its data beside ours, and one connection to it.
final class Server {
    private var process: pid_t = 0
    private var connection: Int32 = -1

    init(_ arguments: [String], log: String, port: UInt16) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor in [STDOUT_FILENO, STDERR_FILENO] {
            posix_spawn_file_actions_addopen(&actions, descriptor, log, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        }
        var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        defer { for text in argv { free(text) } }
        guard posix_spawnp(&process, arguments[0], &actions, nil, &argv, environ) == 0 else {
            throw BenchError("\(arguments[0]) is not installed")
        }
        for _ in 0..<200 where connection < 0 {
            usleep(50_000)
            connection = Self.connect(port)
        }
        guard connection >= 0 else {
            stop()
            throw BenchError("\(arguments[0]) does not answer on port \(port)")
        }
    }

    private static func connect(_ port: UInt16) -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            close(descriptor)
            return -1
        }
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        return descriptor
    }

    /// Sends a request and reads until that many answers' ends have come.
    func exchange(_ request: String, ends: Int, marker: UInt8) throws -> [UInt8] {
        let bytes = Array(request.utf8)
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw BenchError("send: \(String(cString: strerror(errno)))") }
            sent += count
        }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while answer.count(where: { $0 == marker }) < ends {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { throw BenchError("recv: the server has gone") }
            answer += buffer[..<count]
        }
        return answer
    }

    func stop() {
        if connection >= 0 { close(connection) }
        kill(process, SIGTERM)
        var status: Int32 = 0
        waitpid(process, &status, 0)
    }
}

/// `XADD` with `appendfsync always`: one at a time, and sixteen in one write.
final class RedisWriter: DurableWriter {
    let name: String
    private let server: Server
    private let group: Int

    private init(_ server: Server, group: Int) {
        self.server = server
        self.group = group
        name = group == 1 ? "redis XADD, appendfsync always" : "redis XADD, appendfsync always, \(group) pipelined"
    }

    static func start(_ place: String) throws -> [any DurableWriter] {
        let folder = place + "/redis"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let server = try Server(
            ["redis-server", "--port", "16399", "--dir", folder, "--appendonly", "yes", "--appendfsync", "always", "--save", ""],
            log: folder + "/log", port: 16399)
        return [RedisWriter(server, group: 1), RedisWriter(server, group: 16)]
    }

    func write(_ count: Int) async throws {
        let value = String(repeating: "x", count: 300)
        let command = ["XADD", "changes", "*", "change", value].map { "$\($0.utf8.count)\r\n\($0)\r\n" }.joined()
        let request = String(repeating: "*5\r\n" + command, count: group)
        // An answer is "$<length>\r\n<id>\r\n".
        for _ in 0..<(count / group) { _ = try server.exchange(request, ends: group * 2, marker: 0x0A) }
    }

    func stop() { if group == 1 { server.stop() } }
}

/// `put` over etcd's HTTP gateway, on one connection.
final class EtcdWriter: DurableWriter {
    let name = "etcd put (HTTP gateway)"
    private let server: Server

    private init(_ server: Server) { self.server = server }

    static func start(_ place: String) throws -> [any DurableWriter] {
        let server = try Server(
            [
                "etcd", "--data-dir", place + "/etcd", "--listen-client-urls", "http://127.0.0.1:16379", "--advertise-client-urls",
                "http://127.0.0.1:16379", "--listen-peer-urls", "http://127.0.0.1:16380", "--initial-advertise-peer-urls",
                "http://127.0.0.1:16380", "--initial-cluster", "default=http://127.0.0.1:16380",
            ], log: place + "/etcd.log", port: 16379)
        let writer = EtcdWriter(server)
        for _ in 0..<100 {
            // The port is open before there is a leader.
            if try writer.put() { return [writer] }
            usleep(50_000)
        }
        server.stop()
        throw BenchError("etcd takes no put")
    }

    private func put() throws -> Bool {
        let value = Data(String(repeating: "x", count: 300).utf8).base64EncodedString()
        let body = #"{"key":"Y2hhbmdl","value":"\#(value)"}"#
        let request = "POST /v3/kv/put HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        // The head's last line ends at the body: its only braces are the answer's, which nest once.
        let answer = try server.exchange(request, ends: 2, marker: UInt8(ascii: "}"))
        return String(decoding: answer, as: UTF8.self).hasPrefix("HTTP/1.1 200")
    }

    func write(_ count: Int) async throws {
        for _ in 0..<count { guard try put() else { throw BenchError("etcd refused a put") } }
    }

    func stop() { server.stop() }
}
