import ArgumentParser

/// `wabawatch-bench`: how fast the parts are, beside what others reach on the same machine in the same minutes.
@main
struct Main: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wabawatch-bench", abstract: "Measures the parts of wabawatch beside the limit and beside others.",
        subcommands: [LedgerBench.self])
}
