import Foundation

extension FanOutBenchmark {
    /// A tenth of the readers never reads: the memory stays where it was, everybody else gets everything, and none later than without them.
    func neverReading(in folder: String, _ bounds: inout Bounds) throws {
        let (healthy, sleeping, burst) = options.short ? (90, 10, 6_400) : (900, 100, 64_000)
        let alone = try OwnFanOut(in: folder, "alone")
        let mixed = try OwnFanOut(in: folder, "mixed")
        defer {
            alone.stop()
            mixed.stop()
        }
        let stalled = try (0..<sleeping).map { _ in try mixed.subscriber() }
        defer { for socket in stalled { close(socket) } }
        let readers = [try FanOutReaders(healthy, of: alone), try FanOutReaders(healthy, of: mixed)]
        // Their sockets are full from here on, and what is kept of changes has come to its bound.
        for _ in 0..<max(2, 80_000 / burst) { for readers in readers { _ = try readers.deliver(burst) } }
        let before = Machine.memory(of: mixed.server)
        var seconds: [[Double]] = [[], []]
        for _ in 0..<3 {
            for (index, readers) in readers.enumerated() { seconds[index].append(try readers.deliver(burst)) }
        }
        let after = Machine.memory(of: mixed.server)
        var latencies: [[Double]] = [[], []]
        for _ in 0..<(options.short ? 20 : 60) {
            for (index, readers) in readers.enumerated() { latencies[index] += try (0..<10).map { _ in try readers.deliver(1) } }
        }
        var table = Table(
            "\(healthy) readers, bursts of \(burst)", "seconds a burst", "deliveries/s", "p50 µs of one", "p99 µs of one", "RSS MiB")
        for (index, name) in ["alone", "with \(sleeping) more that never read"].enumerated() {
            table.add(
                name, seconds[index].median.figure, (Double(healthy * burst) / seconds[index].median).figure,
                latencies[index].median.microseconds, latencies[index].percentile(0.99).microseconds,
                Machine.memory(of: [alone, mixed][index].server).figure)
        }
        table.show()
        print("memory with those that never read: \(before.figure) MiB before the bursts, \(after.figure) MiB after them")
        guard options.short else { return }
        bounds.atLeast(0.8, before / after, "memory before the bursts, of that after them")
        bounds.atLeast(0.5, latencies[0].percentile(0.99) / latencies[1].percentile(0.99), "p99 with readers that never read, as good")
    }
}
