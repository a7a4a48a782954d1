import Dispatch
import Foundation
import GraphSimulator
import StrictJSON
import Synchronization

/// A request as a receiver of webhooks gets it.
struct ReceivedWebhook: Sendable {
    var headers: [String: String]
    var body: [UInt8]

    var json: JSONValue { (try? JSONValue(parsing: body)) ?? .null }
    /// What is reported: account, field and value of each change.
    var changes: [(account: String, field: String, value: JSONValue)] {
        (json["entry"]?.array ?? []).flatMap { entry in
            (entry["changes"]?.array ?? []).map { (entry["id"]?.string ?? "", $0["field"]?.string ?? "", $0["value"] ?? .null) }
        }
    }
}

/// Receives webhooks at a port, one connection at a time, and answers each with what the test says.
final class WebhookReceiver: Sendable {
    static let secret = "secretCANARY-ä"
    let port: UInt16
    private let listener: Int32
    private let stream: AsyncStream<ReceivedWebhook>

    /// - Parameter status: the answer to the request of that number, the first is 0.
    init(_ status: @escaping @Sendable (Int) -> Int = { _ in 200 }) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 64) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        guard isListening else { throw NoReply.closed }
        self.listener = listener
        port = UInt16(bigEndian: address.sin_port)
        let (stream, continuation) = AsyncStream<ReceivedWebhook>.makeStream()
        self.stream = stream
        DispatchQueue(label: "receiver").async {
            var number = 0
            while case let peer = accept(listener, nil, nil), peer >= 0 {
                if let webhook = Self.request(peer) {
                    let answer = "HTTP/1.1 \(status(number)) X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                    _ = send(peer, answer, answer.utf8.count, Int32(MSG_NOSIGNAL))
                    continuation.yield(webhook)
                    number += 1
                }
                close(peer)
            }
            continuation.finish()
        }
    }

    deinit { end() }

    /// Takes nothing more.
    func end() { shutdown(listener, Int32(SHUT_RDWR)) }

    /// The simulator's target, which this is.
    var target: WebhookTarget? { WebhookTarget(url: "http://127.0.0.1:\(port)/hook", secret: Self.secret) }

    /// The next so many webhooks.
    func next(_ count: Int) async -> [ReceivedWebhook] {
        var webhooks: [ReceivedWebhook] = []
        for await webhook in stream {
            webhooks.append(webhook)
            if webhooks.count == count { break }
        }
        return webhooks
    }

    private static func request(_ peer: Int32) -> ReceivedWebhook? {
        var bytes = Data()
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            if let end = bytes.range(of: Data("\r\n\r\n".utf8)) {
                let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
                var headers = ["": lines[0]]
                for line in lines.dropFirst() {
                    let parts = line.split(separator: ":", maxSplits: 1)
                    headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
                }
                let length = headers["content-length"].flatMap { Int($0) } ?? 0
                if bytes.count >= end.upperBound + length {
                    return ReceivedWebhook(headers: headers, body: Array(bytes[end.upperBound...]))
                }
            }
            let count = recv(peer, &chunk, chunk.count, 0)
            guard count > 0 else { return nil }
            bytes += chunk[..<count]
        }
    }
}
