import InterfaceRecords
package import Ledger
package import Metrics
package import StrictJSON
package import Varlink
package import Watching
import WhatsAppBusiness

/// Counts requests, and knows when polls succeeded.
package protocol AccountTallying: Sendable {
    /// What is counted of every account, by their names.
    func tallies() async -> [AccountTally]
}

extension Watcher: AccountTallying {}

/// Answers `io.wabawatch.Metrics`: the figures of the daemon and its accounts, for those who expose metrics.
package struct FiguresService: VarlinkInterface {
    package let description: InterfaceDescription
    package let implementedMethods: Set<String> = ["Gather"]
    private let ledger: Ledger
    private let watcher: any AccountTallying
    private let settings: @Sendable () -> (perNumber: Bool, listen: String?)
    private let subscribers: @Sendable () -> Int
    private let webhooks: @Sendable () -> [DaemonFigures.Count]

    /// So many accounts are told in one reply.
    static let accounts = 200

    /// - Parameters:
    ///   - settings: what the configuration in force says of metrics.
    ///   - subscribers: how many there are on the socket.
    ///   - webhooks: what became of webhooks since the daemon began.
    package init(
        ledger: Ledger, watcher: any AccountTallying, settings: @escaping @Sendable () -> (perNumber: Bool, listen: String?),
        subscribers: @escaping @Sendable () -> Int, webhooks: @escaping @Sendable () -> [DaemonFigures.Count]
    ) throws {
        description = try InterfaceDescription(parsing: MetricsInterface.text)
        self.ledger = ledger
        self.watcher = watcher
        self.settings = settings
        self.subscribers = subscribers
        self.webhooks = webhooks
    }

    package func handle(_ call: Call, _ replies: Replies) async throws -> JSONObject {
        let figures = try await replies.inTurn(.gathering) { _ in await self.figures() }
        guard figures.accounts.count > Self.accounts else { return figures.json }
        guard call.wantsMore else { throw VarlinkError.expectedMore }
        var (part, rest) = (figures, figures.accounts[...])
        while true {
            part.accounts = Array(rest.prefix(Self.accounts))
            rest = rest.dropFirst(Self.accounts)
            if rest.isEmpty { return part.json }
            let reply = part.json
            try await replies.inTurn(.gathering) { _ in try await replies.send(reply) }
            (part.changes, part.webhooks) = ([], [])
        }
    }

    private func figures() async -> DaemonFigures {
        let settings = settings()
        // All that there can be, from the beginning: an increase is seen from the first one on.
        var counts: [[String]: Int] = [:]
        for kind in Kind.allCases { for operation in ChangeOperation.allCases { counts[[kind.rawValue, operation.rawValue]] = 0 } }
        for (change, count) in ledger.changeCounts { counts[[change.kind.rawValue, change.operation.rawText]] = count }
        let changes = counts.map { DaemonFigures.Count($0.key, $0.value) }
        return DaemonFigures(
            perNumber: settings.perNumber, listen: settings.listen, subscribers: subscribers(),
            ledgerBytes: Int(MetricsSource.bytes(of: ledger.path)),
            changes: changes.sorted { $0.words.lexicographicallyPrecedes($1.words) }, webhooks: webhooks(),
            accounts: await watcher.tallies().map(AccountFigures.init))
    }
}

extension AccountFigures {
    /// Requests that succeeded are told of from the beginning, so that a rate of them is known from the first one.
    fileprivate init(_ tally: AccountTally) {
        self.init(
            account: tally.account, callsLastHour: tally.callsLastHour, callsPerHour: tally.callsPerHour,
            requests: RequestTally.Result.allCases.compactMap { result in
                let count = tally.requests.counts[result] ?? (result == .success ? 0 : nil)
                return count.map { DaemonFigures.Count([result.rawValue], $0) }
            },
            lastSuccess: tally.lastSuccess.map { Success($0.key.rawValue, at: $0.value) }.sorted { $0.kind < $1.kind })
    }
}
