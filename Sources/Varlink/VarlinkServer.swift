import Glibc
import NIOCore
import NIOPosix
import Synchronization

/// Offers interfaces on a Unix socket. `org.varlink.service` is answered by the server itself.
public final class VarlinkServer: Sendable {
    private let dispatcher: Dispatcher
    private let limits: ServerLimits
    private let stop = Gate()

    /// A server. Throws `ServerSetupError` when implementation and text do not agree.
    ///
    /// - `checksReplies`: whether replies are checked against the interfaces' texts, too. A reply that does not fit closes the connection.
    /// - `report`: is told what belongs in a log; it is called from any thread and must not block.
    public init(
        identity: ServiceIdentity, interfaces: [any VarlinkInterface], limits: ServerLimits = ServerLimits(),
        checksReplies: Bool = VarlinkServer.checksRepliesByDefault, report: @escaping @Sendable (ServerEvent) -> Void = { _ in }
    ) throws {
        var named: [String: any VarlinkInterface] = [:]
        for interface in try [ServiceInterface(identity: identity, interfaces: interfaces)] + interfaces {
            let description = interface.description
            let undeclared = interface.implementedMethods.subtracting(description.methodNames)
            guard undeclared.isEmpty else {
                throw ServerSetupError.methodsNotDeclared(interface: description.name, methods: undeclared.sorted())
            }
            guard named.updateValue(interface, forKey: description.name) == nil else {
                throw ServerSetupError.interfaceTwice(description.name)
            }
        }
        dispatcher = Dispatcher(interfaces: named, limits: limits, checksReplies: checksReplies, report: report)
        self.limits = limits
    }

    /// Replies are checked in debug builds.
    public static var checksRepliesByDefault: Bool {
        #if DEBUG
            true
        #else
            false
        #endif
    }

    /// Serves until the task is cancelled or `shutdown()` is called: then takes no more connections, cancels the calls, writes what waits, and
    /// closes. `listening` is called once peers can connect. May be called once.
    public func run(on socket: ListeningSocket, listening: @Sendable () -> Void = {}) async throws {
        let opened = try socket.open()
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: limits.threads)
        let workers = MultiThreadedEventLoopGroup(numberOfThreads: limits.workers)
        do {
            try await serve(opened, on: loops, workers, listening)
        } catch {
            opened.remove()
            try? await loops.shutdownGracefully()
            try? await workers.shutdownGracefully()
            throw error
        }
        try await loops.shutdownGracefully()
        try await workers.shutdownGracefully()
    }

    /// Ends `run`.
    public func shutdown() { stop.open() }

    private func serve(
        _ opened: OpenSocket, on loops: MultiThreadedEventLoopGroup, _ workers: MultiThreadedEventLoopGroup,
        _ listening: @Sendable () -> Void
    ) async throws {
        let (connections, accepted) = AsyncStream<Connection>.makeStream(bufferingPolicy: .unbounded)
        let channel = try await bootstrap(on: loops, accepted).withBoundSocket(opened.descriptor).get()
        // SwiftNIO has set a queue of 128. Where it is full, who connects without waiting is refused (connect(2), EAGAIN).
        listen(opened.descriptor, Int32(clamping: limits.connections))
        await withDiscardingTaskGroup { group in
            group.addTask { [stop] in
                await stop.wait()
                accepted.finish()
            }
            listening()
            for await connection in connections {
                group.addTask(executorPreference: LoopExecutor(workers.next())) { [dispatcher] in await dispatcher.serve(connection) }
            }
            // New peers must find nobody rather than a socket that is never answered.
            opened.remove()
            try? await channel.close().get()
            group.cancelAll()
        }
    }

    private func bootstrap(on loops: MultiThreadedEventLoopGroup, _ accepted: AsyncStream<Connection>.Continuation) -> ServerBootstrap {
        let costs = Costs(limits: limits)
        let waterMark = ChannelOptions.Types.WriteBufferWaterMark(low: limits.outgoingBytes / 2, high: limits.outgoingBytes)
        // No more at a time than anybody may hold: what has been read has to be held.
        let reading = AdaptiveRecvByteBufferAllocator(minimum: 512, initial: 2048, maximum: max(512, limits.smallBytes))
        return ServerBootstrap(group: loops)
            .serverChannelOption(.maxMessagesPerRead, value: 64)
            .serverChannelInitializer { [report = dispatcher.report] channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AcceptFailures(report: report))
                }
            }
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(.recvAllocator, value: reading)
            .childChannelOption(.writeBufferWaterMark, value: waterMark)
            .childChannelInitializer { [limits, report = dispatcher.report] channel in
                Varlink.peer(of: channel).flatMapThrowing { peer in
                    let admitted: ConnectionCosts
                    switch costs.admit(peer) {
                    case .success(let costs): admitted = costs
                    case .failure(let refusal):
                        report(.refused(refusal, peer: peer))
                        throw ConnectionClosed()
                    }
                    do {
                        let socket = try channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) { $0 }
                        guard let socket, let direct = DirectSocket(socket) else {
                            report(.refused(.descriptors, peer: peer))
                            throw ConnectionClosed()
                        }
                        let connection = Connection(channel, socket: direct, peer: peer, limits: limits, costs: admitted)
                        try channel.pipeline.syncOperations.addHandler(
                            ConnectionHandler(connection, halfMessageTime: limits.halfMessageTime))
                        admitted.enter(connection)
                        if case .terminated = accepted.yield(connection) { throw ConnectionClosed() }
                    } catch {
                        admitted.leave()
                        throw error
                    }
                }
            }
    }
}
