import NIOCore
import NIOHTTP1
import NIOPosix

#if canImport(Glibc)
    import Glibc
#endif

/// One connection: gathers a request, has it answered, and sends the answer or what a fault makes of it.
final class HTTPHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private enum State {
        case idle
        case reading(HTTPRequestHead, [UInt8])
        /// The answer to this request is being sent, or is withheld.
        case answering
        case closed
    }

    /// The largest body that is read.
    private static let maximum = 1 << 20

    private let core: SimulatorCore
    private var state = State.idle

    init(core: SimulatorCore) { self.core = core }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch (unwrapInboundIn(data), state) {
        case (.head(let head), .idle): state = .reading(head, [])
        case (.body(let buffer), .reading(let head, var bytes)):
            state = .idle
            bytes.append(contentsOf: buffer.readableBytesView)
            state = .reading(head, bytes)
            if bytes.count > Self.maximum { refuse(head, context) }
        case (.end, .reading(let head, let bytes)):
            state = .answering
            answer(head, bytes, context)
        default: break
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        state = .closed
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func refuse(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        state = .answering
        send(GraphAnswer(status: 413, headers: [], body: []), head, keepAlive: false, context)
    }

    private func answer(_ head: HTTPRequestHead, _ body: [UInt8], _ context: ChannelHandlerContext) {
        let headers = head.headers.map { (name: $0.name, value: $0.value) }
        let outcome = core.respond(method: head.method.rawValue, target: head.uri, headers: headers, body: body)
        guard outcome.delay > .zero else { return carryOut(outcome, head, context) }
        let bound = NIOLoopBound((self, context, head), eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: TimeAmount(outcome.delay)) {
            let (handler, context, head) = bound.value
            handler.carryOut(outcome, head, context)
        }
    }

    private func carryOut(_ outcome: Outcome, _ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        if case .closed = state { return }
        guard let answer = outcome.answer else {
            if outcome.fault == .reset { reset(context) }
            return
        }
        switch outcome.fault {
        case .truncatedBody, .stallInBody:
            sendHead(answer, head, keepAlive: true, context)
            write(answer.body.prefix(answer.body.count / 2), context)
            let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
            let flushed = context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer()))))
            if outcome.fault == .truncatedBody { flushed.whenComplete { _ in bound.value.close(promise: nil) } }
        default: send(answer, head, keepAlive: head.isKeepAlive, context)
        }
    }

    private func send(_ answer: GraphAnswer, _ head: HTTPRequestHead, keepAlive: Bool, _ context: ChannelHandlerContext) {
        sendHead(answer, head, keepAlive: keepAlive, context)
        if answer.status != 304, head.method != .HEAD { write(answer.body[...], context) }
        // The pipeline hands over the next request from within this write.
        if keepAlive { state = .idle }
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        let sent = context.writeAndFlush(wrapOutboundOut(.end(nil)))
        if !keepAlive { sent.whenComplete { _ in bound.value.close(promise: nil) } }
    }

    private func sendHead(_ answer: GraphAnswer, _ head: HTTPRequestHead, keepAlive: Bool, _ context: ChannelHandlerContext) {
        var headers = HTTPHeaders()
        for (name, value) in answer.headers { headers.add(name: name, value: value) }
        if answer.status != 304 { headers.replaceOrAdd(name: "content-length", value: String(answer.body.count)) }
        headers.add(name: "connection", value: keepAlive ? "keep-alive" : "close")
        let status = HTTPResponseStatus(statusCode: answer.status)
        context.write(wrapOutboundOut(.head(HTTPResponseHead(version: head.version, status: status, headers: headers))), promise: nil)
    }

    private func write(_ bytes: ArraySlice<UInt8>, _ context: ChannelHandlerContext) {
        guard !bytes.isEmpty else { return }
        context.write(wrapOutboundOut(.body(.byteBuffer(context.channel.allocator.buffer(bytes: bytes)))), promise: nil)
    }

    /// Closing with a linger of zero sends RST instead of FIN (socket(7)).
    private func reset(_ context: ChannelHandlerContext) {
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        let options = context.channel as? any SocketOptionProvider
        let set = options?.setSoLinger(linger(l_onoff: 1, l_linger: 0)) ?? context.eventLoop.makeSucceededVoidFuture()
        set.whenComplete { _ in bound.value.close(promise: nil) }
    }
}
