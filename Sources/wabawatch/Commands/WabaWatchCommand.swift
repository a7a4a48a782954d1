import ArgumentParser
import Glibc
import Printing
import Programs
import WabaWatchClient
import WabaWatchInterface

/// `wabawatch`: what is watched, and what changed, for people and scripts.
@main struct WabaWatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wabawatch",
        abstract: "Show WhatsApp Business accounts: their present state, and everything that changed.",
        version: Interface.release,
        subcommands: [
            StatusCommand.self, MonitorCommand.self, HistoryCommand.self, TimelineCommand.self, ListCommand.self, ShowCommand.self,
            PollCommand.self, PlanCommand.self, CheckCommand.self, MetricsCommand.self, AlarmsCommand.self, MuteCommand.self,
            UnmuteCommand.self,
            MutesCommand.self, BlockCommand.self, UnblockCommand.self, SetCommand.self, QRCommand.self,
            SendTemplateCommand.self, RestoreCommand.self, ReportCommand.self, CallCommand.self, DoctorCommand.self,
            BackupCommand.self,
        ],
        defaultSubcommand: StatusCommand.self)

    @OptionGroup var connection: SocketOptions

    static func main() async {
        // A reader that has gone is seen by the write that fails.
        signal(SIGPIPE, SIG_IGN)
        await start(telling: Ending.init)
    }
}

extension Ending {
    /// EX_UNAVAILABLE of sysexits.h.
    static let unavailable: Int32 = 69

    /// `nil` for the errors of the argument parser, which tells them itself.
    init?(_ error: any Error) {
        switch error {
        case let error as ClientError where error.code == .notRunning:
            self.init(message: "\(error); start the daemon with: systemctl start wabawatchd", code: Self.unavailable)
        case let error as ClientError where error.isPassing: self.init(message: error.description, code: Self.unavailable)
        case let error as ClientError where error.code == .notPermitted:
            self.init(message: "\(error); root and members of the group wabawatch may", code: 1)
        case let error as ClientError where error.isOfAnAction:
            let journal = "journalctl -t wabawatchd MESSAGE_ID=8e4a1d5c7b2f4936b0d8f6e3a9c5712b"
            self.init(message: "\(error); the daemon's journal says what is wrong with it: \(journal)", code: 1)
        case is ClientError, is Failure, is CursorFileError, is OutputFailure: self.init(message: "\(error)", code: 1)
        default: return nil
        }
    }
}

extension ClientError {
    /// Whether it is about what is to be set, or whom it is about: of that the daemon says in the call only where it stands.
    fileprivate var isOfAnAction: Bool {
        guard case .invalidParameter(let name) = code else { return false }
        return ["document", "users", "to", "components"].contains(String(name.prefix { $0 != "." && $0 != "[" }))
    }
}
