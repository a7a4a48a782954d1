import Glibc
import NIOCore
import TestSupport
import Testing

@testable import Varlink

@Suite(.inTurn) struct BufferTests {
    @Test func outbox_atItsLimit_refusesUntilDrainedAndAsksForOneDrain() {
        var outbox = Outbox(limit: 10)
        #expect(outbox.offer(ByteBuffer(string: "12345")) == .accepted(drain: true))
        #expect(outbox.offer(ByteBuffer(string: "67890 and as much as it likes")) == .accepted(drain: false))
        #expect(outbox.offer(ByteBuffer(string: "x")) == .full)
        #expect(outbox.drain().bytes.count == 2)
        #expect(outbox.offer(ByteBuffer(string: "x")) == .full, "the channel has too much of it still")
        #expect(outbox.wrote().written.count == 2)
        #expect(outbox.offer(ByteBuffer(string: "x")) == .accepted(drain: true))
        _ = outbox.close()
        #expect(outbox.offer(ByteBuffer(string: "x")) == .closed)
    }

    @Test func outbox_whileAnythingWaits_letsNothingPastTheChannel() throws {
        let (ours, peers) = try pair()
        defer { for descriptor in [ours, peers] { close(descriptor) } }
        var outbox = Outbox(limit: 10, socket: DirectSocket(ours))
        #expect(outbox.idleSocket != nil)
        _ = outbox.offer(ByteBuffer(string: "1"))
        #expect(outbox.idleSocket == nil, "it waits for the channel")
        _ = outbox.drain()
        #expect(outbox.idleSocket == nil, "the channel has not written it")
        _ = outbox.drain()
        _ = outbox.wrote()
        #expect(outbox.idleSocket != nil)
    }

    @Test func directSocket_whoseChannelHasClosedItsOwn_isStillThatPeersAndEndsWithTheOutbox() throws {
        let (ours, peers) = try pair()
        defer { close(peers) }
        var outbox = Outbox(limit: 10, socket: DirectSocket(ours))
        // The channel closes its own, and the next to come gets the number that has become free.
        let (stranger, strangersPeer) = try pair()
        defer { for descriptor in [ours, stranger, strangersPeer] { close(descriptor) } }
        #expect(dup2(stranger, ours) == ours)
        #expect(outbox.idleSocket?.write(ByteBuffer(string: "abc")) == 3)
        var bytes = [UInt8](repeating: 0, count: 8)
        #expect(recv(peers, &bytes, 8, Int32(MSG_DONTWAIT)) == 3)
        #expect(recv(strangersPeer, &bytes, 8, Int32(MSG_DONTWAIT)) == -1)
        _ = outbox.close()
        #expect(recv(peers, &bytes, 8, Int32(MSG_DONTWAIT)) == 0, "the end")
    }

    private func pair() throws -> (Int32, Int32) {
        var descriptors: [Int32] = [0, 0]
        try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &descriptors) == 0)
        return (descriptors[0], descriptors[1])
    }

    @Test func inbox_withAnEnd_givesTheMessagesBeforeIt() {
        var inbox = Inbox(messageBytes: 4, pipelinedBytes: 5, smallBytes: 4)
        _ = inbox.append(ByteBuffer(string: "ab\0"))
        #expect(!inbox.isFull)
        _ = inbox.append(ByteBuffer(string: "cd\0"))
        #expect(inbox.isFull)
        _ = inbox.append(ByteBuffer(string: "efghi"))
        #expect(inbox.next() == .message(ByteBuffer(string: "ab")))
        #expect(inbox.next() == .message(ByteBuffer(string: "cd")))
        #expect(inbox.next() == .end(.violation(.messageTooLarge(4))))
    }
}
