import Foundation
import TestTools

/// Connections to the receiver of webhooks, one after the other.
struct ConnectionSeries {
    /// What is done on a connection.
    enum Kind: CaseIterable {
        case verification, otherPath, webhook, half, nothing, random
    }

    private let path: String
    private let kinds: [Kind]
    private var dice: SeededGenerator
    private var made = 0
    /// How many connections got an answer of each status first; 0 for those that got none.
    private(set) var answers: [Int: Int] = [:]

    init(_ path: String, seed: UInt64, kinds: [Kind]) {
        (self.path, self.kinds) = (path, kinds)
        dice = SeededGenerator(spreading: seed)
    }

    /// Makes so many more; throws where the receiver cannot be reached, or answers what it must not.
    mutating func run(_ count: Int) throws {
        for _ in 0..<count {
            let kind = kinds[made % kinds.count]
            made += 1
            let status = try status(of: kind)
            answers[status, default: 0] += 1
            let isRight =
                switch kind {
                case .verification: status == 200
                case .otherPath: status == 404
                // Nobody is behind the receiver.
                case .webhook: status == 503
                case .half: status == 0 || status == 400
                case .nothing: status == 0
                case .random: Self.statuses.contains(status)
                }
            guard isRight else { throw Failure("connection \(made), \(kind), was answered with \(status)") }
        }
    }

    /// Whether a verification is answered by its challenge.
    func isVerified() throws -> Bool {
        let answer = try ask(Array(Self.verification.utf8))
        return answer.hasPrefix("HTTP/1.1 200 ") && answer.hasSuffix("\r\n\r\n4711")
    }

    private mutating func status(of kind: Kind) throws -> Int {
        let answer: String
        switch kind {
        case .verification: answer = try ask(Array(Self.verification.utf8))
        case .otherPath: answer = try ask(Array("GET /nowhere HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".utf8))
        case .webhook: answer = try ask(Array(Self.webhook.utf8))
        case .half: answer = try ask(Array(Self.webhook.utf8.dropLast()), isEnding: true)
        case .nothing: answer = try ask([], isEnding: true)
        case .random: answer = try ask(randomBytes(), isEnding: true)
        }
        return answer.split(separator: " ", maxSplits: 2).dropFirst().first.flatMap { Int($0) } ?? 0
    }

    /// Sends bytes over a connection of their own, and reads to its end.
    private func ask(_ bytes: [UInt8], isEnding: Bool = false) throws -> String {
        guard let connection = Connection(path: path) else { throw Failure("the receiver cannot be reached any more") }
        // It may close before it has taken all.
        _ = try? connection.send(bytes)
        if isEnding { connection.end() }
        return String(decoding: connection.rest(), as: UTF8.self)
    }

    private static let signature = "sha256=" + String(repeating: "0a", count: 32)
    private static let verification =
        "GET /?hub.mode=subscribe&hub.challenge=4711&hub.verify_token=\(ReceiverProcess.verifyToken) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    private static let webhook =
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nX-Hub-Signature-256: \(signature)\r\nContent-Length: 7\r\nConnection: close\r\n\r\n{\"a\":1}"
    private static let chunked =
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nX-Hub-Signature-256: \(signature)\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
    private static let statuses: Set<Int> = [0, 100, 200, 400, 401, 403, 404, 405, 408, 413, 415, 417, 431, 501, 503]
    private static let words = [
        "\r\n", "\r\n\r\n", " ", ":", "HTTP/1.1", "HTTP/1.0", "HTTP/9.9", "POST", "GET", "CONNECT", "HEAD", "Content-Length: ",
        "Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: gzip\r\n", "0\r\n\r\n", "ffffffffffffffff\r\n",
        "Expect: 100-continue\r\n", "Connection: close\r\n", "Connection: upgrade\r\nUpgrade: websocket\r\n", "Host: \r\n", "\0", "\n", "é",
        "X-Hub-Signature-256: \(signature)\r\n", "Content-Type: application/json\r\n", "?hub.mode=subscribe", "%", "&", "-1",
    ]

    /// Requests, one or several, with some of their bytes changed, taken out, repeated or replaced.
    private mutating func randomBytes() -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<dice.number(1...3) { bytes += dice.pick([Self.verification, Self.webhook, Self.chunked]).utf8 }
        for _ in 0..<dice.number(0...5) {
            let place = dice.number(0...bytes.count)
            let end = min(bytes.count, place + dice.number(0...40))
            switch dice.below(5) {
            case 0 where place < bytes.count: bytes[place] = UInt8(truncatingIfNeeded: dice.next())
            case 1: bytes.removeSubrange(place..<end)
            case 2: bytes.insert(contentsOf: bytes[place..<end], at: dice.number(0...bytes.count))
            case 3: bytes.insert(contentsOf: dice.bytes(dice.number(1...200)), at: place)
            default: bytes.replaceSubrange(place..<end, with: Array(dice.pick(Self.words).utf8))
            }
        }
        return bytes
    }
}
