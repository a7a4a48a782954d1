import Continuations
import NIOCore
import Synchronization

/// The bridge between a channel's loop and the tasks that take messages from a peer and send bytes to it.
///
/// Nothing is queued without bound on either side: the socket is not read while enough waits to be taken, and senders are suspended while
/// enough waits to be written.
final class Connection: Sendable {
    let channel: any Channel
    let peer: Peer
    private let limits: ServerLimits
    private let budget: ByteBudget
    private let inbox: Mutex<Inbox>
    private let outbox: Mutex<Outbox>
    private let gone = Gate()
    private let lastSender = Atomic(0)
    private let isEnding = Atomic(false)

    init(_ channel: any Channel, socket: DirectSocket? = nil, peer: Peer, limits: ServerLimits, budget: ByteBudget) {
        self.channel = channel
        self.peer = peer
        self.limits = limits
        self.budget = budget
        inbox = Mutex(Inbox(messageBytes: limits.messageBytes, pipelinedBytes: limits.pipelinedBytes))
        outbox = Mutex(Outbox(limit: limits.outgoingBytes, socket: socket))
    }

    // MARK: For tasks

    /// Whether the peer has closed the connection.
    var isGone: Bool { gone.isOpen }

    /// The next message, without its NUL, or how the connection ended. A task that is cancelled gets the end at once.
    func next() async -> Result<ByteBuffer, Inbox.Ending> {
        while !Task.isCancelled {
            let (next, before, after, isReadable) = inbox.withLock { inbox in
                let (before, wasFull) = (inbox.byteCount, inbox.isFull)
                let next = inbox.next()
                return (next, before, inbox.byteCount, wasFull && !inbox.isFull)
            }
            budget.give(before - after)
            if isReadable { channel.read() }
            switch next {
            case .message(let message): return .success(message)
            case .end(let end): return .failure(Inbox.Ending(end: end))
            case .wait: await waitForMessage()
            }
        }
        return .failure(Inbox.Ending(end: .closed))
    }

    private func waitForMessage() async {
        await withTaskCancellationHandler {
            let taker = OneShot<Void>()
            let (waits, hasPartial) = inbox.withLock { inbox in
                (!Task.isCancelled && inbox.wait(taker), inbox.awaited != nil)
            }
            guard waits else { return }
            if hasPartial { channel.pipeline.fireUserInboundEventTriggered(ConnectionHandler.RestAwaited()) }
            await taker.wait()
        } onCancel: {
            inbox.withLock { $0.abandon() }?.fulfil()
        }
    }

    /// Hands bytes to the channel. Suspends while enough waits to be written.
    func send(_ bytes: ByteBuffer) async throws {
        while true {
            switch outbox.withLock({ $0.offer(bytes) }) {
            case .accepted(let drain):
                if drain { channel.eventLoop.execute { self.drain() } }
                return
            case .closed: throw ConnectionClosed()
            case .full:
                await waitForRoom()
                try Task.checkCancellation()
            }
        }
    }

    /// Writes bytes at once, on any thread, where nothing waits before them, and takes what is left if there is room. No task may be in `send` meanwhile.
    func offer(_ bytes: ByteBuffer) -> Bool {
        let offer = outbox.withLock { outbox -> Outbox.Offer in
            // The way through the channel costs as much as the system call, and more where its thread has to be woken.
            guard let socket = outbox.idleSocket else { return outbox.offer(bytes) }
            let count = socket.write(bytes)
            if count == bytes.readableBytes { return .accepted(drain: false) }
            return outbox.offer(bytes.getSlice(at: bytes.readerIndex + count, length: bytes.readableBytes - count) ?? ByteBuffer())
        }
        guard case .accepted(let drain) = offer else { return false }
        if drain { channel.eventLoop.execute { self.drain() } }
        return true
    }

    private func waitForRoom() async {
        let sender = lastSender.add(1, ordering: .relaxed).newValue
        await withTaskCancellationHandler {
            let room = OneShot<Void>()
            guard outbox.withLock({ !Task.isCancelled && $0.wait(sender, room) }) else { return }
            await room.wait()
        } onCancel: {
            outbox.withLock { $0.abandon(sender) }?.fulfil()
        }
    }

    /// Runs an operation in a task that is cancelled when the peer goes. `nil` if it went before the operation ended.
    func untilGone<Value: Sendable>(_ operation: @escaping @Sendable () async -> Value) async -> Value? {
        await withTaskGroup(of: Value?.self) { group in
            group.addTask { await operation() }
            group.addTask { [gone] in
                await gone.wait()
                return nil
            }
            defer { group.cancelAll() }
            guard case .some(let first) = await group.next() else { return nil }
            // A task that is cancelled from outside ends the waiting as well; what the operation makes of that counts.
            if first == nil, !gone.isOpen, case .some(let second) = await group.next() { return second }
            return first
        }
    }

    /// Writes what waits, within the time for that, and closes.
    func finish() async {
        isEnding.store(true, ordering: .relaxed)
        channel.eventLoop.execute { [self] in
            drain()
            let timer = channel.eventLoop.scheduleTask(in: TimeAmount(limits.flushTime)) { self.channel.close(promise: nil) }
            channel.closeFuture.whenComplete { _ in timer.cancel() }
        }
        try? await channel.closeFuture.get()
    }

    // MARK: For the channel's loop

    /// Whether enough waits that the socket must not be read.
    var isFull: Bool { inbox.withLock(\.isFull) }
    /// The number of the message whose rest is being waited for.
    var awaited: Int? { inbox.withLock(\.awaited) }

    func received(_ bytes: ByteBuffer) {
        let (taker, before, after) = inbox.withLock { inbox in
            let before = inbox.byteCount
            return (inbox.append(bytes), before, inbox.byteCount)
        }
        let fits = budget.take(after - before)
        taker?.fulfil()
        if !fits, after > limits.pipelinedBytes { end(.violation(.buffersFull)) }
    }

    /// The peer sends nothing more; it may still read.
    func end(_ end: Inbox.End) { inbox.withLock { $0.finish(end) }?.fulfil() }

    /// The channel is closed.
    func closed() {
        end(.closed)
        for sender in outbox.withLock({ $0.close() }) { sender.fulfil() }
        gone.open()
    }

    /// Gives the channel what waits, if it can take it; and closes it behind the last bytes.
    func drain() {
        while channel.isWritable {
            let (pending, senders) = outbox.withLock { $0.drain() }
            for bytes in pending.dropLast() { channel.write(bytes, promise: nil) }
            for sender in senders { sender.fulfil() }
            guard let last = pending.last else { break }
            channel.writeAndFlush(last).whenComplete { _ in self.outbox.withLock { $0.wrote() } }
        }
        if isEnding.load(ordering: .relaxed), channel.isWritable {
            channel.writeAndFlush(ByteBuffer()).whenComplete { [channel] _ in channel.close(promise: nil) }
        }
    }

    deinit { budget.give(inbox.withLock(\.byteCount)) }
}

extension TimeAmount {
    init(_ duration: Duration) {
        self = .nanoseconds(Int64(clamping: duration / .nanoseconds(1) > 1e18 ? .max : Int64(duration / .nanoseconds(1))))
    }
}
