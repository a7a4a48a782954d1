package import NIOCore

/// Bytes came from the sender.
package struct BytesCame: Sendable {}
/// No more requests are taken.
package struct StopTaking: Sendable {}

/// Says that bytes come before they are read as a request, and sends what is no answer to one.
package final class FirstHandler: ChannelInboundHandler {
    package typealias InboundIn = ByteBuffer
    package typealias InboundOut = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    private var context: ChannelHandlerContext?

    init() {}

    package func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    package func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        context.fireUserInboundEventTriggered(BytesCame())
        context.fireChannelRead(data)
    }

    /// Sends bytes around the encoder.
    package func send(_ bytes: [UInt8], _ promise: EventLoopPromise<Void>) {
        guard let context else { return promise.fail(ChannelError.ioOnClosedChannel) }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: promise)
    }
}
