import Foundation
import GraphSimulator
import StrictJSON

/// What came back.
struct Reply {
    var status: Int
    var headers: [(name: String, value: String)]
    var body: [UInt8]
    /// Whether the connection ended before the whole body was there.
    var isCut = false

    subscript(header: String) -> String? { headers.first { $0.name == header }?.value }
    var json: JSONValue { (try? JSONValue(parsing: body)) ?? .null }
    var text: String { String(decoding: body, as: UTF8.self) }
    var code: Int64? { json["error"]?["code"]?.integer }
    var subcode: Int64? { json["error"]?["error_subcode"]?.integer }
    var data: [JSONValue] { json["data"]?.array ?? [] }
    var next: String? { json["paging"]?["next"]?.string }
    var previous: String? { json["paging"]?["previous"]?.string }
    var after: String? { json["paging"]?["cursors"]?["after"]?.string }
}

/// The socket's own words when there was no answer.
enum NoReply: Error, Equatable {
    case reset, closed, timeout
}

/// The smallest HTTP client that shows what is on the wire: one request, one connection.
struct HTTPClient {
    var port: Int
    var token: String? = Platform.sampleToken

    init(_ simulator: GraphSimulator, token: String? = Platform.sampleToken) {
        port = simulator.port
        self.token = token
    }

    /// Asks for a path, or for a whole URL of the simulator, whose own token is taken out.
    func get(_ target: String, headers: [String: String] = [:], waiting seconds: Int = 10) throws -> Reply {
        try send("GET", target, headers: headers, waiting: seconds)
    }

    func send(
        _ method: String, _ target: String, headers: [String: String] = [:], json: JSONValue? = nil, form: String? = nil,
        waiting seconds: Int = 10
    ) throws -> Reply {
        var path = target
        if let range = target.range(of: ":\(port)/") { path = "/" + target[range.upperBound...] }
        var lines = ["\(method) \(path) HTTP/1.1", "Host: 127.0.0.1:\(port)", "Connection: close"]
        if let token { lines.append("Authorization: Bearer \(token)") }
        for (name, value) in headers { lines.append("\(name): \(value)") }
        let body = json?.bytes ?? form.map { Array($0.utf8) } ?? []
        if json != nil { lines.append("Content-Type: application/json") }
        if form != nil { lines.append("Content-Type: application/x-www-form-urlencoded") }
        if !body.isEmpty { lines.append("Content-Length: \(body.count)") }
        let bytes = try exchange(Array((lines + ["", ""]).joined(separator: "\r\n").utf8) + body, seconds)
        return try Self.parse(bytes)
    }

    /// Sends bytes and reads until the connection ends or falls silent.
    func exchange(_ request: [UInt8], _ seconds: Int) throws -> [UInt8] {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var timeout = (seconds: seconds, microseconds: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout.size(ofValue: timeout)))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        guard connected == 0 else { throw NoReply.closed }
        var sent = 0
        while sent < request.count {
            let count = request[sent...].withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { break }
            sent += count
        }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count > 0 { answer += buffer[..<count] }
            if count == 0 { return answer }
            guard count < 0 else { continue }
            if errno == EAGAIN, answer.isEmpty { throw NoReply.timeout }
            if errno == EAGAIN { return answer }
            throw NoReply.reset
        }
    }

    private static func parse(_ bytes: [UInt8]) throws -> Reply {
        let whole = Data(bytes)
        guard let end = whole.range(of: Data("\r\n\r\n".utf8)) else { throw NoReply.closed }
        let lines = String(decoding: whole[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        let headers = lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            return (name: String(parts[0]), value: parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : "")
        }
        let status = lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        var reply = Reply(status: status, headers: headers, body: Array(whole[end.upperBound...]))
        if let length = reply["content-length"].flatMap({ Int($0) }) { reply.isCut = reply.body.count < length }
        return reply
    }
}
