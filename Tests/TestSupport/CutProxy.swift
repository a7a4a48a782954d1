import Dispatch
import Glibc
import Synchronization

/// Stands between a client and a server that speak HTTP/1.1 and breaks one exchange at a byte. Reads are passed on whole.
package final class CutProxy: Sendable {
    /// What happens to the next request that changes something.
    package enum Cut: Sendable, Equatable {
        /// It is passed on.
        case none
        /// The server gets so many bytes of the request, and the client nothing.
        case request(after: Int)
        /// The server gets all of it and answers; the client gets so many bytes of the answer.
        case answer(after: Int)
        /// The server gets all of it, and the client this instead of the answer.
        case instead([UInt8])
        /// The server gets all of it, and the client nothing, until the proxy is told to let go.
        case silence
    }

    private struct State: Sendable {
        var cut = Cut.none
        var requestBytes = 0
        var answerBytes = 0
        var held: [Int32] = []
        var stepsLeft: Int?
        var atStep: (@Sendable () -> Void)?
        var isStopped = false
    }

    private let state = Mutex(State())
    private let listening: Int32
    private let server: UInt16
    /// Where it listens.
    package let port: UInt16

    /// Listens on a free port of the loopback address, in front of a server there.
    package init(to server: UInt16) throws {
        self.server = server
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        listening = listener
        var address = Self.address(0)
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        guard bound == 0, listen(listener, 128) == 0 else { throw Program.Failed(call: "bind", number: errno) }
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(listener, $0, &length) }
        }
        port = UInt16(bigEndian: address.sin_port)
        DispatchQueue(label: "proxy").async { [self] in accept() }
    }

    /// What happens to the next request that changes something, and to all after it.
    package func set(_ cut: Cut) { state.withLock { $0.cut = cut } }

    /// Bytes of the last request that changed something, and of its answer.
    package var lastBytes: (request: Int, answer: Int) { state.withLock { ($0.requestBytes, $0.answerBytes) } }

    /// Calls something at the so-manieth step from now on, which nobody gets past: a request or an answer that has come and not been passed on.
    package func at(step: Int, _ body: @escaping @Sendable () -> Void) {
        state.withLock { ($0.stepsLeft, $0.atStep) = (step, body) }
    }

    /// Whether a step may be passed.
    private func passes() -> Bool {
        let body: (@Sendable () -> Void)? = state.withLock { state in
            guard let left = state.stepsLeft else { return nil }
            state.stepsLeft = left - 1
            return left <= 1 ? state.atStep ?? {} : nil
        }
        body?()
        return body == nil
    }

    /// Whether the step that was asked for has come.
    package var hasStepped: Bool { state.withLock { $0.stepsLeft.map { $0 <= 0 } ?? false } }

    /// Everything is passed on again.
    package func passAll() { state.withLock { ($0.stepsLeft, $0.atStep) = (nil, nil) } }

    /// Closes what was kept silent.
    package func letGo() {
        for descriptor in state.withLock({ state in
            defer { state.held = [] }
            return state.held
        }) { close(descriptor) }
    }

    /// Takes no more connections.
    package func stop() {
        state.withLock { $0.isStopped = true }
        shutdown(listening, Int32(SHUT_RDWR))
        letGo()
    }

    private func accept() {
        while !state.withLock(\.isStopped) {
            let client = Glibc.accept(listening, nil, nil)
            guard client >= 0 else { continue }
            DispatchQueue(label: "proxied").async { [self] in serve(client) }
        }
        close(listening)
    }

    private func serve(_ client: Int32) {
        while let request = Self.message(client) {
            guard passes() else { break }
            let isRead = request.starts(with: "GET ".utf8)
            let cut =
                isRead
                ? .none
                : state.withLock {
                    $0.requestBytes = request.count; return $0.cut
                }
            let upstream = connect()
            defer { close(upstream) }
            guard upstream >= 0 else { break }
            if case .request(let count) = cut, count < request.count {
                Self.write(upstream, request.prefix(count))
                break
            }
            Self.write(upstream, request[...])
            guard let answer = Self.message(upstream) else { break }
            if !isRead { state.withLock { $0.answerBytes = answer.count } }
            guard passes() else { break }
            switch cut {
            case .none:
                Self.write(client, answer[...])
                continue
            case .request: break
            case .answer(let count): Self.write(client, answer.prefix(count))
            case .instead(let bytes): Self.write(client, bytes[...])
            case .silence:
                state.withLock { $0.held.append(client) }
                return
            }
            break
        }
        close(client)
    }

    private func connect() -> Int32 {
        let upstream = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = Self.address(server)
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.connect(upstream, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        if connected != 0 { close(upstream) }
        return connected == 0 ? upstream : -1
    }

    private static func address(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }

    private static func write(_ descriptor: Int32, _ bytes: ArraySlice<UInt8>) {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    /// One request or answer: its head, and as much of a body as that says. `nil` where the connection ends.
    private static func message(_ descriptor: Int32) -> [UInt8]? {
        var bytes: [UInt8] = []
        var whole = Int.max
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while bytes.count < whole {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            bytes += buffer[..<count]
            if whole == .max, let end = bytes.firstRange(of: "\r\n\r\n".utf8) {
                let head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).lowercased()
                let length = head.split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
                    .flatMap { Int($0.dropFirst(15).drop { $0 == " " }) }
                whole = end.upperBound + (length ?? 0)
            }
        }
        return bytes
    }
}
