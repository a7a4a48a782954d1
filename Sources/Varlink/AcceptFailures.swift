import NIOCore

/// Reports that connections cannot be taken, and leaves the listening socket alone for a while: without a descriptor to be had it stays ready.
final class AcceptFailures: ChannelInboundHandler {
    typealias InboundIn = any Channel

    /// How long until the next try.
    private static let pause = TimeAmount.milliseconds(100)

    private let report: @Sendable (ServerEvent) -> Void
    private var isPausing = false

    init(report: @escaping @Sendable (ServerEvent) -> Void) { self.report = report }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? IOError else { return context.fireErrorCaught(error) }
        report(.cannotAccept(number: error.errnoCode))
        guard !isPausing else { return }
        isPausing = true
        // SwiftNIO's own handler for this, AcceptBackoffHandler, holds back only what asks for a read; the read that has just failed is still asked for, and
        // the loop would go on being told that the socket is ready. Only this takes it off the loop's list.
        let channel = context.channel
        let isTaken = channel.setOption(.autoRead, value: false)
        let own = NIOLoopBound(self, eventLoop: context.eventLoop)
        isTaken.whenSuccess {
            channel.eventLoop.scheduleTask(in: Self.pause) {
                own.value.isPausing = false
                _ = channel.setOption(.autoRead, value: true)
            }
        }
    }
}
