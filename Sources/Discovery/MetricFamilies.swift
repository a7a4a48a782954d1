extension MetricFamily {
    static let changes = MetricFamily(name: "ChangesTotal", form: .counter, description: "Changes recorded since the ledger began")
    static let ledger = MetricFamily(name: "LedgerBytes", form: .gauge, description: "Size of the ledger's files in bytes")
    static let readers = MetricFamily(name: "Readers", form: .gauge, description: "Subscribers on the socket")
    static let watch = MetricFamily(name: "WatchState", form: .string, description: "State of each watch")
    static let failures = MetricFamily(
        name: "WatchFailures", form: .gauge, description: "Looks of each watch that failed since one succeeded")
    static let calls = MetricFamily(name: "CallsLastHour", form: .gauge, description: "Requests to Meta within the last hour, by account")
    static let allowed = MetricFamily(name: "CallsPerHour", form: .gauge, description: "Requests to Meta that the budget allows in an hour")
    static let usage = MetricFamily(name: "UsagePercent", form: .gauge, description: "What Meta says was used of its own limit, in percent")
    static let polls = MetricFamily(name: "PollsTotal", form: .counter, description: "Polls since the daemon started, by account")
    static let pollFailures = MetricFamily(
        name: "PollFailuresTotal", form: .counter, description: "Looks that brought no usable answer since the daemon began, by account")
    static let latency = MetricFamily(
        name: "PollLatencyMilliseconds", form: .gauge,
        description: "How long recent looks took, in milliseconds: half of them, and 99 of 100")
    static let quality = MetricFamily(
        name: "NumberQuality", form: .gauge, description: "Quality rating of each number: 3 green, 2 yellow, 1 red, 0 anything else")
    static let connected = MetricFamily(
        name: "NumberConnected", form: .gauge, description: "Whether each number's status is CONNECTED: 1 or 0")

    /// All of them, by name.
    static let all = [
        allowed, calls, changes, connected, failures, latency, ledger, pollFailures, polls, quality, readers, usage, watch,
    ].sorted { $0.name < $1.name }
}
