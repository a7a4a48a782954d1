/// Where requests come in.
package enum ListenAddress: Sendable, Equatable {
    /// A stream socket that listens already, such as systemd passes.
    case inherited(fileDescriptor: Int32)
    /// An address and a port; port 0 takes a free one.
    case internet(host: String, port: Int)
    /// A socket file that is made for it. One that is there already is replaced.
    case unix(path: String)

    /// `ADDRESS:PORT`, `[ADDRESS]:PORT` or `unix:/path`; `nil` for anything else.
    package init?(_ text: String) {
        if text.hasPrefix("unix:") {
            let path = String(text.dropFirst(5))
            guard path.hasPrefix("/"), (2...107).contains(path.utf8.count) else { return nil }
            self = .unix(path: path)
            return
        }
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() } else if host.contains(":") { return nil }
        guard !host.isEmpty else { return nil }
        self = .internet(host: String(host), port: Int(port))
    }
}

extension ListenAddress: CustomStringConvertible {
    package var description: String {
        switch self {
        case .inherited(let descriptor): "the inherited socket \(descriptor)"
        case .internet(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }
}
