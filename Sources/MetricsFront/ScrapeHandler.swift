internal import HTTPFront
internal import Metrics
internal import NIOCore
internal import NIOHTTP1

/// What all connections have in common.
struct ScrapeShared: Sendable {
    var limits: MetricsFrontLimits
    var log: ScrapeLog
    /// Asks for the metrics, and calls back once, from anywhere.
    var gather: @Sendable (@escaping @Sendable (Result<GatheredMetrics, NoMetrics>) -> Void) -> Void
}

/// One connection: carries out what its state says, and makes an answer as fast as the client takes it.
final class ScrapeHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let shared: ScrapeShared
    private let first: FirstHandler
    private var state: ScrapeConnection
    private var deadline: Scheduled<Void>?
    private var version = HTTPVersion.http1_1
    /// What was gathered for the request that is being answered.
    private var gathered: GatheredMetrics?
    /// What is left of the answer that is being sent, and its place among the scrapes.
    private var rest: (text: MetricsText, place: ScrapePlace)?

    init(_ shared: ScrapeShared, first: FirstHandler) {
        self.shared = shared
        self.first = first
        state = ScrapeConnection(requests: shared.limits.requestsPerConnection)
    }

    func channelActive(context: ChannelHandlerContext) {
        wait(.request, context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        (gathered, rest) = (nil, nil)
        _ = state.on(.gone)
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            version = head.version
            carryOut(state.on(.head(FrontRequest(head))), context)
        case .body: carryOut(state.on(.body), context)
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

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { sendOn(context) }
        context.fireChannelWritabilityChanged()
    }

    private func carryOut(_ actions: [ScrapeConnection.Action], _ context: ChannelHandlerContext) {
        for action in actions {
            switch action {
            case .wait(let wait): self.wait(wait, context)
            case .gather: gather(context)
            case .send(let format, let headOnly, let closing): send(format, headOnly: headOnly, closing: closing, context)
            case .answer(let answer, let headOnly, let closing): send(answer, headOnly: headOnly, closing: closing, context)
            case .answerAtOnce(let answer):
                shared.log.answered(answer.status)
                first.send(answer.bytes, leaving(context))
            case .endOutput: context.close(mode: .output, promise: nil)
            case .close: context.close(promise: nil)
            }
        }
    }

    private func wait(_ wait: ScrapeConnection.Wait, _ context: ChannelHandlerContext) {
        deadline?.cancel()
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        deadline = context.eventLoop.scheduleTask(in: TimeAmount(shared.limits.time(wait))) {
            let (handler, context) = bound.value
            handler.carryOut(handler.state.on(.timeout), context)
        }
    }

    private func gather(_ context: ChannelHandlerContext) {
        let (eventLoop, bound) = (context.eventLoop, NIOLoopBound((self, context), eventLoop: context.eventLoop))
        shared.gather { result in
            eventLoop.execute {
                let (handler, context) = bound.value
                handler.gathered = try? result.get()
                let told = result.map { _ in }.mapError { ScrapeConnection.Unavailable(reason: $0.description) }
                handler.carryOut(handler.state.on(.gathered(told)), context)
                handler.gathered = nil
            }
        }
    }

    private func send(_ format: MetricsFormat, headOnly: Bool, closing: Bool, _ context: ChannelHandlerContext) {
        shared.log.answered(200)
        // An older client is told the end of the text by the connection's.
        let head = HTTPResponseHead(
            version: version, status: .ok,
            headers: ["content-type": format.contentType, "vary": "accept", "connection": closing ? "close" : "keep-alive"])
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        guard !headOnly, let gathered else { return end(context) }
        rest = (MetricsText(gathered.figures, gathered.state, as: format), gathered.place)
        sendOn(context)
    }

    /// Sends the next parts of the metrics until the client has so many of them that it has not taken.
    private func sendOn(_ context: ChannelHandlerContext) {
        while rest != nil, context.channel.isWritable {
            guard let part = rest?.text.next() else {
                rest = nil
                return end(context)
            }
            context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: part)))), promise: nil)
        }
    }

    private func end(_ context: ChannelHandlerContext) {
        carryOut(state.on(.made), context)
        guard state.isEnding else { return context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil) }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenSuccess {
            let (handler, context) = bound.value
            handler.carryOut(handler.state.on(.written), context)
        }
    }

    private func send(_ answer: FrontAnswer, headOnly: Bool, closing: Bool, _ context: ChannelHandlerContext) {
        shared.log.answered(answer.status)
        let status = HTTPResponseStatus(statusCode: answer.status, reasonPhrase: answer.reason)
        let fields = answer.fields(closing: closing).map { ($0.name, $0.value) }
        context.write(
            wrapOutboundOut(.head(HTTPResponseHead(version: version, status: status, headers: HTTPHeaders(fields)))), promise: nil)
        if !answer.body.isEmpty, !headOnly {
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
}
