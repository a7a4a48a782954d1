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
    /// What it costs; `nil` where nobody counts.
    let costs: ConnectionCosts?
    private let limits: ServerLimits
    private let inbox: Mutex<Inbox>
    private let outbox: Mutex<Outbox>
    private let gone = Gate()
    private let lastSender = Atomic(0)
    private let isEnding = Atomic(false)

    init(_ channel: any Channel, socket: DirectSocket? = nil, peer: Peer, limits: ServerLimits, costs: ConnectionCosts? = nil) {
        self.channel = channel
        self.peer = peer
        self.limits = limits
        self.costs = costs
        inbox = Mutex(
            Inbox(
                messageBytes: limits.messageBytes(of: peer), pipelinedBytes: limits.pipelinedBytes, smallBytes: limits.smallBytes,
                pipelinedCalls: limits.pipelinedCalls))
        outbox = Mutex(Outbox(limit: limits.outgoingBytes, socket: socket))
    }

    // MARK: For tasks

    /// Whether the peer has closed the connection.
    var isGone: Bool { gone.isOpen }
    /// What the peer has done wrong, if that is why the connection ends.
    var violation: ProtocolViolation? { if case .violation(let violation) = inbox.withLock(\.end) { violation } else { nil } }

    /// The next message, without its NUL, or how the connection ended. A task that is cancelled gets the end at once.
    func next() async -> Result<ByteBuffer, Inbox.Ending> {
        while !Task.isCancelled {
            let (next, isReadable) = inbox.withLock { inbox in
                let next = inbox.next()
                count(inbox)
                return (next, inbox.resume())
            }
            if isReadable { channel.read() }
            switch next {
            case .message(let message): return .success(message)
            case .end(let end): return .failure(Inbox.Ending(end: end))
            case .wait: await waitForMessage()
            }
        }
        return .failure(Inbox.Ending(end: .closed))
    }

    /// The message that was taken last is held no longer.
    func letGo() {
        inbox.withLock { inbox in
            inbox.letGo()
            count(inbox)
        }
    }

    private func count(_ inbox: borrowing Inbox) { costs?.set(unread: inbox.footprint, isBegun: inbox.isBegun) }

    private func waitForMessage() async {
        await withTaskCancellationHandler {
            let taker = OneShot<Void>()
            guard inbox.withLock({ !Task.isCancelled && $0.wait(taker) }) else { return }
            await taker.wait()
        } onCancel: {
            inbox.withLock { $0.abandon() }?.fulfil()
        }
    }

    /// Hands bytes to the channel. Suspends while enough waits to be written.
    func send(_ bytes: ByteBuffer) async throws {
        while true {
            switch outbox.withLock({ take(bytes, &$0) }) {
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
            guard let socket = outbox.idleSocket else { return take(bytes, &outbox) }
            let count = socket.write(bytes)
            if count == bytes.readableBytes { return .accepted(drain: false) }
            return take(bytes.getSlice(at: bytes.readerIndex + count, length: bytes.readableBytes - count) ?? ByteBuffer(), &outbox)
        }
        guard case .accepted(let drain) = offer else { return false }
        if drain { channel.eventLoop.execute { self.drain() } }
        return true
    }

    /// Takes bytes if there is room, and counts them.
    private func take(_ bytes: ByteBuffer, _ outbox: inout Outbox) -> Outbox.Offer {
        let offer = outbox.offer(bytes, isTight: costs?.isTight(.replies) ?? false)
        if case .accepted = offer { costs?.queue(bytes) }
        return offer
    }

    /// Returns when the peer has taken what was sent, but for a little.
    func waitForRoom() async {
        let sender = lastSender.add(1, ordering: .relaxed).newValue
        await withTaskCancellationHandler {
            let room = OneShot<Void>()
            let waits = outbox.withLock { outbox in
                !Task.isCancelled && outbox.wait(sender, room, isTight: costs?.isTight(.replies) ?? false)
            }
            guard waits else { return }
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

    /// What becomes of a wish to read the socket.
    enum Reading { case now, whenTaken, later }

    /// Whether the socket may be read, or has to wait for this connection's own messages to be taken, or for its peer's share.
    func reading() -> Reading {
        inbox.withLock { inbox in
            if inbox.mayRead(isTight: { costs?.isTight(.unread) ?? false }) { return .now }
            return inbox.isFull ? .whenTaken : .later
        }
    }

    /// The number of the message whose rest is being waited for.
    var awaited: Int? { inbox.withLock(\.awaited) }

    func received(_ bytes: ByteBuffer) {
        inbox.withLock { inbox in
            defer { count(inbox) }
            return inbox.append(bytes)
        }?.fulfil()
    }

    /// A message was begun and not ended in time. What came before it is still answered, as far as that takes no longer than flushing may.
    func timeOut() {
        end(.violation(.halfMessage))
        let timer = channel.eventLoop.scheduleTask(in: TimeAmount(limits.flushTime)) { self.channel.close(promise: nil) }
        channel.closeFuture.whenComplete { _ in timer.cancel() }
    }

    /// The connection is closed because of what its peer makes others want for: at once where a call is under way, otherwise by whoever takes messages.
    func close(for violation: ProtocolViolation) {
        let taker = inbox.withLock { inbox in
            defer { count(inbox) }
            let taker = inbox.finish(.violation(violation))
            inbox.clear()
            return taker
        }
        if let taker { taker.fulfil() } else { channel.close(promise: nil) }
    }

    /// The peer sends nothing more; it may still read.
    func end(_ end: Inbox.End) { inbox.withLock { $0.finish(end) }?.fulfil() }

    /// The channel is closed.
    func closed() {
        end(.closed)
        let senders = outbox.withLock { outbox in
            costs?.dropReplies()
            return outbox.close()
        }
        for sender in senders { sender.fulfil() }
        gone.open()
    }

    /// Gives the channel what waits, if it can take it; and closes it behind the last bytes.
    func drain() {
        while channel.isWritable {
            let (pending, senders) = outbox.withLock { $0.drain() }
            for bytes in pending.dropLast() { channel.write(bytes, promise: nil) }
            for sender in senders { sender.fulfil() }
            guard let last = pending.last else { break }
            channel.writeAndFlush(last).whenComplete { _ in self.wrote() }
        }
        if isEnding.load(ordering: .relaxed), channel.isWritable {
            channel.writeAndFlush(ByteBuffer()).whenComplete { [channel] _ in channel.close(promise: nil) }
        }
    }

    private func wrote() {
        let progress = outbox.withLock { outbox in
            let progress = outbox.wrote()
            costs?.wrote(progress.written)
            return progress
        }
        for sender in progress.senders { sender.fulfil() }
    }
}

extension TimeAmount {
    init(_ duration: Duration) {
        self = .nanoseconds(Int64(clamping: duration / .nanoseconds(1) > 1e18 ? .max : Int64(duration / .nanoseconds(1))))
    }
}
