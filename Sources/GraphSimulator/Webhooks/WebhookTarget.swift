/// Where webhooks are sent, and the application's secret that they are signed with.
public struct WebhookTarget: Sendable {
    let host: String
    let port: Int
    let path: String
    let secret: String

    /// A target; `nil` where the text is no `http://HOST[:PORT][/PATH]`. There is no TLS: it is for a receiver on the same host.
    public init?(url: String, secret: String) {
        guard url.hasPrefix("http://") else { return nil }
        let rest = url.dropFirst(7)
        let authority = rest.prefix { $0 != "/" }
        let path = rest.dropFirst(authority.count)
        var host = authority
        var port = 80
        if let colon = authority.lastIndex(of: ":"), !authority.hasSuffix("]") {
            guard let number = UInt16(authority[authority.index(after: colon)...]), number > 0 else { return nil }
            port = Int(number)
            host = authority[..<colon]
        }
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() } else if host.contains(":") { return nil }
        guard !host.isEmpty, !secret.isEmpty, path.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) else { return nil }
        self.host = String(host)
        self.port = port
        self.path = path.isEmpty ? "/" : String(path)
        self.secret = secret
    }
}
