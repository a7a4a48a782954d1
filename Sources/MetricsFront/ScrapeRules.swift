import HTTPFront
import Metrics

/// What a request's head leads to.
enum ScrapeRules {
    /// What is to be done with a request.
    enum Verdict: Sendable, Equatable {
        /// It is answered at once.
        case answer(FrontAnswer)
        /// It is answered with the metrics.
        case metrics(MetricsFormat)
    }

    /// The one path that there is.
    static let path = "/metrics"

    static func verdict(on request: FrontRequest) -> Verdict {
        let path = request.target.prefix { $0 != "?" }
        guard path.utf8.elementsEqual(Self.path.utf8) else { return .answer(.notFound) }
        // Another protocol on the same connection is not spoken here, and a scrape has no body.
        guard request.values(of: "upgrade").isEmpty, !request.hasBody else { return .answer(.badRequest) }
        guard ["GET", "HEAD"].contains(request.method) else { return .answer(.methodNotAllowed) }
        return .metrics(MetricsFormat(accepting: request.values(of: "accept")))
    }
}

extension FrontAnswer {
    static let methodNotAllowed = FrontAnswer(status: 405, reason: "Method Not Allowed", headers: ["allow": "GET, HEAD"])

    /// There are no metrics: Prometheus then sets `up` to 0 and ends every series, so that nothing old is taken for present.
    static func noMetrics(_ reason: String) -> FrontAnswer {
        FrontAnswer(
            status: 503, reason: "Service Unavailable", headers: ["content-type": "text/plain; charset=utf-8", "retry-after": "10"],
            body: reason + "\n")
    }
}
