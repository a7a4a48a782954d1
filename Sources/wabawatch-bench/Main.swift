import ArgumentParser

/// Figures with a peer beside them, measured in turns in one run.
@main struct Main: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wabawatch-bench",
        abstract: "Measures what wabawatch is made of beside others that do the same work.",
        discussion: """
            Contenders take turns in one run, and the middle run of each is shown. A peer that is not installed is named as skipped.
            Run it with swift run -c release.
            """,
        subcommands: [
            DecodeBenchmark.self, HostileBenchmark.self, LedgerBenchmark.self, PollBenchmark.self, BlockedBenchmark.self,
            DeliveryBenchmark.self, FanOutBenchmark.self, FanOutServer.self, GrowthBenchmark.self, AccountsBenchmark.self,
            IdleBenchmark.self, RatingBenchmark.self, FreshnessBenchmark.self, SoakBenchmark.self, BatchBenchmark.self, BatchServer.self,
            WebhooksBenchmark.self, ConnectionsBenchmark.self, NotifyBenchmark.self, MetricsBenchmark.self, FleetBenchmark.self, Turns.self,
        ])
}

/// What every benchmark can be told.
struct RunOptions: ParsableArguments {
    @Flag(help: "A few seconds, and exit status 1 when a bound is lost.") var short = false
}
