import StrictYAML
import Yams

extension ConfigurationReader {
    mutating func metrics(_ place: YAMLPlace?) -> Configuration.Metrics {
        var metrics = Configuration.Metrics()
        guard let place else { return metrics }
        let members = members(of: place, keys: ["listen", "per_number"])
        if let place = members["listen"], let text = optionalText(place) {
            metrics.listen = Self.listenAddress(text)
            if metrics.listen == nil {
                problems.append(place.problem("should be ADDRESS:PORT, such as 127.0.0.1:9464, or the path of a socket"))
            }
        }
        if let perNumber = flag(members["per_number"]) { metrics.perNumber = perNumber }
        return metrics
    }

    /// Whether several hosts share the accounts.
    mutating func cluster(_ place: YAMLPlace?) -> Bool {
        guard let place, let enabled = members(of: place, keys: ["enabled"])["enabled"] else { return false }
        return flag(enabled) ?? false
    }

    /// An address as programs take it at `--listen`; `nil` for what is none. A path by itself is that of a Unix socket.
    private static func listenAddress(_ text: String) -> String? {
        let path = text.hasPrefix("unix:") ? text.dropFirst(5) : text[...]
        if path.hasPrefix("/") { return (2...107).contains(path.utf8.count) ? "unix:\(path)" : nil }
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]), port > 0 else { return nil }
        let host = text[..<colon]
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]") && host.count > 2
        guard !host.isEmpty, isBracketed || !host.contains(where: { ":[]/ ".contains($0) }) else { return nil }
        return text
    }
}
