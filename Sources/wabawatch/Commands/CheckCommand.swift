import ArgumentParser
import Printing
import Programs
import WabaWatchClient
import WabaWatchInterface
import WhatsAppBusiness

/// One line and an exit status for a monitoring system.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check everything, or one account, for a monitoring system such as Nagios or Icinga.",
        discussion: """
            Prints one line with performance data and exits as monitoring plugins do: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN (the daemon cannot be \
            reached, or the account or number is not watched). What is muted does not count, nor what is less \
            urgent than --severity.
            """)

    @OptionGroup var connection: SocketOptions
    @OptionGroup(title: "Filters") var scope: ScopeOptions
    @Argument(help: "The account to check; all accounts if omitted.", completion: .daemon(.account))
    var account: String?

    mutating func run() async throws {
        let line = await checked()
        let output = LineOutput()
        do {
            try output.line(line.line)
            try output.flush()
        } catch is BrokenPipe {}
        if line.state != .ok { throw ExitCode(line.state.rawValue) }
    }

    private func checked() async -> CheckLine {
        do {
            let session = Session(connection)
            if account == nil, scope.isEverything, let overview = try await session.client.overview() {
                let alarms = try await session.alarms(Filter()).map { AlarmEntry($0, now: session.page.now) }
                return CheckLine(
                    StatusReport(
                        status: overview.status, resources: overview.resources, counted: overview.well, alarms: alarms,
                        mutes: try await session.mutes()))
            }
            var status = try await session.client.getStatus()
            var place = scope.place
            place.account += account.map { [$0] } ?? []
            let known = status.accountNames
            var filter = try await place.filter(session, known: { known })
            let alarms = try await session.alarms(filter)
            filter.kinds = [.account, .phoneNumber]
            var resources: [Resource] = []
            for try await resource in session.client.list(filter) { resources.append(resource) }
            if filter.phoneNumberIDs != nil, !resources.contains(where: { $0.kind == .phoneNumber }) {
                throw Failure("no phone number is watched that reads \(place.number.joined(separator: ", "))")
            }
            status.narrow(to: filter)
            let now = session.page.now
            let report = StatusReport(
                status: status, resources: resources, alarms: alarms.map { AlarmEntry($0, now: now) }, mutes: try await session.mutes(),
                least: scope.severity)
            return CheckLine(report, budget: Set(place.account).count == 1 ? status.budgets.first : nil, least: scope.severity)
        } catch { return CheckLine(unknown: Ending(error)?.message ?? "\(error)") }
    }
}
