import Changes
import Glibc
import Ledger
import StrictJSON
import WabaWatchInterface
import Watching
import WhatsAppBusiness

/// What one account's looks came to since the daemon began.
struct LookCounts: Sendable {
    var account: String
    var polls: Int
    var failures: Int
    /// How long recent looks took; `nil` before the first.
    var median: Duration?
    /// 99 of 100 recent looks took no longer.
    var slowest: Duration?
}

/// Counts looks.
protocol LookCounting: Sendable {
    func lookCounts() async -> [LookCounts]
}

/// Gathers what the daemon knows of itself, when somebody asks.
struct MetricsSource: Sendable {
    let ledger: Ledger
    let watcher: any WatchReporting
    /// `nil` where nobody counts.
    let counting: (any LookCounting)?
    let readers: @Sendable () -> Int

    func metrics() async throws -> [Metric] {
        let report = await watcher.report()
        var metrics = [
            Metric(.changes, ledger.cursor.sequence), Metric(.ledger, Self.bytes(of: ledger.path)), Metric(.readers, readers()),
        ]
        for watch in report.watches {
            var fields: JSONObject = ["kind": .string(watch.unit.kind.rawValue)]
            fields["phoneNumberId"] = watch.unit.phoneNumberID.map(JSONValue.string)
            let state = WatchStatus(watch, trouble: ledger.trouble)
            metrics.append(Metric(family: .watch, value: .string(state.state.rawText), object: state.account, fields: fields))
            metrics.append(Metric(.failures, state.failures, of: state.account, fields))
        }
        for budget in report.budgets {
            metrics.append(Metric(.calls, budget.callsLastHour, of: budget.account))
            metrics.append(Metric(.allowed, budget.callsPerHour, of: budget.account))
            if let percent = budget.usagePercent { metrics.append(Metric(.usage, percent, of: budget.account)) }
        }
        for counts in await counting?.lookCounts() ?? [] { metrics += Self.metrics(of: counts) }
        for number in try await ledger.resources(kinds: [.phoneNumber]).resources { metrics += Self.metrics(of: number) }
        return metrics
    }

    private static func metrics(of counts: LookCounts) -> [Metric] {
        var metrics = [Metric(.polls, counts.polls, of: counts.account), Metric(.pollFailures, counts.failures, of: counts.account)]
        for (quantile, latency) in [("0.5", counts.median), ("0.99", counts.slowest)] {
            guard let latency else { continue }
            metrics.append(Metric(.latency, Int64(latency / .milliseconds(1)), of: counts.account, ["quantile": .string(quantile)]))
        }
        return metrics
    }

    /// A member that is not kept gives no value.
    private static func metrics(of number: StoredResource) -> [Metric] {
        let account = JSONValue.string(number.resource.account)
        var metrics: [Metric] = []
        if let rating = number.document["quality_rating"]?.string {
            let grade = ["GREEN": 3, "YELLOW": 2, "RED": 1][rating] ?? 0
            metrics.append(Metric(.quality, grade, of: number.resource.id, ["account": account, "rating": .string(rating)]))
        }
        if let status = number.document["status"]?.string {
            let isConnected = status == "CONNECTED" ? 1 : 0
            metrics.append(Metric(.connected, isConnected, of: number.resource.id, ["account": account, "status": .string(status)]))
        }
        return metrics
    }

    private static func bytes(of path: String) -> Int64 {
        ["", "-wal"].reduce(0) { sum, suffix in
            var status = stat()
            return stat(path + suffix, &status) == 0 ? sum + Int64(status.st_size) : sum
        }
    }
}
