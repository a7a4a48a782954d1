package import StrictYAML

/// What the relay's configuration says.
package struct RelayConfiguration: Sendable, Equatable {
    /// This host's name among the hosts. No two may have the same.
    package var host = ""
    /// The NATS servers.
    package var servers: [String] = []
    /// A file with a NATS user's credentials.
    package var credentialsFile: String?
    /// A file with the authorities whose certificates are trusted.
    package var caFile: String?
    /// The daemon's socket; `nil` for the usual one.
    package var socket: String?
    /// How many servers keep each message.
    package var replicas = 3

    /// Nothing configured.
    package init() {}

    /// Reads the file.
    /// - Throws: every problem there is, each with file, line and key.
    package static func load(path: String) throws(ConfigurationError) -> RelayConfiguration {
        var reader = ConfigurationReader()
        var configuration = RelayConfiguration()
        func missing(_ key: String, _ sentence: String) {
            reader.problems.append(ConfigurationProblem(file: path, line: nil, key: key, sentence: sentence))
        }
        if let root = reader.file(path) {
            let members = reader.members(of: root, keys: ["host", "servers", "credentials_file", "ca_file", "socket", "replicas"])
            configuration.credentialsFile = reader.optionalText(members["credentials_file"])
            configuration.caFile = reader.optionalText(members["ca_file"])
            configuration.socket = reader.optionalText(members["socket"])
            if let place = members["host"] {
                configuration.host = reader.text(place) ?? ""
                if !(1...64).contains(configuration.host.utf8.count) {
                    reader.problems.append(place.problem("should be a name of 1 to 64 bytes"))
                }
            } else {
                missing("host", "is missing: this host's name, which no other host has")
            }
            for place in members["servers"].map({ reader.elements(of: $0) }) ?? [] {
                guard let server = reader.text(place) else { continue }
                if server.hasPrefix("nats://") || server.hasPrefix("tls://") {
                    configuration.servers.append(server)
                } else {
                    reader.problems.append(place.problem("should be nats://HOST:PORT or tls://HOST:PORT"))
                }
            }
            if configuration.servers.isEmpty, reader.problems.isEmpty { missing("servers", "is missing: the NATS servers") }
            if let place = members["replicas"] {
                configuration.replicas = reader.integer(place, in: 1...5) ?? 3
                if configuration.replicas % 2 == 0 { reader.problems.append(place.problem("should be 1, 3 or 5")) }
            }
        }
        guard reader.problems.isEmpty else { throw ConfigurationError(problems: reader.problems) }
        return configuration
    }
}
