internal import CCurl
internal import FoundationEssentials

/// The certificates that are trusted: the system's own and those of one more file.
struct TrustStore: Sendable {
    /// PEM, one file behind the other.
    let bytes: [UInt8]

    init(adding path: String) throws(TransportError) {
        let refusal = TransportError(.tls, "the extra CA file cannot be read, or holds no certificate")
        guard let extra = Self.read(path), extra.firstRange(of: Array("-----BEGIN ".utf8)) != nil else { throw refusal }
        let system = ccurl_default_trust_file().flatMap { Self.read(String(cString: $0)) } ?? []
        bytes = system + [UInt8(ascii: "\n")] + extra
    }

    private static func read(_ path: String) -> [UInt8]? {
        guard let data = try? Data(contentsOf: URL(filePath: path)), data.count <= 4 << 20 else { return nil }
        return Array(data)
    }
}
