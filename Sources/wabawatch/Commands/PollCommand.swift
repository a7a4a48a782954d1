import ArgumentParser
import StrictJSON
import WabaWatchClient
import WabaWatchInterface
import WhatsAppBusiness

/// A look that is taken now.
struct PollCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "poll", abstract: "Look at an account now, within its request budget.",
        discussion: "Returns when the answer has been recorded. Allowed to members of the daemon's control group.")

    @OptionGroup var connection: SocketOptions
    @OptionGroup var form: OutputOptions
    @Option(help: "Only this number, by its id or as people write it.")
    var number: String?
    @Argument(help: "The account's name.")
    var account: String
    @Argument(help: "Only this kind of thing.")
    var kind: Kind?

    mutating func run() async throws {
        let session = Session(connection)
        var phoneNumberID: String?
        if let number { phoneNumberID = try await session.phoneNumberID(number, accounts: [account]) }
        if session.terminal.isTerminal { Session.remark("looking at \(account.printable)…") }
        let reply = try await session.client.poll(account, kind: kind, phoneNumberID: phoneNumberID)
        try await session.print { output in
            switch form.output {
            case .json: try output.line(JSONValue.object(reply.json).description)
            case .cat: try output.line("\(reply.changes)")
            case .short, .full:
                let count = reply.changes == 0 ? "nothing changed" : StatusReport.count(reply.changes, "change") + " recorded"
                try output.line("\(account.printable): \(count), cursor \(reply.cursor.text.printable)")
            }
        }
    }
}
