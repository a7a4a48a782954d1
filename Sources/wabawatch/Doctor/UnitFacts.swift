/// What systemd says of the daemon's service and its socket (`systemctl show`, org.freedesktop.systemd1(5)).
struct UnitFacts: Equatable {
    /// The service's name: `wabawatchd.service`.
    var service: String
    /// What was said, by unit.
    var properties: [String: [String: String]]

    /// What is asked for.
    static let names = [
        "Id", "LoadState", "ActiveState", "SubState", "UnitFileState", "Result", "ExecMainStatus", "NRestarts", "NeedDaemonReload",
        "LogRateLimitIntervalUSec", "LogRateLimitBurst",
    ]

    /// A property of the service; `nil` where it is empty or was not told.
    subscript(name: String) -> String? { properties[service]?[name].flatMap { $0.isEmpty ? nil : $0 } }

    /// The socket that starts it.
    var socket: String { service.replacing(".service", with: ".socket") }

    /// A property of the socket's unit.
    func ofSocket(_ name: String) -> String? { properties[socket]?[name] }

    /// Reads what `systemctl show` prints: `NAME=VALUE` lines, an empty line between units.
    init(_ output: String, service: String) {
        self.service = service
        properties = [:]
        for block in output.split(separator: "\n\n") {
            var unit: [String: String] = [:]
            for line in block.split(separator: "\n") {
                let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard parts.count == 2 else { continue }
                unit[String(parts[0])] = String(parts[1])
            }
            if let id = unit["Id"] { properties[id] = unit }
        }
    }

    /// The service that listens at one of the package's sockets; `nil` for another path.
    static func service(at socket: String) -> String? {
        let parts = socket.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.prefix(3) == ["", "run", "wabawatch"], parts.last == "io.wabawatch" else { return nil }
        switch parts.count {
        case 4: return "wabawatchd.service"
        case 5 where !parts[3].isEmpty: return "wabawatchd@\(parts[3]).service"
        default: return nil
        }
    }
}
