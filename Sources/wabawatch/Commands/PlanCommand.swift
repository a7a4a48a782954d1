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
            counts as several calls. What comes with another kind's answers costs no call of its own; SAVED/H says how many that saves in an hour. Where \
            watch.adaptive is on, EVERY shows the shortest and the longest interval of a kind: what the budget leaves is spent where changes are likely, and \
            what hardly changes is the first to be polled less often where it is short. MEAN DELAY is how long a change waits for the poll that finds it: half \
            an interval, in the mean of the kind's watches. -o full shows every watch. More than 20 accounts are summed up, and those whose plan is more than \
            their budget are listed; --all lists every account.
            """)

    @OptionGroup var connection: SocketOptions
    @OptionGroup var form: OutputOptions
    @OptionGroup(title: "Filters") var place: PlaceOptions
    @OptionGroup var pager: PagerOptions
    @Flag(help: "List every account, also where there are more than 20.")
    var all = false

    mutating func run() async throws {
        let session = Session(connection)
        var status = try await session.client.getStatus()
        let known = status.accountNames
        status.narrow(to: try await place.filter(session, known: { known }))
        let shown = status
        try await session.print(paged: !pager.noPager) { output in
            switch form.output {
            case .json: for watch in shown.watches { try output.line(PrintableText(watch.json)) }
            case .short, .cat: try output.lines(PlanReport(status: shown, showsAll: all || !place.account.isEmpty).lines(session.page))
            case .full: try output.lines(PlanReport(status: shown, showsWatches: true).lines(session.page))
            }
        }
    }
}
