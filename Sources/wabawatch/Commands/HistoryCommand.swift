import ArgumentParser
import Printing
import WabaWatchClient
import WabaWatchInterface
import WhatsAppBusiness

/// Past changes.
struct HistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "Print past changes, the oldest first.",
        discussion: """
            Times are journalctl's: yesterday, today, -2h, "3 days ago", 2026-11-21, "2026-11-21 14:05", 14:05, @1795233600, or RFC 3339.
            """)

    @OptionGroup var connection: SocketOptions
    @OptionGroup var form: ChangeOutputOptions
    @OptionGroup var changes: ChangeOptions
    @OptionGroup var pager: PagerOptions
    @Option(parsing: .unconditional, help: "Only changes at or after this time.")
    var since: MomentArgument?
    @Option(parsing: .unconditional, help: "Only changes up to this time.")
    var until: MomentArgument?
    @Option(help: "Only changes behind this cursor.")
    var after: String?
    @Flag(name: .shortAndLong, help: "Print the newest first.")
    var reverse = false
    @Option(name: [.customShort("n"), .customLong("lines")], help: "Show the newest N changes.")
    var lines: Int?

    func validate() throws {
        if let lines, !HistoryParameters.limits.contains(lines) {
            throw ValidationError("-n is from \(HistoryParameters.limits.lowerBound) to \(HistoryParameters.limits.upperBound).")
        }
    }

    mutating func run() async throws {
        let session = Session(connection)
        let parameters = HistoryParameters(
            filter: try await changes.filter(session), after: after.map { Cursor($0) }, since: since?.moment, until: until?.moment)
        let text = ChangeText(form: form.output, page: session.page, host: CloudEvent.machineName())
        try await session.print(paged: !pager.noPager) { output in
            if reverse {
                try await newest(lines, parameters, session) { try output.lines(text.lines($0)) }
            } else if let lines {
                var changes: [Change] = []
                try await newest(lines, parameters, session) { changes.append($0) }
                for change in changes.reversed() { try output.lines(text.lines(change)) }
            } else {
                try await everything(parameters, session) { try output.lines(text.lines($0)) }
            }
        }
    }

    /// The newest changes, the newest first; what one call gives at most.
    private func newest(_ count: Int?, _ parameters: HistoryParameters, _ session: Session, _ take: (Change) throws -> Void) async throws {
        var parameters = parameters
        parameters.newestFirst = true
        parameters.limit = count ?? HistoryParameters.limits.upperBound
        var taken = 0
        for try await change in session.client.history(parameters) {
            try take(change)
            taken += 1
        }
        if count == nil, taken == parameters.limit { Session.remark("older changes are left out; --until tells where to go on") }
    }

    /// Every change, the oldest first, in as many calls as it takes.
    private func everything(_ parameters: HistoryParameters, _ session: Session, _ take: (Change) throws -> Void) async throws {
        var parameters = parameters
        parameters.limit = HistoryParameters.limits.upperBound
        var taken: Int
        repeat {
            taken = 0
            for try await change in session.client.history(parameters) {
                try take(change)
                taken += 1
                parameters.after = change.cursor
            }
        } while taken == parameters.limit
    }
}
