import Foundation
import Synchronization

/// Stands in for Meta with one number, and knows to the microsecond when the last byte of an answer was handed to the kernel.
final class AnswerServer: Sendable {
    let port: UInt16
    private let listener: Int32
    private struct State {
        var about = "nothing yet"
        /// The text whose sending is awaited.
        var awaited: String?
        var sentAt: Double?
    }
    private let state = Mutex(State())
    private let sent = DispatchSemaphore(value: 0)

    static let account = "102290129340398"
    static let number = "106540352242922"

    init() throws {
        port = try Connection.freePort()
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.listener = listener
        var on: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        var address = Connection.loopback(port: port)
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        guard bound == 0, listen(listener, 16) == 0 else { throw Failure("port \(port) cannot be had") }
        Thread.detachNewThread { [weak self] in
            while true {
                let peer = accept(listener, nil, nil)
                guard peer >= 0 else { return }
                var on: Int32 = 1
                setsockopt(peer, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
                Thread.detachNewThread { [weak self] in self?.serve(Connection(accepted: peer)) }
            }
        }
    }

    deinit { close(listener) }

    /// The profile has this text from now on. Returns when an answer with it was sent: the moment after its last byte.
    /// - Parameter edited: what is done once it has.
    func edit(_ about: String, then edited: () throws -> Void = {}) throws -> Double {
        state.withLock { $0 = State(about: about, awaited: about) }
        try edited()
        guard sent.wait(timeout: .now() + 10) == .success, let time = state.withLock(\.sentAt) else {
            throw Failure("the daemon does not ask")
        }
        return time
    }

    private func serve(_ peer: Connection) {
        let end = Array("\r\n\r\n".utf8)
        while let request = try? peer.receive(until: { $0.firstRange(of: end)?.upperBound }) {
            let isList = request.firstRange(of: Array("/phone_numbers".utf8)) != nil
            let about = state.withLock(\.about)
            let body =
                isList
                ? #"{"data":[{"id":"\#(Self.number)","display_phone_number":"+1 555-100-0000","status":"CONNECTED"}]}"#
                : #"{"data":[{"messaging_product":"whatsapp","about":"\#(about)","description":"Succulents and cacti"}]}"#
            let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=UTF-8\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
            guard (try? peer.send(Array((head + body).utf8))) != nil else { return }
            let now = Machine.now
            let wasAwaited = state.withLock { state in
                guard !isList, state.awaited == about else { return false }
                state.awaited = nil
                state.sentAt = now
                return true
            }
            if wasAwaited { sent.signal() }
        }
    }
}
