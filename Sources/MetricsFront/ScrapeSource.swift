package import Metrics

/// Where metrics come from.
package protocol ScrapeSource: Sendable {
    /// What is known now.
    /// - Throws: `NoMetrics` where that is not known, so that nothing old is ever told as present.
    func scrape() async throws -> (figures: DaemonFigures, state: MetricsState)
}

/// There are no metrics now, and why: one sentence.
package struct NoMetrics: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String

    /// For that reason.
    package init(_ reason: String) { description = reason }
}
