import Foundation

/// What the disk itself needs for a durable write at this moment: no durable figure says anything without it.
enum DiskProbe {
    /// Appends 4 KiB to a file and waits for fdatasync(2), 200 times; the seconds that each took.
    static func run(in folder: TemporaryFolder) throws -> [Double] {
        let path = folder.path("probe")
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw Failure("\(path) cannot be opened: \(String(cString: strerror(errno)))") }
        defer {
            close(file)
            unlink(path)
        }
        let block = [UInt8](repeating: 0x77, count: 4096)
        return try (0..<200).map { _ in
            let start = Machine.now
            guard write(file, block, block.count) == block.count, fdatasync(file) == 0 else {
                throw Failure("\(path) cannot be written: \(String(cString: strerror(errno)))")
            }
            return Machine.now - start
        }
    }

    /// One line for people.
    static func describe(_ seconds: [Double], _ when: String) -> String {
        "fdatasync of 4 KiB appended, \(when): p50 \(seconds.median.milliseconds) ms, p99 \(seconds.percentile(0.99).milliseconds) ms"
    }
}
