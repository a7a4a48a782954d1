internal import CCurl
internal import Glibc

/// The certificates that are trusted: the system's own and those of one more file.
struct TrustStore: Sendable {
    /// PEM, one file behind the other.
    let bytes: [UInt8]

    init(adding path: String) throws(TransportError) {
        let refusal = TransportError(.tls, "the extra CA file cannot be read, or holds no certificate")
        guard let extra = Self.read(path), extra.firstRange(of: Array("-----BEGIN ".utf8)) != nil else { throw refusal }
        var system: [UInt8] = []
        if let file = ccurl_default_trust_file() {
            guard let bytes = Self.read(String(cString: file), isMissingEmpty: true) else {
                throw TransportError(.tls, "the system's certificates (\(String(cString: file))) cannot be read")
            }
            system = bytes
        }
        bytes = system + [UInt8(ascii: "\n")] + extra
    }

    private static let largest = 4 << 20

    /// The bytes of a regular file; what else may stand in its place could hold up the service for ever.
    private static func read(_ path: String, isMissingEmpty: Bool = false) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard file >= 0 else { return isMissingEmpty && errno == ENOENT ? [] : nil }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= largest else { return nil }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        var count = 0
        while count < bytes.count {
            let received = bytes.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress.map { $0 + count }, $0.count - count) }
            if received < 0 && errno == EINTR { continue }
            guard received >= 0 else { return nil }
            if received == 0 { break }
            count += received
        }
        return Array(bytes[..<count])
    }
}
