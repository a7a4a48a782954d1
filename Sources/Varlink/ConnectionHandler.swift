import NIOCore

/// Moves a channel's bytes and events to its connection, holds reading back while enough waits, and times messages that were begun.
final class ConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer

    private let connection: Connection
    private let halfMessageTime: TimeAmount
    private var timer: (message: Int, task: Scheduled<Void>)?
    private var isReadDue = false

    /// How often a connection whose peer holds too much asks whether it may be read again.
    private static let pause = TimeAmount.milliseconds(250)

    init(_ connection: Connection, halfMessageTime: Duration) {
        self.connection = connection
        self.halfMessageTime = TimeAmount(halfMessageTime)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        connection.received(unwrapInboundIn(data))
        time(context)
    }

    func read(context: ChannelHandlerContext) {
        time(context)
        switch connection.reading() {
        case .now: context.read()
        case .whenTaken: break
        case .later:
            guard !isReadDue else { return }
            isReadDue = true
            let channel = context.channel
            context.eventLoop.assumeIsolated().scheduleTask(in: Self.pause) {
                self.isReadDue = false
                channel.read()
            }
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { connection.drain() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed: connection.end(.closed)
        default: break
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.task.cancel()
        timer = nil
        connection.closed()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    /// The time runs for the whole message from its first byte, so that a byte now and then does not lengthen it; and while a call is under way, too.
    private func time(_ context: ChannelHandlerContext) {
        let awaited = connection.awaited
        guard awaited != timer?.message else { return }
        timer?.task.cancel()
        timer = awaited.map { message in
            (message, context.eventLoop.scheduleTask(in: halfMessageTime) { [connection] in connection.timeOut() })
        }
    }
}
