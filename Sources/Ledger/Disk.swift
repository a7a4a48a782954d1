import Glibc

/// What the disk that a file lies on says of itself (statvfs(3)).
enum Disk {
    /// The bytes that are free to us; all there could be where that cannot be told.
    static func freeBytes(at path: String) -> Int {
        guard let disk = status(path) else { return .max }
        let (bytes, isMore) = disk.f_bavail.multipliedReportingOverflow(by: disk.f_frsize)
        return isMore ? .max : Int(clamping: bytes)
    }

    /// Whether nothing can be written to it, as after an error of the disk.
    static func isReadOnly(at path: String) -> Bool { status(path).map { $0.f_flag & UInt(ST_RDONLY) != 0 } ?? false }

    private static func status(_ path: String) -> statvfs? {
        var status = statvfs()
        return statvfs(path, &status) == 0 ? status : nil
    }
}
