import ArgumentParser
import WabaWatchClient
import WabaWatchInterface
import WhatsAppBusiness

/// Past changes.
struct HistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "Print past changes, the oldest first.",
        discussion: """
            Times are journalctl's: yesterday, today, -2h, "3 days ago", 2026-11-21, "2026-11-21 14:05", 14:05, @1795233600, or RFC 3339. Without a time \
            and without -n the newest \(HistoryParameters.defaultLimit) changes are printed.
            """)

    @OptionGroup var connection: SocketOptions
    @OptionGroup var form: OutputOptions
    @OptionGroup var changes: ChangeOptions
    @OptionGroup var pager: PagerOptions
    @Option(help: "Only changes at or after this time.")
    var since: MomentArgument?
    @Option(help: "Only changes up to this time.")
    var until: MomentArgument?
    @Option(help: "Only changes behind this cursor.")
    var after: String?
    @Flag(name: .shortAndLong, help: "Print the newest first.")
    var reverse = false
    @Option(name: [.customShort("n"), .customLong("lines")], help: "Only the newest so many changes.")
    var lines: Int?

    func validate() throws {
        if let lines, !HistoryParameters.limits.contains(lines) {
            throw ValidationError("-n is from \(HistoryParameters.limits.lowerBound) to \(HistoryParameters.limits.upperBound).")
        }
    }

    mutating func run() async throws {
        let session = Session(connection)
        // The newest so many are wanted whichever way they are printed, so they are asked for from the newest on.
        let parameters = HistoryParameters(
            filter: try await changes.filter(session), after: after.map { Cursor($0) }, since: since?.moment, until: until?.moment,
            limit: lines ?? (since == nil && after == nil ? HistoryParameters.defaultLimit : HistoryParameters.limits.upperBound),
            newestFirst: true)
        try await session.print(paged: !pager.noPager) { output in
            let text = ChangeText(form: form.output, page: session.page)
            if reverse {
                for try await change in session.client.history(parameters) { try output.lines(text.lines(change)) }
            } else {
                var changes: [Change] = []
                for try await change in session.client.history(parameters) { changes.append(change) }
                for change in changes.reversed() { try output.lines(text.lines(change)) }
            }
        }
    }
}
