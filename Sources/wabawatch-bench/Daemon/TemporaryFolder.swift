import Foundation

/// A folder for a run's files, on a disk: a file system in memory makes durable writes look free.
struct TemporaryFolder {
    private let folder: String

    /// Makes one below TMPDIR, else below /var/tmp.
    init() throws {
        let parent = ProcessInfo.processInfo.environment["TMPDIR"] ?? "/var/tmp"
        folder = parent + "/wabawatch-bench-\(UUID().uuidString.prefix(8))"
        guard Machine.fileSystem(of: parent) != "tmpfs" else {
            throw Failure("\(parent) lies in memory (tmpfs): let TMPDIR name one on a disk.")
        }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    }

    /// The path of a file in it.
    func path(_ name: String) -> String { folder + "/" + name }

    /// Removes it with all that it holds.
    func remove() { try? FileManager.default.removeItem(atPath: folder) }
}
