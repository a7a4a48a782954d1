import ArgumentParser
import Printing
import StrictJSON
import WabaWatchClient
import WabaWatchInterface
import WhatsAppBusiness

/// What is wrong now, the worst first.
struct AlarmsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alarms", abstract: "Show what is wrong now, the worst first.",
        discussion: """
            One cause is one alarm, at the widest thing that it holds for; account "all" is of what concerns all of them. An alarm begins when its condition \
            has held for its time, some at once, and ends when it has been absent for as long. What is muted comes last, with who muted it, until when and why. \
            With -o json each is a Resource of kind alarm.
            """)

    @OptionGroup var connection: SocketOptions
    @OptionGroup var form: OutputOptions
    @OptionGroup(title: "Filters") var scope: ScopeOptions
    @OptionGroup var pager: PagerOptions

    mutating func run() async throws {
        let session = Session(connection)
        let filter = try await scope.place.filter(session) { try await session.client.getStatus().accountNames }
        let now = session.page.now
        let least = scope.severity ?? .info
        let alarms = try await session.alarms(filter).map { AlarmEntry($0, now: now) }.filter { $0.severity >= least }
        try await session.print(paged: !pager.noPager) { output in
            let report = AlarmReport(alarms)
            switch form.output {
            case .json: for alarm in report.alarms { try output.line(PrintableText(alarm.resource.json)) }
            case .cat: for alarm in report.alarms { try output.line(PrintableText(alarm.summary)) }
            case .short, .full: try output.lines(alarms.isEmpty ? ["No alarms."] : report.lines(session.page))
            }
        }
    }
}

extension Session {
    /// The alarms that there are; none from a daemon that does not know of any.
    func alarms(_ filter: Filter = Filter()) async throws -> [Resource] {
        var filter = filter
        filter.kinds = [.alarm]
        var alarms: [Resource] = []
        do {
            for try await resource in client.list(filter) { alarms.append(resource) }
        } catch let error as ClientError { guard case .invalidParameter = error.code else { throw error } }
        return alarms
    }

    /// The mutes that are in force; none from a daemon that does not know of any.
    func mutes() async throws -> [MuteEntry] {
        do { return try await client.mutes() } catch let error as ClientError {
            guard case .notImplemented = error.code else { throw error }
            return []
        }
    }
}
