import ArgumentParser
import Printing
import StrictJSON
import WabaWatchClient
import WabaWatchInterface
import WhatsAppBusiness

/// A poll that is taken now.
struct PollCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "poll", abstract: "Poll an account now, within its request budget.",
        discussion: """
            Returns when the answer has been recorded; on a terminal, requests, pages and things so far are shown meanwhile. Allowed to members of the \
            daemon's control group.
            """)

    @OptionGroup var connection: SocketOptions
    @OptionGroup var form: OutputOptions
    @Option(help: "Only this number, by its id or as people write it.", completion: .daemon(.number(accountAt: 0)))
    var number: String?
    @Argument(help: "The account's name.", completion: .daemon(.account))
    var account: String
    @Argument(help: "Only this kind of thing.")
    var kind: Kind?

    mutating func run() async throws {
        let session = Session(connection)
        var phoneNumberID: String?
        if let number { phoneNumberID = try await session.phoneNumberID(number, accounts: [account]) }
        let reply = try await look(PollParameters(account: account, kind: kind, phoneNumberID: phoneNumberID), session.client)
        try await session.print { output in
            switch form.output {
            case .json: try output.line(PrintableText(reply.json))
            case .cat: try output.line("\(reply.changes)")
            case .short, .full:
                let count = reply.changes == 0 ? "nothing changed" : StatusReport.count(reply.changes, "change") + " recorded"
                try output.line("\(account): \(count), cursor \(reply.cursor.text)")
            }
        }
    }

    private static let progressEvery = Duration.milliseconds(500)

    /// Polls, and meanwhile asks on other connections how far it is.
    private func look(_ parameters: PollParameters, _ client: WabaWatch) async throws -> PollReply {
        try await withThrowingTaskGroup(of: PollReply?.self) { group in
            group.addTask { try await client.call(parameters) }
            group.addTask {
                // That nothing can be shown is no reason to give up the poll.
                try? await Self.showProgress(parameters, client)
                return nil
            }
            defer { group.cancelAll() }
            while let ended = try await group.next() { if let reply = ended { return reply } }
            throw CancellationError()
        }
    }

    private static func showProgress(_ parameters: PollParameters, _ client: WabaWatch) async throws {
        guard let line = ProgressLine() else { return }
        defer { try? line.clear() }
        var status = try await client.getStatus()
        let progress = PollProgress(parameters, before: status)
        var pause = progressEvery
        while true {
            try line.show(progress.line(status))
            try await client.clock.sleep(for: pause)
            // Where very many are watched, asking takes its time, and the daemon's: a tenth of it at the most.
            let asking = try await client.clock.measure { status = try await client.getStatus() }
            pause = max(progressEvery, asking * 9)
        }
    }
}
