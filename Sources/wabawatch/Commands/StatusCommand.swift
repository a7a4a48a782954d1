import ArgumentParser
import Printing
import StrictJSON
import WabaWatchClient
import WabaWatchInterface
import WhatsAppBusiness

/// How everything stands, the worst first.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show what is wrong, and the state of accounts, numbers and watches, the worst first.",
        discussion: """
            The exit status serves monitoring checks: 0 when all is well; 2 when something deserves attention (a rating of YELLOW or RED, FLAGGED, \
            RATE_LIMITED, health LIMITED, a watch that is not current); 3 when something is critical (banned, disconnected, deleted, restricted, \
            disabled, health BLOCKED, a token refused), or an alarm is; 69 when the daemon is not there. What is muted does not count. Of more than 20 accounts \
            those that are well are counted; --all lists them. With -o json the first line is the daemon's Status, the others are the accounts, numbers and \
            alarms, a Resource each.
            """)

    @OptionGroup var connection: SocketOptions
    @OptionGroup var form: OutputOptions
    @OptionGroup(title: "Filters") var scope: ScopeOptions
    @OptionGroup var pager: PagerOptions
    @Flag(help: "List everything, also what is well.")
    var all = false

    mutating func run() async throws {
        let session = Session(connection)
        let report: StatusReport
        var resources: [Resource] = []
        var alarms: [Resource] = []
        if let overview = isForPeople && !all && scope.isEverything ? try await session.client.overview() : nil,
            overview.status.budgets.count > StatusReport.mostAccounts
        {
            alarms = try await session.alarms(Filter())
            report = try await self.report(overview.status, overview.resources, overview.well, alarms, session)
        } else {
            var status = try await session.client.getStatus()
            let known = status.accountNames
            var filter = try await scope.place.filter(session, known: { known })
            alarms = try await session.alarms(filter)
            filter.kinds = [.account, .phoneNumber]
            for try await resource in session.client.list(filter) { resources.append(resource) }
            status.narrow(to: filter)
            report = try await self.report(status, resources, [], alarms, session)
        }
        // A check that reads the first line alone gets the exit status all the same.
        do {
            try await session.print(paged: !pager.noPager) { output in
                switch form.output {
                case .json:
                    try output.line(PrintableText(report.status.json))
                    for resource in resources + alarms { try output.line(PrintableText(resource.json)) }
                case .cat: try output.line("\(report.health)")
                case .short, .full: try output.lines(report.lines(session.page))
                }
            }
        } catch is BrokenPipe {}
        if report.health != .good { throw ExitCode(report.health.exitCode) }
    }

    private var isForPeople: Bool { form.output == .short || form.output == .full }

    private func report(
        _ status: Status, _ resources: [Resource], _ counted: [OverviewReply.Well], _ alarms: [Resource], _ session: Session
    ) async throws -> StatusReport {
        // What is counted needs no time.
        let states = isForPeople ? try await session.stateTimes(of: counted.isEmpty ? nil : Set(resources.map(\.account))) : StateTimes()
        let now = session.page.now
        return StatusReport(
            status: status, resources: resources, counted: counted, states: states, alarms: alarms.map { AlarmEntry($0, now: now) },
            mutes: try await session.mutes(), showsAll: all, least: scope.severity)
    }
}
