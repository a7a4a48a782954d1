import Dispatch
import StrictJSON
import Synchronization
import TestSupport
import Testing

@testable import Varlink

@Suite(.inTurn, .timeLimit(.minutes(1))) struct SizeTests {
    @Test func call_ofTheLargestSize_isAnsweredAndALargerOneCloses() async throws {
        // Space rather than text: a debug build takes seconds to read sixteen million characters of a string.
        let call = Array(echo("large").utf8)
        let space = [UInt8](repeating: UInt8(ascii: " "), count: ServerLimits().messageBytes - (call.count - 1))
        try await withServer([protocolInterface()]) { path in
            let peer = try RawPeer(connectingTo: path)
            await peer.write(space + call)
            #expect(await peer.readMessage() == echoed("large"))
            await peer.write(space + [UInt8(ascii: " ")] + call)
            #expect(await peer.read().isEmpty)
        }
    }

    @Test func callsBegun_byManyConnections_areBoundedTogether() async throws {
        var limits = ServerLimits()
        limits.bufferedBytes = 4 << 20
        limits.timeout = .milliseconds(100)
        let reported = Reported()
        try await withServer([protocolInterface()], limits: limits, report: reported.report) { path in
            var peers: [RawPeer] = []
            let begun = [UInt8](repeating: UInt8(ascii: " "), count: 1 << 20)
            for _ in 0..<6 {
                let peer = try RawPeer(connectingTo: path)
                await peer.write(begun)
                peers.append(peer)
            }
            guard case .violation(.buffersFull, _) = await reported.first() else {
                Issue.record("nothing was bounded")
                return
            }
            // Small calls are served nevertheless.
            let small = try RawPeer(connectingTo: path)
            await small.write(echo("small"))
            #expect(await small.readMessage() == echoed("small"))
        }
    }

    @Test func calls_behindOneThatTakesLong_areNotReadWithoutBound() async throws {
        let (released, release) = AsyncStream<Void>.makeStream()
        let interface = try protocolInterface { for await _ in released { break } }
        try await withServer([interface]) { path in
            let peer = try RawPeer(connectingTo: path)
            await peer.write(#"{"method":"org.example.test.Wait"}"# + "\0")
            let call = echo(String(repeating: "x", count: 1000))
            let calls = Array(String(repeating: call, count: 4000).utf8)
            let sent = await peer.writeUntilStalled(calls)
            #expect(sent < 1 << 20, "what the server may hold and what the socket holds")
            async let written = peer.write(Array(calls[sent...]))
            release.finish()
            #expect(await peer.readMessage() == #"{"parameters":{}}"# + "\0")
            for _ in 0..<4000 { #expect(await peer.readMessage().utf8.count == 1000 + echoed("").utf8.count) }
            _ = await written
        }
    }

    @Test func reader_thatStalls_holdsUpNobodyAndGetsEverythingLater() async throws {
        let sent = Atomic(0)
        let interface = try protocolInterface(flooded: { sent.add($0, ordering: .relaxed) })
        try await withServer([interface], checksReplies: false) { path in
            let count = 20_000
            let stalled = try RawPeer(connectingTo: path)
            await stalled.write(#"{"method":"org.example.test.Flood","parameters":{"count":\#(count)},"more":true}"# + "\0")
            let other = try RawPeer(connectingTo: path)
            var before = -1
            // Served while the flood runs, and after it has stopped: nothing was sent during a hundred calls.
            while sent.load(ordering: .relaxed) == 0 || before != sent.load(ordering: .relaxed) {
                before = sent.load(ordering: .relaxed)
                for number in 0..<100 {
                    await other.write(echo("\(number)"))
                    try #require(await other.readMessage() == echoed("\(number)"))
                }
            }
            #expect(before < 1 << 20, "what the server may hold and what the socket holds")
            let frame = Replies.frame(["text": .string(String(repeating: "x", count: 1000))], continues: true)
            let last = Replies.frame(["text": "done"], continues: false)
            let all = await stalled.read(count * frame.count + last.count)
            #expect(all.count == count * frame.count + last.count)
            #expect(all.suffix(last.count).elementsEqual(last))
        }
    }

    @Test func replies_offeredOnOtherThreadsAndSentInTurns_comeInOrder() async throws {
        let (refusals, refused) = AsyncStream<Void>.makeStream()
        let queue = DispatchQueue(label: "offering")
        let count = 3_000
        let interface = try TestInterface(
            "interface org.example.test\nmethod Number() -> (number: int, text: string)",
            [
                "Number": { _, replies in
                    let outlet = try #require(replies.outlet)
                    let text = JSONValue.string(String(repeating: "x", count: 2_000))
                    for number in 0..<count {
                        var frames = Frames()
                        frames.append(["number": .integer(number), "text": text])
                        let offered = await withCheckedContinuation { continuation in
                            queue.async { [frames] in continuation.resume(returning: outlet.offer(frames)) }
                        }
                        guard !offered else { continue }
                        refused.yield()
                        try await replies.send(frames: frames)
                    }
                    return ["number": .integer(count), "text": text]
                }
            ])
        try await withServer([interface], checksReplies: false) { path in
            let peer = try RawPeer(connectingTo: path)
            await peer.write(#"{"method":"org.example.test.Number","more":true}"# + "\0")
            // Not read until the socket and what may wait behind it are full.
            for await _ in refusals { break }
            for number in 0...count {
                guard await peer.readMessage().contains("\"number\":\(number),") else {
                    Issue.record("\(number) is not where it belongs")
                    return
                }
            }
        }
    }

    @Test func peer_thatGoesWhileItIsWrittenTo_endsItsCallAlone() async throws {
        let sent = Atomic(0)
        let interface = try protocolInterface(flooded: { sent.add($0, ordering: .relaxed) })
        try await withServer([interface], checksReplies: false) { path in
            for _ in 0..<50 {
                let peer = try RawPeer(connectingTo: path)
                await peer.write(#"{"method":"org.example.test.Flood","parameters":{"count":1000000000},"more":true}"# + "\0")
                _ = await peer.read(10_000)
                peer.hangUp()
            }
            let other = try RawPeer(connectingTo: path)
            await other.write(echo("alive"))
            #expect(await other.readMessage() == echoed("alive"))
        }
    }
}
