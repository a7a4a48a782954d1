/// Where the Graph API is: scheme, host and port, and the version to ask for. No answer ever changes it.
public struct Endpoint: Sendable, Hashable, CustomStringConvertible {
    /// `https`, or `http` for a simulator on this machine.
    public let scheme: String
    /// The host's name or address, an IPv6 one in brackets.
    public let host: String
    /// The port, if it is not the scheme's own.
    public let port: Int?
    /// The version to ask for.
    public let version: GraphVersion

    /// Reads `https://graph.facebook.com` and `v25.0`. Refuses `http` for any host but loopback, and whatever is more than scheme, host and port.
    public init(baseURL: String, version: String) throws(EndpointError) {
        guard let version = GraphVersion(parsing: version) else { throw EndpointError("the version is not of the form v25.0") }
        guard let separator = baseURL.firstRange(of: "://") else { throw EndpointError("the base URL has no scheme") }
        let scheme = baseURL[..<separator.lowerBound].lowercased()
        guard scheme == "https" || scheme == "http" else { throw EndpointError("the base URL is neither https nor http") }
        var authority = baseURL[separator.upperBound...]
        if authority.hasSuffix("/") { authority.removeLast() }
        (host, port) = try Self.split(authority)
        guard scheme == "https" || Self.isLoopback(host) else {
            throw EndpointError("http is for a simulator on this machine; \(host) needs https")
        }
        self.scheme = scheme
        self.version = version
    }

    /// Whether the host is this machine.
    public var isLoopback: Bool { Self.isLoopback(host) }
    /// The base URL, without a slash at its end.
    public var description: String { "\(scheme)://\(host)\(port.map { ":\($0)" } ?? "")" }

    private static func split(_ authority: Substring) throws(EndpointError) -> (String, Int?) {
        let hostEnd =
            authority.hasPrefix("[") ? authority.firstIndex(of: "]").map { authority.index(after: $0) } : authority.firstIndex(of: ":")
        let host = authority[..<(hostEnd ?? authority.endIndex)].lowercased()
        let rest = authority[(hostEnd ?? authority.endIndex)...]
        guard !host.hasPrefix("[") || host.hasSuffix("]") else { throw EndpointError("the base URL's address does not end") }
        let name = host.hasPrefix("[") ? host.dropFirst().dropLast() : Substring(host)
        let allowed = host.hasPrefix("[") ? "0123456789abcdef:." : "0123456789abcdefghijklmnopqrstuvwxyz-."
        guard !name.isEmpty, host.utf8.count <= 253, name.utf8.allSatisfy({ allowed.utf8.contains($0) }) else {
            throw EndpointError("the base URL must be a scheme, a host and perhaps a port, nothing else")
        }
        guard !rest.isEmpty else { return (host, nil) }
        guard rest.hasPrefix(":"), rest.utf8.dropFirst().allSatisfy({ 0x30...0x39 ~= $0 }), let port = UInt16(rest.dropFirst()), port > 0
        else {
            throw EndpointError("the base URL's port is not one")
        }
        return (host, Int(port))
    }

    /// Whether a host, perhaps with a port behind it, is this machine.
    static func isLoopback(authority: Substring) -> Bool { (try? split(authority)).map { isLoopback($0.0) } ?? false }

    /// The one rule for what is this machine: `localhost`, `[::1]`, or the four plain decimal numbers of an address in 127.0.0.0/8. Other spellings of
    /// such an address (127.1, 0x7f000001, 127.0.0.01, ::ffff:127.0.0.1, a dot at the end) count as foreign, for not everybody reads them alike.
    private static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "[::1]" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { part in UInt8(part).map { String($0) == part } ?? false }
    }
}

/// Why an endpoint was refused.
public struct EndpointError: Error, Equatable, CustomStringConvertible {
    /// The sentence.
    public let description: String
    init(_ description: String) { self.description = description }
}
