import ArgumentParser
import Printing
import StrictJSON
import WabaWatchClient
import WabaWatchInterface
import WhatsAppBusiness

/// Who is to be blocked or unblocked, and where.
struct UserArguments: ParsableArguments {
    @Argument(help: "The account's name.", completion: .daemon(.account))
    var account: String
    @Argument(help: "The number, by its id or as people write it.", completion: .daemon(.number(accountAt: 0)))
    var number: String
    @Argument(help: "Users by number or id; - reads them from standard input, one a line.")
    var users: [String]

    /// The users in calls of a request each, so that it is seen how far it is.
    func lists(_ session: Session) async throws -> [UserList] {
        let number = try await session.phoneNumberID(number, accounts: [account])
        var all: [String] = []
        for user in users { all += user == "-" ? Self.standardInput() : [user] }
        return stride(from: 0, to: all.count, by: UserList.requestSize).map { start in
            UserList(account: account, phoneNumberID: number, users: Array(all[start..<min(start + UserList.requestSize, all.count)]))
        }
    }

    private static func standardInput() -> [String] {
        var users: [String] = []
        while let line = readLine() {
            let words = line.split { $0 == " " || $0 == "\t" || $0 == "\r" }
            if !words.isEmpty { users.append(words.joined(separator: " ")) }
        }
        return users
    }
}

/// Blocks users at Meta.
struct BlockCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "block", abstract: "Block users at a number.",
        discussion: """
            Changes the account at Meta, a thousand users a request; allowed to members of the daemon's control group, where the account's actions have block. \
            Exit status 1 when a user could not be blocked. Where it is open what Meta did of a request, that is said, and nothing more is asked for: what was \
            printed before was done; wabawatch list blocked_user shows the rest.
            """)

    @OptionGroup var connection: SocketOptions
    @OptionGroup var form: OutputOptions
    @OptionGroup var asking: ActionOptions
    @OptionGroup var users: UserArguments

    mutating func run() async throws {
        let session = Session(connection)
        var outcome = BlockOutcome(form: form.output, word: "blocked")
        let lists = try await users.lists(session)
        let count = lists.reduce(0) { $0 + $1.users.count }
        try asking.confirm("block \(StatusReport.count(count, "user")) at \(lists.first?.phoneNumberID ?? "")")
        let progress = lists.count > 1 ? ProgressLine() : nil
        for (index, list) in lists.enumerated() {
            try progress?.show("blocking: \(index * UserList.requestSize) of \(count) users")
            let reply = try await session.client.block(list)
            try progress?.clear()
            try await session.print { try outcome.print(reply.added, reply.failed, reply.json, session.page, $0) }
        }
        if outcome.hasFailed { throw ExitCode(1) }
    }
}

/// Unblocks users at Meta.
struct UnblockCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unblock", abstract: "Unblock users at a number.",
        discussion: """
            Changes the account at Meta, a thousand users a request; allowed to members of the daemon's control group, where the account's actions have block. \
            Exit status 1 when a user could not be unblocked. Where it is open what Meta did of a request, that is said, and nothing more is asked for: what was \
            printed before was done; wabawatch list blocked_user shows the rest.
            """)

    @OptionGroup var connection: SocketOptions
    @OptionGroup var form: OutputOptions
    @OptionGroup var asking: ActionOptions
    @OptionGroup var users: UserArguments

    mutating func run() async throws {
        let session = Session(connection)
        var outcome = BlockOutcome(form: form.output, word: "unblocked")
        let lists = try await users.lists(session)
        let count = lists.reduce(0) { $0 + $1.users.count }
        try asking.confirm("unblock \(StatusReport.count(count, "user")) at \(lists.first?.phoneNumberID ?? "")")
        let progress = lists.count > 1 ? ProgressLine() : nil
        for (index, list) in lists.enumerated() {
            try progress?.show("unblocking: \(index * UserList.requestSize) of \(count) users")
            let reply = try await session.client.unblock(list)
            try progress?.clear()
            try await session.print { try outcome.print(reply.removed, reply.failed, reply.json, session.page, $0) }
        }
        if outcome.hasFailed { throw ExitCode(1) }
    }
}

/// What became of the users.
private struct BlockOutcome {
    let form: OutputForm
    let word: String
    private(set) var hasFailed = false

    init(form: OutputForm, word: String) {
        self.form = form
        self.word = word
    }

    mutating func print(
        _ done: [BlockedUserRecord], _ failed: [BlockFailure], _ json: JSONObject, _ page: Page, _ output: LineOutput
    ) throws {
        hasFailed = hasFailed || !failed.isEmpty
        if form == .json { return try output.line(PrintableText(json)) }
        for user in done {
            let id = (user.waID ?? user.userID).map { $0 == user.input ? "" : " (\($0))" } ?? ""
            try output.line(form == .cat ? PrintableText(user.input) : "\(word) \(user.input)\(id)")
        }
        for failure in failed {
            try output.line(page.paint("not \(word) \(failure.input): \(failure.message) (\(failure.code))", .critical))
        }
    }
}
