/// What clients may cost at most. The defaults hold a few Prometheus servers and little else.
package struct MetricsFrontLimits: Sendable {
    /// Bytes of one line of a head, and of a head.
    package var headBytes = 16 << 10
    /// Fields of a head.
    package var headFields = 64
    /// Connections at one time.
    package var connections = 64
    /// Requests that one connection may carry.
    package var requestsPerConnection = 10_000
    /// Scrapes that are answered at one time; each holds what was known when it began, some megabytes where there are 20,000 numbers.
    package var scrapes = 16
    /// How long a request may take to arrive, from its first byte to its last.
    package var requestTime = Duration.seconds(10)
    /// How long a connection may be open with no request on it: longer than the minute that Prometheus waits by default between scrapes.
    package var idleTime = Duration.seconds(150)
    /// How long a scrape waits for the daemon. Prometheus gives up after ten seconds by default.
    package var gatherTime = Duration.seconds(8)
    /// How long a client may take for an answer.
    package var answerTime = Duration.seconds(60)
    /// How long a connection is read after its last answer, so that the answer is not lost where the client still sends.
    package var lingerTime = Duration.seconds(2)
    /// Bytes of an answer that are made before the client has taken those before them.
    package var unreadBytes = 512 << 10
    /// How long scrapes in progress may take at the end.
    package var shutdownTime = Duration.seconds(5)
    /// How often the same complaint is logged.
    package var complaintInterval = Duration.seconds(60)

    /// The defaults.
    package init() {}
}

extension MetricsFrontLimits {
    func time(_ wait: ScrapeConnection.Wait) -> Duration {
        switch wait {
        case .request: idleTime
        case .wholeRequest: requestTime
        case .metrics: gatherTime + .seconds(1)
        case .clientTakes: answerTime
        case .clientsEnd: lingerTime
        }
    }
}
