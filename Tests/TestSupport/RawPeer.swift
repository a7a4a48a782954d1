import Dispatch
import Glibc

/// A peer that speaks bytes, not Varlink: whatever it does wrong is done on purpose. It blocks on a queue of its own, never on Swift's threads.
package final class RawPeer: Sendable {
    package struct Failure: Error {
        var call: String
        var number: Int32
    }

    private let descriptor: Int32
    private let reading = DispatchQueue(label: "reading")
    private let writing = DispatchQueue(label: "writing")

    /// - Parameter waiting: whether it waits to be taken where many come at once.
    package init(connectingTo path: String, waiting: Bool = true) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | (waiting ? 0 : Int32(SOCK_NONBLOCK.rawValue)), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let result = withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
        if result != 0 {
            let number = errno
            Glibc.close(descriptor)
            throw Failure(call: "connect", number: number)
        }
        _ = fcntl(descriptor, F_SETFL, 0)
    }

    deinit { Glibc.close(descriptor) }

    /// Writes all of it, `size` bytes at a time; fewer if the other side has closed. How many were written.
    @discardableResult
    package func write(_ bytes: [UInt8], by size: Int = .max) async -> Int {
        await on(writing) { [descriptor] in
            var written = 0
            while written < bytes.count {
                let count = bytes[written...].prefix(size).withUnsafeBytes {
                    send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else { break }
                written += count
            }
            return written
        }
    }

    @discardableResult
    package func write(_ text: String, by size: Int = .max) async -> Int { await write(Array(text.utf8), by: size) }

    /// Writes until nothing more goes for a fifth of a second. How many bytes went.
    package func writeUntilStalled(_ bytes: [UInt8]) async -> Int {
        await on(writing) { [descriptor] in
            var written = 0
            var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            while written < bytes.count, poll(&ready, 1, 200) == 1 {
                let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
                let count = bytes[written...].withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, flags) }
                if count > 0 { written += count }
            }
            return written
        }
    }

    /// Everything up to the other side's end, or `count` bytes.
    package func read(_ count: Int = .max) async -> [UInt8] {
        await on(reading) { [self] in receive(count) }
    }

    private func receive(_ count: Int) -> [UInt8] {
        var all: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while all.count < count {
            let got = recv(descriptor, &chunk, min(chunk.count, count - all.count), 0)
            guard got > 0 else { break }
            all.append(contentsOf: chunk[..<got])
        }
        return all
    }

    /// Everything up to the other side's end, whenever that comes.
    package func readAll(_ done: @escaping @Sendable (String) -> Void) {
        reading.async { [self] in done(String(decoding: receive(.max), as: UTF8.self)) }
    }

    /// Everything up to the other side's end, as text.
    package func readToEnd() async -> String { String(decoding: await read(), as: UTF8.self) }

    /// One message with its NUL, or what came before the other side's end.
    package func readMessage() async -> String {
        await on(reading) { [descriptor] in
            var all: [UInt8] = []
            var chunk = [UInt8](repeating: 0, count: 65536)
            while all.last != 0 {
                let seen = recv(descriptor, &chunk, chunk.count, Int32(MSG_PEEK))
                guard seen > 0 else { break }
                let count = recv(descriptor, &chunk, chunk[..<seen].firstIndex(of: 0).map { $0 + 1 } ?? seen, 0)
                all.append(contentsOf: chunk[..<count])
            }
            return String(decoding: all, as: UTF8.self)
        }
    }

    /// Sends nothing more; still reads.
    package func finishWriting() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Goes, without a word.
    package func hangUp() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    private func on<Value: Sendable>(_ queue: DispatchQueue, _ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in queue.async { continuation.resume(returning: body()) } }
    }
}
