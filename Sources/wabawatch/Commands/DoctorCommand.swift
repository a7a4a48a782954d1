import ArgumentParser
import Printing
import StrictJSON
import WabaWatchClient
import WabaWatchInterface
import WhatsAppBusiness

/// Whether everything is as it should be, and what to do where it is not.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Check whether everything is as it should be, and say what to do where it is not.",
        discussion: """
            Checked are the socket, the versions, the unit, the journal, who may read and act, the files with secrets, the connection and the ledger; and of each \
            account its token, when that ends and what it may do, who gets its webhooks, its watches, its budget, the version of the Graph API, and its alarms. \
            The exit status is 0 when all is well, and 1 otherwise. What cannot be found out is shown as unknown, with the reason, and does not count; what \
            is muted neither. Nothing is changed. With -o full every finding is listed, with -o json each is one object a line: check, verdict (well, not_known, \
            attention, wrong), sentence, account, advice and command.
            """)

    @OptionGroup var connection: SocketOptions
    @OptionGroup var form: OutputOptions
    @Option(help: "Only this account, and the host; may be repeated.", completion: .daemon(.account))
    var account: [String] = []
    @Option(help: "Only findings of this severity and worse: what is wrong is critical, what deserves attention a warning.")
    var severity: Severity?
    @OptionGroup var pager: PagerOptions

    mutating func run() async throws {
        let session = Session(connection)
        let findings = Checkup(try await facts(session)).findings.filter { $0.severity >= severity ?? .info }
        do {
            try await session.print(paged: !pager.noPager) { output in
                switch form.output {
                case .json: for finding in findings { try output.line(PrintableText(finding.json)) }
                case .cat: for finding in findings where finding.verdict != .well { try output.line(PrintableText(finding.sentence)) }
                case .short, .full:
                    try output.lines(DoctorReport(findings: findings, showsAll: form.output == .full).lines(session.page))
                }
            }
        } catch is BrokenPipe {}
        if !Checkup.isWell(findings) { throw ExitCode(1) }
    }

    /// Asks the host and the daemon.
    private func facts(_ session: Session) async throws -> DoctorFacts {
        let accounts = account.isEmpty ? nil : Set(account)
        let host = HostInspection(socket: HostInspection.resolved(connection.path))
        let daemon = DaemonInspection(client: session.client, accounts: accounts)
        let answer = try await daemon.answer()
        let unanswered = "wabawatchd does not answer"
        var facts = DoctorFacts(
            now: Timestamp(milliseconds: TimeRules.now), release: Interface.release, user: .current(),
            socket: SocketFacts(path: connection.path, file: HostInspection.file(connection.path, .socket), answer: answer),
            unit: host.unit,
            journal: host.journal, files: host.files, resources: .unknown(unanswered), alarms: .unknown(unanswered),
            newestChange: .unknown(unanswered), unannounced: .unknown(unanswered), accounts: accounts)
        guard let status = facts.status else { return facts }
        for name in account where !status.accountNames.contains(name) {
            throw Failure(Nearest.sentence("no account is named \(name)", name, status.accountNames))
        }
        facts.resources = try await daemon.resources()
        facts.alarms = try await daemon.alarms()
        facts.mutes = try await daemon.mutes()
        facts.newestChange = try await daemon.newestChange()
        if let cursor = facts.journal.value?.cursor { facts.unannounced = try await daemon.change(behind: cursor) }
        facts.now = Timestamp(milliseconds: TimeRules.now)
        return facts
    }
}
