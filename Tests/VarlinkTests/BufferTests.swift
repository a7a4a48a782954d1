import NIOCore
import Testing

@testable import Varlink

@Suite struct BufferTests {
    @Test func outbox_atItsLimit_refusesUntilDrainedAndAsksForOneDrain() {
        var outbox = Outbox(limit: 10)
        #expect(outbox.offer(ByteBuffer(string: "12345")) == .accepted(drain: true))
        #expect(outbox.offer(ByteBuffer(string: "67890 and as much as it likes")) == .accepted(drain: false))
        #expect(outbox.offer(ByteBuffer(string: "x")) == .full)
        #expect(outbox.drain().bytes.count == 2)
        #expect(outbox.offer(ByteBuffer(string: "x")) == .accepted(drain: true))
        _ = outbox.close()
        #expect(outbox.offer(ByteBuffer(string: "x")) == .closed)
    }

    @Test func inbox_withAnEnd_givesTheMessagesBeforeIt() {
        var inbox = Inbox(messageBytes: 4, pipelinedBytes: 4)
        _ = inbox.append(ByteBuffer(string: "ab\0"))
        #expect(!inbox.isFull)
        _ = inbox.append(ByteBuffer(string: "cd\0"))
        #expect(inbox.isFull)
        _ = inbox.append(ByteBuffer(string: "efghi"))
        #expect(inbox.next() == .message(ByteBuffer(string: "ab")))
        #expect(inbox.next() == .message(ByteBuffer(string: "cd")))
        #expect(inbox.next() == .end(.violation(.messageTooLarge(4))))
    }

    @Test func counts_ofConnections_meetTheLimitOfTheUserThenOfAll() {
        var limits = ServerLimits()
        limits.connections = 3
        limits.connectionsPerUser = 2
        var counts = ConnectionCounts(limits: limits)
        #expect(counts.admit(1) == nil)
        #expect(counts.admit(1) == nil)
        #expect(counts.admit(1) == .connectionsPerUser)
        #expect(counts.admit(2) == nil)
        #expect(counts.admit(3) == .connections)
        counts.release(1)
        #expect(counts.admit(3) == nil)
    }
}
