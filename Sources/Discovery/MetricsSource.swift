import Glibc
package import InterfaceRecords
package import Ledger
import StrictJSON
import Varlink
import WabaWatchInterface
package import Watching
import WhatsAppBusiness

/// Counts polls.
package protocol LookCounting: Sendable {
    /// What each account's polls came to since the daemon began, by the accounts' names.
    var statistics: [String: PollStatistics] { get async }
}

extension Watcher: LookCounting {}

/// Gathers what the daemon knows of itself, when somebody asks.
package struct MetricsSource: Sendable {
    private let ledger: Ledger
    private let reports: SharedReport
    private let counting: (any LookCounting)?
    private let readers: @Sendable () -> Int

    /// - Parameter counting: `nil` where nobody counts.
    package init(ledger: Ledger, watcher: any WatchReporting, counting: (any LookCounting)?, readers: @escaping @Sendable () -> Int) {
        self.ledger = ledger
        reports = SharedReport(of: watcher)
        self.counting = counting
        self.readers = readers
    }

    /// Tells every metric, family after family and some at a time: where very many are watched, what was told is let go before what comes next is made.
    func tell(_ replies: Replies, _ page: ([Metric]) async throws -> Void) async throws {
        try await replies.inTurn(.gathering) { _ in await reports.enter() }
        defer { reports.leave() }
        let statistics = (await counting?.statistics ?? [:]).sorted { $0.key < $1.key }
        for family in MetricFamily.all {
            switch family {
            case .changes: try await page([Metric(family, ledger.cursor.sequence)])
            case .ledger: try await page([Metric(family, Self.bytes(of: ledger.path))])
            case .readers: try await page([Metric(family, readers())])
            case .watch, .failures:
                try await parts(after: .beginning, replies) { try await page($0.watches.map { Self.metric(family, of: $0) }) }
            case .calls, .allowed, .usage:
                try await parts(after: .budget(account: nil), replies) {
                    try await page($0.budgets.compactMap { Self.metric(family, of: $0) })
                }
            case .polls, .pollFailures, .latency: try await page(statistics.flatMap { Self.metrics(family, of: $0.value, $0.key) })
            default:
                var walk: ResourceWalk?
                var isFinished = false
                while !isFinished {
                    // What is kept of a number is a metric, which is small.
                    let metrics = try await replies.inTurn { bytes in
                        if walk == nil { walk = try await ResourceWalk(over: ledger, ResourceQuery(kinds: [.phoneNumber]), atMost: bytes) }
                        guard let numbers = try await walk?.next(atMost: bytes) else {
                            isFinished = true
                            return [Metric]()
                        }
                        return numbers.compactMap { Self.metric(family, of: $0) }
                    }
                    try await page(metrics)
                }
            }
        }
    }

    private func parts(
        after place: StatusReport.Place, _ replies: Replies, _ body: (StatusReport.Part) async throws -> Void
    ) async throws {
        var place: StatusReport.Place? = place
        while let here = place {
            let part = try await replies.inTurn(.gathering) { bytes in
                reports.part(after: here, trouble: ledger.trouble, atMost: StatusReport.Room(bytes: bytes))
            }
            try await body(part)
            place = part.next
        }
    }

    private static func metric(_ family: MetricFamily, of watch: WatchStatus) -> Metric {
        var fields: JSONObject = ["kind": .string(watch.kind.rawValue)]
        fields["phoneNumberId"] = watch.phoneNumberID.map(JSONValue.string)
        return switch family {
        case .watch: Metric(family: family, value: .string(watch.state.rawText), object: watch.account, fields: fields)
        default: Metric(family, watch.failures, of: watch.account, fields)
        }
    }

    private static func metric(_ family: MetricFamily, of budget: WabaWatchInterface.Budget) -> Metric? {
        switch family {
        case .calls: Metric(family, budget.callsLastHour, of: budget.account)
        case .allowed: Metric(family, budget.callsPerHour, of: budget.account)
        default: budget.usagePercent.map { Metric(family, $0, of: budget.account) }
        }
    }

    private static func metrics(_ family: MetricFamily, of tally: PollStatistics, _ account: String) -> [Metric] {
        switch family {
        case .polls: [Metric(family, tally.polls, of: account)]
        case .pollFailures: [Metric(family, tally.failures, of: account)]
        default:
            [("0.5", tally.median), ("0.99", tally.slowest)].compactMap { quantile, latency in
                latency.map { Metric(family, Int64($0 / .milliseconds(1)), of: account, ["quantile": .string(quantile)]) }
            }
        }
    }

    /// A member that is not kept gives no value.
    private static func metric(_ family: MetricFamily, of number: StoredResource) -> Metric? {
        let account = JSONValue.string(number.resource.account)
        switch family {
        case .quality:
            guard let rating = number.document["quality_rating"]?.string else { return nil }
            let grade = ["GREEN": 3, "YELLOW": 2, "RED": 1][rating] ?? 0
            return Metric(family, grade, of: number.resource.id, ["account": account, "rating": .string(rating)])
        default:
            guard let status = number.document["status"]?.string else { return nil }
            let isConnected = status == "CONNECTED" ? 1 : 0
            return Metric(family, isConnected, of: number.resource.id, ["account": account, "status": .string(status)])
        }
    }

    /// Bytes of a ledger's files.
    static func bytes(of path: String) -> Int64 {
        ["", "-wal"].reduce(0) { sum, suffix in
            var status = stat()
            return stat(path + suffix, &status) == 0 ? sum + Int64(status.st_size) : sum
        }
    }
}
