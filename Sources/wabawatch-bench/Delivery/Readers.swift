import Foundation

/// Programs that wait for something to reach them, each over a connection of its own, all in one thread that polls.
final class Readers {
    private let connections: [Connection]

    init(_ connections: [Connection]) { self.connections = connections }

    /// Does something with each.
    func each(_ body: (Connection) throws -> Void) rethrows { for connection in connections { try body(connection) } }

    /// Returns when every one of them has received these bytes: the moment of the last. What came with them and before is forgotten.
    /// - Parameter milliseconds: it is an error if nothing comes to any of them for so long.
    func wait(for mark: [UInt8], milliseconds: Int = 10_000) throws -> Double {
        var waiting = connections.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
        var heard = connections.map { _ in [UInt8]() }
        var left = connections.count
        while left > 0 {
            guard poll(&waiting, nfds_t(waiting.count), Int32(milliseconds)) > 0 else {
                throw Failure("a reader heard nothing for \(milliseconds) ms")
            }
            for index in waiting.indices where waiting[index].revents != 0 {
                heard[index] += try connections[index].available()
                guard heard[index].firstRange(of: mark) != nil else { continue }
                // A negative descriptor is passed over.
                waiting[index].fd = -1
                waiting[index].revents = 0
                left -= 1
            }
        }
        return Machine.now
    }
}
