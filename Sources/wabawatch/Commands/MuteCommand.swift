import Alarms
import ArgumentParser
import Printing
import StrictJSON
import WabaWatchClient
import WabaWatchInterface
import WhatsAppBusiness

/// A length of time: `2d`, `1h 30min`.
struct SpanArgument: ExpressibleByArgument {
    let milliseconds: Int64

    init?(argument: String) {
        guard let milliseconds = Spans.parse(argument), milliseconds > 0 else { return nil }
        self.milliseconds = milliseconds
    }
}

/// Mutes alarms.
struct MuteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mute", abstract: "Mute alarms of an account or one of its numbers for a while.",
        discussion: """
            A muted alarm is kept and shown with its mute, told as info, and left out of exit codes. It ends by itself; an alarm that worsens past what it was \
            when it was muted breaks its mute. Account "*" is what concerns all accounts. Allowed to members of the daemon's control group; the change says who it was.
            """)

    @OptionGroup var connection: SocketOptions
    @OptionGroup var form: OutputOptions
    @Option(
        help: ArgumentHelp(
            "Only alarms of this name, such as quality, or with this id, such as unexpected/callback; may be repeated.", valueName: "name"),
        completion: .list(AlarmSettings.names.sorted()))
    var alarm: [String] = []
    @Option(name: .customLong("for"), help: ArgumentHelp("For so long: 2d, \"1h 30min\".", valueName: "duration"))
    var span: SpanArgument?
    @Option(parsing: .unconditional, help: ArgumentHelp("Until this time, in journalctl's words.", valueName: "time"))
    var until: MomentArgument?
    @Option(help: ArgumentHelp("The reason, shown with the alarms.", valueName: "text"))
    var reason: String?
    @Argument(help: "The account's name.", completion: .daemon(.account))
    var account: String
    @Argument(help: "The number, by its id or as people write it.", completion: .daemon(.number(accountAt: 0)))
    var number: String?

    func validate() throws {
        guard (span == nil) != (until == nil) else { throw ValidationError("Say until when: either --for or --until.") }
        let names = alarm.filter { !$0.contains("/") }
        guard names.isEmpty || names.count == alarm.count else { throw ValidationError("--alarm takes names or ids, not both at once.") }
        for name in alarm {
            let known = String(name.prefix { $0 != "/" })
            guard AlarmSettings.names.contains(known) else {
                throw ValidationError(Nearest.sentence("no alarm is named \(known)", known, AlarmSettings.names) + ".")
            }
        }
    }

    mutating func run() async throws {
        let session = Session(connection)
        var filter = Filter(accounts: [account])
        if let number { filter.phoneNumberIDs = [try await session.phoneNumberID(number, accounts: [account])] }
        let isOfNames = alarm.allSatisfy { !$0.contains("/") }
        if !isOfNames { filter.ids = Set(alarm) }
        let end = until?.moment ?? Timestamp(milliseconds: TimeRules.now + (span?.milliseconds ?? 0))
        guard end.milliseconds > TimeRules.now else { throw Failure("\(session.page.time.full(end.milliseconds)) is past") }
        let mute = try await session.client.mute(filter, names: alarm.isEmpty || !isOfNames ? nil : Set(alarm), until: end, reason: reason)
        try await session.print { output in
            switch form.output {
            case .json: try output.line(PrintableText(mute.json))
            case .cat: try output.line(PrintableText(mute.id))
            case .short, .full:
                let page = session.page
                let (until, left) = (mute.until.milliseconds, Spans.relative(mute.until.milliseconds, to: page.now))
                try output.line(
                    "muted \(MuteTable.words(of: mute)) until \(page.time.full(until)), \(left); end it with: wabawatch unmute \(mute.id)")
            }
        }
    }
}

/// Ends mutes.
struct UnmuteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unmute", abstract: "End mutes.",
        discussion: "Allowed to members of the daemon's control group. wabawatch mutes shows the ids.")

    @OptionGroup var connection: SocketOptions
    @Argument(help: ArgumentHelp("The mutes' ids.", valueName: "id"), completion: .daemon(.mute))
    var ids: [String]

    mutating func run() async throws {
        let session = Session(connection)
        for id in ids {
            try await session.client.unmute(id)
            try await session.print { try $0.line("unmuted \(id)") }
        }
    }
}

/// The mutes that are in force.
struct MutesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "mutes", abstract: "Show the mutes that are in force.")

    @OptionGroup var connection: SocketOptions
    @OptionGroup var form: OutputOptions
    @OptionGroup var pager: PagerOptions

    mutating func run() async throws {
        let session = Session(connection)
        let mutes = try await session.client.mutes()
        try await session.print(paged: !pager.noPager) { output in
            switch form.output {
            case .json: for mute in mutes { try output.line(PrintableText(mute.json)) }
            case .cat: for mute in mutes { try output.line(PrintableText(mute.id)) }
            case .short, .full: try output.lines(mutes.isEmpty ? ["No mutes."] : MuteTable(mutes: mutes).lines(session.page))
            }
        }
    }
}
