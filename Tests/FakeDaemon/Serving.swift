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

/// Serves an interface at a path while the body runs.
@discardableResult
public func serving<Value: Sendable>(
    _ interface: any VarlinkInterface, at path: String, isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Value
) async throws -> Value {
    let identity = ServiceIdentity(vendor: "test", product: "fake", version: "0", url: "")
    let server = try VarlinkServer(identity: identity, interfaces: [interface])
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
