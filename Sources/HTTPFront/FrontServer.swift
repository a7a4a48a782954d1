package import NIOCore
package import NIOPosix
internal import NIOHTTP1

/// How connections are taken and read as HTTP/1.1 within bounds; what is answered is the handler's.
package enum FrontServer {
    /// What the heads of requests, and answers that are not read, may cost.
    package struct Limits: Sendable {
        /// Bytes of one line of a head, and of a head.
        package var headBytes: Int
        /// Fields of a head.
        package var headFields: Int
        /// Bytes of answers that a client need not have taken.
        package var unreadBytes: Int

        /// Limits.
        package init(headBytes: Int, headFields: Int, unreadBytes: Int) {
            self.headBytes = headBytes
            self.headFields = headFields
            self.unreadBytes = unreadBytes
        }
    }

    /// Listens at an address. A connection that there is no room for is told so and closed.
    /// - Parameters:
    ///   - turnedAway: called for each of these.
    ///   - handler: what answers the requests of one connection: `HTTPServerRequestPart` comes in.
    package static func listen(
        at address: ListenAddress, _ group: MultiThreadedEventLoopGroup, _ limits: Limits, _ connections: FrontConnections,
        turnedAway: @escaping @Sendable () -> Void, handler: @escaping @Sendable (FirstHandler) -> any ChannelHandler
    ) async throws -> FrontListener {
        var head = NIOHTTPDecoderLimitConfiguration()
        head.maxHeaderFieldSize = limits.headBytes
        head.maxHeaderListSize = limits.headBytes
        head.maxHeaderFieldCount = limits.headFields
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.writeBufferWaterMark, value: ChannelOptions.Types.WriteBufferWaterMark(low: 1, high: limits.unreadBytes))
            .childChannelInitializer { [head] channel in
                guard connections.add(channel) else {
                    turnedAway()
                    return channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(TurnedAway()) }
                }
                return channel.eventLoop.makeCompletedFuture {
                    let first = FirstHandler()
                    try channel.pipeline.syncOperations.addHandler(first)
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(
                        withPipeliningAssistance: true, withServerUpgrade: nil, withErrorHandling: false,
                        withOutboundHeaderValidation: true,
                        withEncoderConfiguration: HTTPResponseEncoder.Configuration(), withDecoderLimitConfiguration: head)
                    try channel.pipeline.syncOperations.addHandler(handler(first))
                }
            }
        let channel =
            switch address {
            case .inherited(let descriptor): try await bootstrap.withBoundSocket(descriptor).get()
            case .internet(let host, let port): try await bootstrap.bind(host: host, port: port).get()
            case .unix(let path): try await bootstrap.bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get()
            }
        return FrontListener(channel: channel)
    }
}

/// A socket that listens.
package struct FrontListener: Sendable {
    private let channel: any Channel

    init(channel: any Channel) { self.channel = channel }

    /// Where it listens, as `ListenAddress` is written.
    package var name: String {
        guard let address = channel.localAddress else { return "a socket" }
        if let host = address.ipAddress, let port = address.port { return ListenAddress.internet(host: host, port: port).description }
        return address.pathname.map { ListenAddress.unix(path: $0).description } ?? "a socket"
    }

    /// Takes no more connections.
    package func close() async { try? await channel.close() }
}

extension FrontConnections {
    /// Has requests in progress answered, within the time that there is.
    package func drain(within time: TimeAmount, _ group: MultiThreadedEventLoopGroup) async {
        let end = group.next().scheduleTask(in: time) { [self] in closeAll() }
        await stop()
        end.cancel()
    }
}
