import ServiceConfiguration

extension Configuration {
    /// The keys that differ in another configuration and only take effect with the next start.
    func keysForTheNextStart(_ other: Configuration) -> [String] {
        let pairs: [(String, Bool)] = [
            ("ledger.path", ledger.path == other.ledger.path),
            ("socket.path", socket.path == other.socket.path),
            ("socket.mode", socket.mode == other.socket.mode),
            ("socket.control_group", socket.controlGroup == other.socket.controlGroup),
            ("socket.max_connections", socket.maxConnections == other.socket.maxConnections),
            ("journal.enabled", journal == other.journal),
            ("cluster.enabled", isClustered == other.isClustered),
        ]
        return pairs.filter { !$0.1 }.map(\.0)
    }

    /// This configuration, in force, with what another can change without a new start.
    func reloaded(from other: Configuration) -> Configuration {
        var reloaded = other
        reloaded.ledger.path = ledger.path
        reloaded.socket = socket
        reloaded.journal = journal
        reloaded.isClustered = isClustered
        return reloaded
    }
}
