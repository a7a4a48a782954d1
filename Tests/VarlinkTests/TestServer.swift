import Foundation
import StrictJSON
import Varlink

/// An interface whose methods are closures.
struct TestInterface: VarlinkInterface {
    typealias Method = @Sendable (Call, Replies) async throws -> JSONObject

    let description: InterfaceDescription
    let methods: [String: Method]

    init(_ text: String, _ methods: [String: Method]) throws {
        description = try InterfaceDescription(parsing: text)
        self.methods = methods
    }

    var implementedMethods: Set<String> { Set(methods.keys) }

    func handle(_ call: Call, _ replies: Replies) async throws -> JSONObject {
        guard let method = methods[call.methodName] else { throw VarlinkError.methodNotFound(call.method) }
        return try await method(call, replies)
    }
}

/// The events that a server reported, in order.
struct Reported: Sendable {
    let events: AsyncStream<ServerEvent>
    let report: @Sendable (ServerEvent) -> Void

    init() {
        let (events, continuation) = AsyncStream<ServerEvent>.makeStream()
        self.events = events
        report = { continuation.yield($0) }
    }

    func first() async -> ServerEvent? {
        for await event in events { return event }
        return nil
    }
}

/// A path for a socket that nobody else has, short enough for `sockaddr_un`.
func temporarySocketPath() -> String { NSTemporaryDirectory() + "varlink-\(UUID().uuidString.prefix(8)).sock" }

/// Runs a server for as long as the body.
func withServer<Value: Sendable>(
    _ interfaces: [any VarlinkInterface], limits: ServerLimits = ServerLimits(), checksReplies: Bool = true,
    report: @escaping @Sendable (ServerEvent) -> Void = { _ in }, _ body: @escaping @Sendable (String) async throws -> Value
) async throws -> Value {
    let path = temporarySocketPath()
    let server = try VarlinkServer(
        identity: ServiceIdentity(vendor: "Test", product: "Server", version: "1", url: "https://example.com"), interfaces: interfaces,
        limits: limits, checksReplies: checksReplies, report: report)
    let (listening, isListening) = AsyncStream<Void>.makeStream()
    return try await withThrowingTaskGroup(of: Value?.self) { group in
        group.addTask {
            defer { isListening.finish() }
            try await server.run(on: .path(path, mode: 0o600)) { isListening.yield() }
            return nil
        }
        group.addTask {
            for await _ in listening { break }
            defer { server.shutdown() }
            return try await body(path)
        }
        var value: Value?
        for try await ended in group { value = ended ?? value }
        guard let value else { throw CancellationError() }
        return value
    }
}
