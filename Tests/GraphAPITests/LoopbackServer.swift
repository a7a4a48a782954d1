import Glibc
import Synchronization

/// A small HTTP server on a port of its own, whose answers are scripted byte by byte: what a real server would never send must be sendable.
final class LoopbackServer: Sendable {
    /// What to do with one request.
    enum Reply: Sendable {
        /// Sends the bytes, then closes.
        case bytes([UInt8])
        /// Sends the bytes, then cuts the connection with a reset.
        case reset(after: [UInt8])
        /// Sends the bytes and keeps the connection, which ends without a byte at the next request.
        case keep([UInt8])
        /// Sends the bytes, then says nothing more until the server is closed.
        case stall(after: [UInt8])
    }

    private struct State {
        var requests: [String] = []
        var connections: [Int32] = []
        var isClosed = false
    }

    let port: Int
    private let listener: Int32
    private let state = Mutex(State())

    var requests: [String] { state.withLock(\.requests) }
    var baseURL: String { "http://127.0.0.1:\(port)" }

    init(_ reply: @escaping @Sendable (String) -> Reply) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, length) == 0 && listen(listener, 64) == 0 && getsockname(listener, address, &length) == 0
            }
        }
        guard bound else { throw LoopbackError() }
        self.listener = listener
        port = Int(UInt16(bigEndian: address.sin_port))
        onThread { [self] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0, keep(connection) else { break }
                onThread { self.serve(connection, reply) }
            }
        }
    }

    /// Ends the listening and every stall.
    func close() {
        state.withLock { state in
            state.isClosed = true
            for connection in state.connections { shutdown(connection, Int32(SHUT_RDWR)) }
        }
        shutdown(listener, Int32(SHUT_RDWR))
    }

    private func keep(_ connection: Int32) -> Bool {
        state.withLock { state in
            state.connections.append(connection)
            return !state.isClosed
        }
    }

    private func serve(_ connection: Int32, _ reply: (String) -> Reply) {
        guard let head = readHead(connection) else { return done(connection) }
        state.withLock { $0.requests.append(head) }
        switch reply(head) {
        case .bytes(let bytes): write(bytes, connection)
        case .keep(let bytes):
            write(bytes, connection)
            if let next = readHead(connection) { state.withLock { $0.requests.append(next) } }
        case .reset(let bytes):
            write(bytes, connection)
            var linger = linger(l_onoff: 1, l_linger: 0)
            setsockopt(connection, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
        case .stall(let bytes):
            write(bytes, connection)
            var byte: UInt8 = 0
            while recv(connection, &byte, 1, 0) > 0 {}
        }
        done(connection)
    }

    private func done(_ connection: Int32) {
        state.withLock { state in
            state.connections.removeAll { $0 == connection }
            Glibc.close(connection)
        }
    }

    private func readHead(_ connection: Int32) -> String? {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while !bytes.suffix(4).elementsEqual([13, 10, 13, 10]) {
            guard recv(connection, &byte, 1, 0) == 1, bytes.count < 1 << 16 else { return nil }
            bytes.append(byte)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func write(_ bytes: [UInt8], _ connection: Int32) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return }
            sent += count
        }
    }
}

struct LoopbackError: Error {}

extension LoopbackServer.Reply {
    /// A whole answer.
    static func http(_ status: Int, _ body: String, headers: [String] = [], contentType: String = "application/json") -> Self {
        .bytes(Self.head(status, length: body.utf8.count, headers + ["Content-Type: \(contentType)"]) + Array(body.utf8))
    }

    /// The head of an answer.
    static func head(_ status: Int, length: Int, _ headers: [String] = []) -> [UInt8] {
        let lines = ["HTTP/1.1 \(status) Status", "Content-Length: \(length)", "Connection: close"] + headers
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    }
}

private final class ThreadBody: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

private func onThread(_ body: @escaping @Sendable () -> Void) {
    var thread = pthread_t()
    let created = pthread_create(
        &thread, nil,
        { context in
            if let context { Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().body() }
            return nil
        }, Unmanaged.passRetained(ThreadBody(body)).toOpaque())
    if created == 0 { pthread_detach(thread) }
}
