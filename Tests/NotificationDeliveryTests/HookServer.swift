import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A web hook on a port of its own that keeps what it was sent, and answers as a test has it.
final class HookServer: Sendable {
    struct Request: Sendable {
        var method: String
        var path: String
        var headers: [String: String]
        var body: String
    }

    struct Answer: Sendable {
        var status = 200
        var headers: [String: String] = [:]
        /// Whether it never comes.
        var hangs = false
    }

    private let channel: any Channel
    private let heard = Mutex<[Request]>([])

    /// What it was sent so far.
    var requests: [Request] { heard.withLock(\.self) }
    var port: Int { channel.localAddress?.port ?? 0 }
    var url: String { "http://127.0.0.1:\(port)" }

    private init(_ channel: any Channel) { self.channel = channel }

    /// - Parameter answer: the answer to a request, of which so many came before.
    static func start(_ answer: @escaping @Sendable (Request, Int) -> Answer = { _, _ in Answer() }) async throws -> HookServer {
        let held = Box()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 64)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(
                        Handler { request in
                            guard let server = held.server else { return Answer(status: 503) }
                            let before = server.heard.withLock { heard in
                                heard.append(request)
                                return heard.count - 1
                            }
                            return answer(request, before)
                        })
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let server = HookServer(channel)
        held.server = server
        return server
    }

    func stop() async throws { try await channel.close() }

    private final class Box: Sendable {
        private let value = Mutex<HookServer?>(nil)
        var server: HookServer? {
            get { value.withLock(\.self) }
            set { value.withLock { $0 = newValue } }
        }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let answer: @Sendable (Request) -> Answer
        private var request = Request(method: "", path: "", headers: [:], body: "")

        init(_ answer: @escaping @Sendable (Request) -> Answer) { self.answer = answer }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head):
                let headers = head.headers.map { ($0.name.lowercased(), $0.value) }
                request = Request(
                    method: head.method.rawValue, path: head.uri, headers: Dictionary(headers) { "\($0), \($1)" }, body: "")
            case .body(let part): request.body += String(buffer: part)
            case .end:
                let answer = answer(request)
                guard !answer.hangs else { return }
                var head = HTTPResponseHead(version: .http1_1, status: HTTPResponseStatus(statusCode: answer.status))
                for (name, value) in answer.headers { head.headers.add(name: name, value: value) }
                head.headers.add(name: "content-length", value: "0")
                context.write(wrapOutboundOut(.head(head)), promise: nil)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            }
        }
    }
}
