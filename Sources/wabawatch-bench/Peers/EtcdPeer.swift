import Foundation

/// A single etcd of this run, spoken to through its HTTP gateway over one kept connection.
final class EtcdPeer {
    static let name = "etcd put"
    /// The server, for its processor time and memory.
    let server: ServerProcess
    private let connection: Connection
    private let port: UInt16

    /// Starts it; `nil` if it is not installed.
    init?(in folder: TemporaryFolder) throws {
        guard let program = ServerProcess.find("etcd") else { return nil }
        port = try Connection.freePort()
        let (client, peer) = ("http://127.0.0.1:\(port)", "http://127.0.0.1:\(try Connection.freePort())")
        let arguments = [
            "--data-dir", folder.path("etcd"), "--listen-client-urls", client, "--advertise-client-urls", client, "--listen-peer-urls",
            peer,
            "--initial-advertise-peer-urls", peer, "--initial-cluster", "default=\(peer)",
        ]
        server = try ServerProcess(program, arguments, output: folder.path("etcd.log"))
        connection = try server.wait { [port] in Connection(port: port) }
        // It listens before it has elected itself.
        try server.wait { try? put([("ready", "yes")]) }
    }

    /// Puts one key, or several in one transaction.
    func put(_ pairs: [(key: String, value: String)]) throws {
        let puts = pairs.map { #"{"key":"\#(Self.base64($0.key))","value":"\#(Self.base64($0.value))"}"# }
        if puts.count == 1 { return try post("/v3/kv/put", puts[0]) }
        try post("/v3/kv/txn", #"{"success":[\#(puts.map { #"{"request_put":\#($0)}"# }.joined(separator: ","))]}"#)
    }

    /// Readers that watch a key, and are being told of it.
    func watchers(_ count: Int, of key: String) throws -> Readers {
        let readers = Readers(try (0..<count).map { _ in try server.wait { [port] in Connection(port: port) } })
        try readers.each { try $0.send(Self.request("/v3/watch", #"{"create_request":{"key":"\#(Self.base64(key))"}}"#)) }
        _ = try readers.wait(for: Array(#""created":true"#.utf8))
        return readers
    }

    /// Sends a put; returns the moment after its last byte. `acknowledged` must follow.
    func send(_ key: String, _ value: String) throws -> Double {
        try connection.send(Self.request("/v3/kv/put", #"{"key":"\#(Self.base64(key))","value":"\#(Self.base64(value))"}"#))
        return Machine.now
    }

    /// Waits for the answer to what was sent.
    func acknowledged() throws { _ = try connection.receive(until: Self.length) }

    private static func request(_ path: String, _ body: String) -> [UInt8] {
        let head =
            "POST \(path) HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
        return Array((head + body).utf8)
    }

    private func post(_ path: String, _ body: String) throws {
        try connection.send(Self.request(path, body))
        let reply = try connection.receive(until: Self.length)
        guard reply.starts(with: "HTTP/1.1 200".utf8) else { throw Failure("etcd: \(String(decoding: reply.suffix(200), as: UTF8.self))") }
    }

    /// The length of the HTTP answer at the beginning of the bytes, once it is whole.
    private static func length(_ bytes: [UInt8]) throws -> Int? {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).lowercased()
        if let field = head.split(separator: "\r\n").first(where: { $0.hasPrefix("content-length:") }) {
            let length = end.upperBound + (Int(field.dropFirst(15).trimmingCharacters(in: .whitespaces)) ?? 0)
            return bytes.count >= length ? length : nil
        }
        return bytes.suffix(5).elementsEqual("0\r\n\r\n".utf8) ? bytes.count : nil
    }

    static func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }
}
