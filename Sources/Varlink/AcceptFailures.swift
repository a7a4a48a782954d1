import NIOCore

/// Reports that connections cannot be taken: at the listening socket, before whoever holds it back.
final class AcceptFailures: ChannelInboundHandler {
    typealias InboundIn = any Channel

    private let report: @Sendable (ServerEvent) -> Void

    init(report: @escaping @Sendable (ServerEvent) -> Void) { self.report = report }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? IOError { report(.cannotAccept(number: error.errnoCode)) }
        context.fireErrorCaught(error)
    }
}
