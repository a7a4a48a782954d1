import Continuations
import NIOCore
import Synchronization

/// Calls that were written and wait for their replies, which come in the same order.
final class CallQueue: Sendable {
    private struct State {
        var buffer: MessageBuffer
        var last = 0
        /// The calls in the order of their writing; a call that was given up stays, so that its reply is not taken for another's.
        var order = CircularBuffer<Int>()
        var waiting: [Int: OneShot<Result<ByteBuffer, any Error>>] = [:]
        var end: (any Error)?
    }

    private let channel: any Channel
    private let state: Mutex<State>

    init(_ channel: any Channel, limits: ClientLimits) {
        self.channel = channel
        state = Mutex(State(buffer: MessageBuffer(limit: limits.messageBytes)))
    }

    /// Writes a call and waits for its reply.
    func exchange(_ call: ByteBuffer) async throws -> ByteBuffer {
        let id = state.withLock { state in
            state.last += 1
            return state.last
        }
        return try await withTaskCancellationHandler {
            let reply = OneShot<Result<ByteBuffer, any Error>>()
            let refusal: (any Error)? = state.withLock { state in
                if let end = state.end ?? (Task.isCancelled ? CancellationError() : nil) { return end }
                state.waiting[id] = reply
                return nil
            }
            if let refusal { throw refusal }
            // On the loop, so that calls are written in the order in which they wait.
            channel.eventLoop.execute { [self] in
                state.withLock { $0.order.append(id) }
                channel.writeAndFlush(call, promise: nil)
            }
            return try await reply.value(whenCancelled: .failure(CancellationError())).get()
        } onCancel: {
            state.withLock { _ = $0.waiting.removeValue(forKey: id) }
        }
    }

    /// Writes a call that has no reply.
    func send(_ call: ByteBuffer) async throws {
        if let end = state.withLock(\.end) { throw end }
        do { try await channel.writeAndFlush(call).get() } catch { throw state.withLock(\.end) ?? ConnectionClosed() }
    }

    func close() async { try? await channel.close().get() }

    /// Closes without waiting.
    func abandon() { channel.close(promise: nil) }

    // MARK: For the channel's loop

    func received(_ bytes: ByteBuffer) {
        var replies: [(OneShot<Result<ByteBuffer, any Error>>, ByteBuffer)] = []
        let violation: ProtocolViolation? = state.withLock { state in
            do throws(ProtocolViolation) {
                try state.buffer.append(bytes)
                while let message = state.buffer.next() {
                    guard let id = state.order.popFirst() else { throw .unexpectedReply }
                    if let caller = state.waiting.removeValue(forKey: id) { replies.append((caller, message)) }
                }
                return nil
            } catch {
                return error
            }
        }
        for (caller, message) in replies { caller.fulfil(.success(message)) }
        if let violation {
            end(violation)
            channel.close(promise: nil)
        }
    }

    func end(_ error: any Error) {
        let waiting = state.withLock { state in
            if state.end == nil { state.end = error }
            defer { state.waiting = [:] }
            return state.waiting.values
        }
        for caller in waiting { caller.fulfil(.failure(error)) }
    }
}

/// Moves a channel's bytes to the calls that wait.
final class CallHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let queue: CallQueue

    init(_ queue: CallQueue) { self.queue = queue }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { queue.received(unwrapInboundIn(data)) }
    func channelInactive(context: ChannelHandlerContext) { queue.end(ConnectionClosed()) }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
