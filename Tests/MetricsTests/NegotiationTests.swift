import Testing

@testable import Metrics

@Suite struct NegotiationTests {
    @Test(arguments: [
        ([], MetricsFormat.prometheus), (["*/*"], .prometheus), (["text/plain"], .prometheus), (["application/json"], .prometheus),
        (["application/openmetrics-text"], .openMetrics), (["application/openmetrics-text; version=1.0.0; charset=utf-8"], .openMetrics),
        (["application/openmetrics-text;version=2.0.0"], .prometheus), (["application/openmetrics-text;q=0"], .prometheus),
        (["text/plain;q=0.9, application/openmetrics-text;q=0.1"], .prometheus),
        (["text/plain;version=0.0.4;q=0.5", "application/openmetrics-text;version=1.0.0;q=0.5"], .openMetrics),
        // Prometheus 2.42 and 3.5.
        (
            [
                "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
            ], .openMetrics
        ),
        (
            [
                "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
            ], .openMetrics
        ), ([",;;q=,=;,"], .prometheus),
    ])
    func format_isWhatTheClientAccepts(accept: [String], format: MetricsFormat) {
        #expect(MetricsFormat(accepting: accept) == format)
    }
}
