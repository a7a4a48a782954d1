import FoundationEssentials
import TestSupport
import TestTools
import Testing

@testable import WebhookFront

/// Bytes at random, on real connections. `WABAWATCH_FUZZ_ROUNDS` says how many, 400 unless it is set.
@Suite(.inTurn, .timeLimit(.minutes(10))) struct FuzzTests {
    private static let rounds = ProcessInfo.processInfo.environment["WABAWATCH_FUZZ_ROUNDS"].flatMap { Int($0) } ?? 400
    private static let words = [
        "\r\n", "\r\n\r\n", " ", ":", "HTTP/1.1", "HTTP/1.0", "HTTP/9.9", "POST", "GET", "CONNECT", "Content-Length: ",
        "Content-Length: 5\r\n",
        "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: gzip\r\n", "0\r\n\r\n", "ffffffffffffffff\r\n", "5\r\nabcde\r\n",
        "Expect: 100-continue\r\n", "Connection: close\r\n", "Connection: upgrade\r\nUpgrade: websocket\r\n", "Host: \r\n", "\0", "\n",
        "\r", "é",
        "X-Hub-Signature-256: \(signature)\r\n", "X-Hub-Signature-256: ", "Content-Type: application/json\r\n", "?hub.mode=subscribe", "%",
        "&", "-1",
    ]
    private static let seeds = [
        post("{\"a\":1}", close: false), get(verification(), close: false), post("x", signature: nil, close: false),
        get("/", method: "HEAD", close: false),
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nX-Hub-Signature-256: \(signature)\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "3\r\nabc\r\n0\r\n\r\n",
    ]

    private static func bytes(_ random: inout SeededGenerator) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<Int.random(in: 1...3, using: &random) { bytes += (seeds.randomElement(using: &random) ?? "").utf8 }
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            let place = Int.random(in: 0...bytes.count, using: &random)
            let end = min(bytes.count, place + Int.random(in: 0...20, using: &random))
            switch Int.random(in: 0..<5, using: &random) {
            case 0 where place < bytes.count: bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes.removeSubrange(place..<end)
            case 2: bytes.insert(contentsOf: bytes[place..<end], at: Int.random(in: 0...bytes.count, using: &random))
            default: bytes.replaceSubrange(place..<end, with: Array((words.randomElement(using: &random) ?? "").utf8))
            }
        }
        return bytes
    }

    private static let statuses: Set<Int> = [100, 200, 400, 401, 403, 404, 405, 408, 413, 415, 417, 431, 501, 503]

    /// Whatever comes, however it is split: only answers that there are, nothing is handed on without a signature of the right form, no room is lost, and a
    /// proper webhook is taken afterwards.
    @Test(arguments: 0..<UInt64(4)) func bytesAtRandom_areAnsweredOrCut_andCostNothingAfterwards(seed: UInt64) async throws {
        let reporter = ScriptedReporter()
        try await withFront(
            reporter, { ($0.requestTime, $0.idleTime, $0.lingerTime) = (.milliseconds(50), .milliseconds(50), .milliseconds(50)) }
        ) {
            stage async throws in
            var random = SeededGenerator(spreading: seed)
            for round in 0..<(Self.rounds / 4) {
                let bytes = Self.bytes(&random)
                let size = Bool.random(using: &random) ? Int.max : Int.random(in: 1...40, using: &random)
                let peer = try stage.connect()
                await peer.write(bytes, by: size)
                if Bool.random(using: &random) { peer.hangUp() }
                let answered = await peer.read()
                for answer in Answer.all(in: answered) {
                    let text = String(decoding: bytes, as: UTF8.self).debugDescription
                    #expect(Self.statuses.contains(answer.status), "seed \(seed), round \(round): \(answer) to \(text)")
                }
            }
            try await eventually("every connection is gone") { stage.front.connectionCount == 0 && stage.front.bodyBytes == 0 }
            #expect(try await stage.answer(post())?.status == 200)
        }
        #expect(reporter.reports.allSatisfy { RequestRules.isSignature($0.signature) })
        #expect(reporter.reports.count > 10)
    }
}
