import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// What became of webhooks that were sent.
public struct WebhookCounts: Sendable, Equatable {
    /// Requests that were made.
    public var sent = 0
    /// Bodies that were answered with 200.
    public var accepted = 0
    /// Requests that were not: they are repeated.
    public var refused = 0
    /// Bodies that were given up: repeated a hundred times, or too many waited.
    public var dropped = 0

    /// None yet.
    public init() {}
}

/// Sends signed webhooks, one at a time and in order. What is not answered by 200 is repeated a second later, then after two, four and so on up to a minute,
/// while those behind it go on.
final class WebhookSender: Sendable {
    private struct Delivery: Sendable {
        var body: [UInt8]
        var attempts = 0
    }

    private struct State {
        var waiting: [Delivery] = []
        var isSending = false
        var counts = WebhookCounts()
        var isStopped = false
    }

    /// Bodies that wait.
    private static let most = 10_000
    private static let attempts = 100

    private let target: WebhookTarget
    private let loop: any EventLoop
    private let state = Mutex(State())

    init(_ target: WebhookTarget, on loop: any EventLoop) {
        self.target = target
        self.loop = loop
    }

    var counts: WebhookCounts { state.withLock { $0.counts } }

    func stop() { state.withLock { $0.isStopped = true } }

    func send(_ bodies: [[UInt8]], after delay: Duration) {
        guard !bodies.isEmpty else { return }
        let deliveries = bodies.map { Delivery(body: $0) }
        if delay > .zero { _ = loop.scheduleTask(in: TimeAmount(delay)) { self.enqueue(deliveries) } } else { enqueue(deliveries) }
    }

    private func enqueue(_ deliveries: [Delivery]) {
        let isFirst = state.withLock { state in
            let room = max(0, Self.most - state.waiting.count)
            state.waiting += deliveries.prefix(room)
            state.counts.dropped += max(0, deliveries.count - room)
            guard !state.isSending, !state.isStopped, !state.waiting.isEmpty else { return false }
            state.isSending = true
            return true
        }
        if isFirst { next() }
    }

    private func next() {
        let delivery = state.withLock { state -> Delivery? in
            guard !state.isStopped, !state.waiting.isEmpty else {
                state.isSending = false
                return nil
            }
            state.counts.sent += 1
            return state.waiting.removeFirst()
        }
        guard let delivery else { return }
        post(delivery.body).whenComplete { result in
            let isAccepted = (try? result.get()) == 200
            if isAccepted { self.state.withLock { $0.counts.accepted += 1 } } else { self.repeatLater(delivery) }
            self.next()
        }
    }

    private func repeatLater(_ delivery: Delivery) {
        var delivery = delivery
        delivery.attempts += 1
        let isOver = state.withLock { state in
            state.counts.refused += 1
            if delivery.attempts >= Self.attempts { state.counts.dropped += 1 }
            return state.isStopped || delivery.attempts >= Self.attempts
        }
        guard !isOver else { return }
        let seconds = min(60, 1 << min(6, delivery.attempts - 1))
        _ = loop.scheduleTask(in: .seconds(Int64(seconds))) { [delivery] in self.enqueue([delivery]) }
    }

    /// The status of the answer.
    private func post(_ body: [UInt8]) -> EventLoopFuture<Int> {
        let status = loop.makePromise(of: Int.self)
        let head = HTTPRequestHead(version: .http1_1, method: .POST, uri: target.path, headers: headers(of: body))
        ClientBootstrap(group: loop).connectTimeout(.seconds(10))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    try channel.pipeline.syncOperations.addHandler(StatusHandler(status))
                }
            }
            .connect(host: target.host, port: target.port)
            .whenComplete { result in
                switch result {
                case .failure(let error): status.fail(error)
                case .success(let channel):
                    channel.write(HTTPClientRequestPart.head(head), promise: nil)
                    channel.write(HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(bytes: body))), promise: nil)
                    channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
                }
            }
        return status.futureResult
    }

    private func headers(of body: [UInt8]) -> HTTPHeaders {
        let host = target.host.contains(":") ? "[\(target.host)]" : target.host
        return [
            "Host": "\(host):\(target.port)", "User-Agent": "facebookexternalua", "Content-Type": "application/json",
            "X-Hub-Signature-256": "sha256=" + Digest.hmac(key: Array(target.secret.utf8), message: body),
            "Content-Length": String(body.count), "Connection": "close",
        ]
    }
}

/// Waits for an answer, at most 20 seconds.
private final class StatusHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    private let status: EventLoopPromise<Int>
    private var timeout: Scheduled<Void>?
    private var code = 0

    init(_ status: EventLoopPromise<Int>) { self.status = status }

    func channelActive(context: ChannelHandlerContext) {
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        timeout = context.eventLoop.scheduleTask(in: .seconds(20)) { bound.value.close(promise: nil) }
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): code = Int(head.status.code)
        case .body: break
        case .end:
            status.succeed(code)
            context.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        timeout?.cancel()
        status.fail(ChannelError.eof)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
