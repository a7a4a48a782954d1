import ArgumentParser
import Printing
import StrictJSON
import WabaWatchClient
import WabaWatchInterface
import WhatsAppBusiness

/// How everything stands, the worst first.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show how accounts, numbers and watches stand, the worst first.",
        discussion: """
            The exit status serves monitoring checks: 0 when all is well; 2 when something deserves attention (a rating of YELLOW or RED, FLAGGED, \
            RATE_LIMITED, health LIMITED, a watch that is not current); 3 when something is critical (banned, disconnected, deleted, restricted, \
            disabled, health BLOCKED, a token refused); 69 when the daemon is not there. With -o json the first line is the daemon's Status, the others are \
            the accounts and numbers, a Resource each.
            """)

    @OptionGroup var connection: SocketOptions
    @OptionGroup var form: OutputOptions
    @OptionGroup var pager: PagerOptions

    mutating func run() async throws {
        let session = Session(connection)
        let status = try await session.client.getStatus()
        var resources: [Resource] = []
        for try await resource in session.client.list(Filter(kinds: [.account, .phoneNumber])) { resources.append(resource) }
        let isForPeople = form.output == .short || form.output == .full
        let states = isForPeople ? try await session.stateTimes() : StateTimes()
        let report = StatusReport(status: status, resources: resources, states: states)
        // A check that reads the first line alone gets the exit status all the same.
        do {
            try await session.print(paged: !pager.noPager) { output in
                switch form.output {
                case .json:
                    try output.line(PrintableText(status.json))
                    for resource in resources { try output.line(PrintableText(resource.json)) }
                case .cat: try output.line("\(report.health)")
                case .short, .full: try output.lines(report.lines(session.page))
                }
            }
        } catch is BrokenPipe {}
        if report.health != .good { throw ExitCode(report.health.exitCode) }
    }
}
