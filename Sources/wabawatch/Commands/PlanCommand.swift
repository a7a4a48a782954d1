import ArgumentParser
import Printing
import StrictJSON
import WabaWatchClient
import WabaWatchInterface

/// What watching costs, and how fresh it keeps things.
struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Show calls an hour for each account and kind, against the budget, and how fresh each kind is kept.",
        discussion: """
            A poll costs one call at least; CALLS/POLL says where it is more: lists of more than one page, and answers that bring other kinds and that Meta \
            counts as several calls. What comes with another kind's answers costs no call of its own; SAVED/H says how many that saves in an hour.
            """)

    @OptionGroup var connection: SocketOptions
    @OptionGroup var form: OutputOptions
    @OptionGroup var pager: PagerOptions

    mutating func run() async throws {
        let session = Session(connection)
        let status = try await session.client.getStatus()
        try await session.print(paged: !pager.noPager) { output in
            switch form.output {
            case .json: for watch in status.watches { try output.line(PrintableText(watch.json)) }
            case .short, .full, .cat: try output.lines(PlanReport(status: status).lines(session.page))
            }
        }
    }
}
