import Changes
import Glibc
import Ledger
import StrictJSON
import WabaWatchInterface
import Watching
import WhatsAppBusiness

/// Counts looks.
protocol LookCounting: Sendable {
    /// What each account's looks came to since the daemon began, by the accounts' names.
    var tallies: [String: Tally] { get async }
}

extension Watcher: LookCounting {}

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
        for (account, tally) in (await counting?.tallies ?? [:]).sorted(by: { $0.key < $1.key }) {
            metrics += Self.metrics(of: tally, account)
        }
        for number in try await ledger.resources(kinds: [.phoneNumber]).resources { metrics += Self.metrics(of: number) }
        return metrics
    }

    private static func metrics(of tally: Tally, _ account: String) -> [Metric] {
        var metrics = [Metric(.polls, tally.polls, of: account), Metric(.pollFailures, tally.failures, of: account)]
        for (quantile, latency) in [("0.5", tally.median), ("0.99", tally.slowest)] {
            guard let latency else { continue }
            metrics.append(Metric(.latency, Int64(latency / .milliseconds(1)), of: account, ["quantile": .string(quantile)]))
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
