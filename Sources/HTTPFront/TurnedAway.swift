internal import NIOCore

/// A connection that there is no room for: it is told so, and closed.
final class TurnedAway: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    func channelActive(context: ChannelHandlerContext) {
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: FrontAnswer.unavailable.bytes)))
            .whenComplete { _ in bound.value.close(promise: nil) }
    }
}
