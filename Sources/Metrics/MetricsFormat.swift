/// The text formats in which metrics are exposed.
public enum MetricsFormat: Sendable, CaseIterable {
    /// OpenMetrics 1.0. <https://prometheus.io/docs/specs/om/open_metrics_spec/>
    case openMetrics
    /// Prometheus's text format 0.0.4. <https://prometheus.io/docs/instrumenting/exposition_formats/>
    case prometheus

    /// The value of `Content-Type`.
    public var contentType: String {
        switch self {
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
        }
    }

    /// What a client wants, by the values of its `Accept` fields (RFC 9110, 12.5.1): OpenMetrics where it is named and not wanted less than the other.
    public init(accepting values: [String]) {
        var (open, plain) = (0.0, 0.0)
        for part in values.joined(separator: ",").split(separator: ",").prefix(32) {
            let words = part.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
            guard let type = words.first else { continue }
            let weight = words.dropFirst().last { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            let version = words.dropFirst().last { $0.hasPrefix("version=") }?.dropFirst("version=".count)
            switch type {
            case "application/openmetrics-text" where version == nil || version == "1.0.0": open = max(open, weight)
            case "text/plain" where version == nil || version == "0.0.4": plain = max(plain, weight)
            default: continue
            }
        }
        self = open > 0 && open >= plain ? .openMetrics : .prometheus
    }
}
