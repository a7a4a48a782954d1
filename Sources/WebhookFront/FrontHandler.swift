internal import HTTPFront
internal import NIOCore
internal import NIOHTTP1

/// One connection: carries out what its state says.
final class FrontHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let shared: FrontShared
    private let first: FirstHandler
    private var state: ConnectionState
    private var deadline: Scheduled<Void>?
    private var version = HTTPVersion.http1_1
    private var isHead = false
    private var body: [UInt8] = []
    /// What the body that is being received has of the budget.
    private var taken = 0

    init(_ shared: FrontShared, first: FirstHandler) {
        self.shared = shared
        self.first = first
        state = ConnectionState(shared.rules, requests: shared.limits.requestsPerConnection)
    }

    func channelActive(context: ChannelHandlerContext) {
        wait(.request, context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        forgetBody()
        _ = state.on(.gone)
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            version = head.version
            isHead = head.method == .HEAD
            carryOut(state.on(.head(FrontRequest(head))), context)
        case .body(let buffer):
            let count = buffer.readableBytes
            let isRoom = state.isReceiving && shared.budget.take(count)
            if isRoom { taken += count }
            carryOut(state.on(.body(count, isRoom: isRoom)), context, bytes: buffer)
        case .end: carryOut(state.on(.end), context)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is BytesCame: carryOut(state.on(.bytes), context)
        case is StopTaking: carryOut(state.on(.stop), context)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError else { return context.close(promise: nil) }
        carryOut(state.on(.malformed(isTooLarge: error == .headerOverflow)), context)
    }

    /// A sender that does not take its answers is left.
    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if !context.channel.isWritable { context.close(promise: nil) }
        context.fireChannelWritabilityChanged()
    }

    private func carryOut(_ actions: [ConnectionState.Action], _ context: ChannelHandlerContext, bytes: ByteBuffer? = nil) {
        for action in actions {
            switch action {
            case .wait(let wait): self.wait(wait, context)
            case .proceed:
                let head = HTTPResponseHead(version: version, status: .continue)
                context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
            case .keep: if let bytes { body.append(contentsOf: bytes.readableBytesView) }
            case .report(let signature): report(signature, context)
            case .answer(let answer, let closing): send(answer, closing: closing, context)
            case .answerAtOnce(let answer):
                shared.log.answered(answer)
                first.send(answer.bytes, leaving(context))
            case .close: context.close(promise: nil)
            }
        }
    }

    private func wait(_ wait: ConnectionState.Wait, _ context: ChannelHandlerContext) {
        deadline?.cancel()
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        deadline = context.eventLoop.scheduleTask(in: TimeAmount(shared.limits.time(wait))) {
            let (handler, context) = bound.value
            handler.carryOut(handler.state.on(.timeout), context)
        }
    }

    private func report(_ signature: String, _ context: ChannelHandlerContext) {
        let (budget, count, log) = (shared.budget, taken, shared.log)
        let (eventLoop, bound) = (context.eventLoop, NIOLoopBound((self, context), eventLoop: context.eventLoop))
        let job = FrontJob(body: body, signature: signature) { outcome in
            budget.give(count)
            if case .unavailable(let reason) = outcome { log.unavailable(reason) }
            eventLoop.execute {
                let (handler, context) = bound.value
                handler.carryOut(handler.state.on(.outcome(outcome)), context)
            }
        }
        body = []
        taken = 0
        shared.submit(job)
    }

    private func send(_ answer: FrontAnswer, closing: Bool, _ context: ChannelHandlerContext) {
        forgetBody()
        shared.log.answered(answer)
        let status = HTTPResponseStatus(statusCode: answer.status, reasonPhrase: answer.reason)
        let fields = answer.fields(closing: closing).map { ($0.name, $0.value) }
        let head = HTTPResponseHead(version: version, status: status, headers: HTTPHeaders(fields))
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if !answer.body.isEmpty, !isHead {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: answer.body)))), promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: closing ? leaving(context) : nil)
    }

    /// Ends the connection's own side when the last answer is written; the other side is read on, or its bytes would have the answer thrown away (RFC 9112,
    /// 9.6).
    private func leaving(_ context: ChannelHandlerContext) -> EventLoopPromise<Void> {
        let promise = context.eventLoop.makePromise(of: Void.self)
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        promise.futureResult.whenComplete { _ in bound.value.close(mode: .output, promise: nil) }
        return promise
    }

    private func forgetBody() {
        body = []
        shared.budget.give(taken)
        taken = 0
    }
}
