import Foundation
import Glibc
public import Varlink

/// A folder for a socket that is gone afterwards.
@discardableResult
public func withSocket<Value>(_ body: (_ path: String) async throws -> Value) async throws -> Value {
    var template = Array("/tmp/wabawatch.XXXXXX".utf8CString)
    guard template.withUnsafeMutableBufferPointer({ $0.baseAddress.flatMap { mkdtemp($0) } }) != nil else {
        throw ServerSetupError.system(call: "mkdtemp", number: errno)
    }
    let folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    defer {
        _ = unlink("\(folder)/io.wabawatch")
        _ = rmdir(folder)
    }
    return try await body("\(folder)/io.wabawatch")
}

/// Serves an interface at a path while the body runs, and others besides.
@discardableResult
public func serving<Value: Sendable>(
    _ interface: any VarlinkInterface, besides others: [any VarlinkInterface] = [], at path: String, limits: ServerLimits = ServerLimits(),
    isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Value
) async throws -> Value {
    let identity = ServiceIdentity(vendor: "test", product: "fake", version: "0", url: "")
    let server = try VarlinkServer(identity: identity, interfaces: [interface] + others, limits: limits)
    let (listening, begun) = AsyncStream<Void>.makeStream()
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            defer { begun.finish() }
            try await server.run(on: .path(path, mode: 0o600)) { begun.yield() }
        }
        for await _ in listening { break }
        defer { server.shutdown() }
        return try await body()
    }
}

/// Listens at a path as somebody who does not speak Varlink: every peer is sent these bytes, and left, when it has
/// sent something itself. Without bytes nobody even takes the connections, as in a process that is stopped.
public func answering<Value>(_ bytes: String?, at path: String, _ body: () async throws -> Value) async throws -> Value {
    let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let isBound = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0 }
    }
    guard isBound, listen(listener, 8) == 0 else { throw ServerSetupError.system(call: "bind", number: errno) }
    let thread = Thread {
        while case let peer = accept(listener, nil, nil), peer >= 0 {
            var call = [UInt8](repeating: 0, count: 4096)
            _ = read(peer, &call, call.count)
            // A peer that has gone is no signal to the tests.
            _ = bytes.map { send(peer, $0, $0.utf8.count, Int32(MSG_NOSIGNAL)) }
            close(peer)
        }
    }
    if bytes != nil { thread.start() }
    defer {
        _ = shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }
    return try await body()
}
