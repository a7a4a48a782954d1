import ArgumentParser
import Printing
import StrictJSON
import WabaWatchClient
import WabaWatchInterface
import WhatsAppBusiness

/// Sets members of a thing at Meta.
struct SetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Set members of a profile, of settings, of an account or a number.",
        discussion: """
            Members are Meta's: about=Hello, websites='["https://shop.example"]', is_cart_enabled=true, or inner ones such as \
            conversational_automation.prompts='["Opening hours?"]'. What is not named stays as it is. Changes the account at Meta once, and polls it \
            afterwards; allowed to members of the daemon's control group, where the account's actions allow it. Exit status 1 where it was not done.
            """)

    @OptionGroup var connection: SocketOptions
    @OptionGroup var form: OutputOptions
    @OptionGroup var asking: ActionOptions
    @OptionGroup var trial: DryRunOptions
    @Option(help: "Which one, where there are several: a QR code, an app.", completion: .daemon(.id(accountAt: 1)))
    var id: String?
    @Argument(
        help: "What is set: business_profile, commerce_settings, phone_number_settings, phone_number, account, qr_code, subscribed_app.")
    var kind: Kind
    @Argument(help: "The account's name.", completion: .daemon(.account))
    var account: String
    @Argument(
        help: ArgumentHelp(
            "The number, by its id or as people write it, where it is of one; then what is set.", valueName: "number|member=value"),
        completion: .daemon(.number(accountAt: 1, at: 2)))
    var words: [String]

    mutating func run() async throws {
        let session = Session(connection)
        let hasNumber = words.first.map { !$0.contains("=") } ?? false
        let document = try Assignments(Array(words.dropFirst(hasNumber ? 1 : 0))).document
        guard !document.isEmpty else { throw Failure("say what to set: MEMBER=VALUE") }
        var number: String?
        if hasNumber { number = try await session.phoneNumberID(words[0], accounts: [account]) }
        let parameters = UpdateParameters(account: account, kind: kind, id: id, phoneNumberID: number, document: document)
        if trial.dryRun {
            let present = try await session.present(parameters)
            return try await session.print { try $0.lines(PlannedChange(from: present, setting: document).texts) }
        }
        try asking.confirm("set \(document.names.joined(separator: ", ")) of \(kind.rawValue) \(number ?? account)")
        try await session.update(parameters, form.output)
    }
}

/// Sets a thing back to what it was.
struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Set a thing back to what it was at a time.",
        discussion: """
            Takes back what changed since, as history has it, shows the difference and, unless it is a dry run, sets it. What Meta does not let anybody set is \
            named and left as it is. Exit status 1 where it was not done.
            """)

    @OptionGroup var connection: SocketOptions
    @OptionGroup var form: OutputOptions
    @OptionGroup var asking: ActionOptions
    @OptionGroup var trial: DryRunOptions
    @Option(parsing: .unconditional, help: ArgumentHelp("A time in journalctl's words, or a cursor.", valueName: "time|cursor"))
    var at: String
    @Option(help: "The account that it belongs to.", completion: .daemon(.account))
    var account: String?
    @Option(help: "The number that it belongs to.", completion: .daemon(.number()))
    var number: String?
    @Argument(help: "What kind of thing it is.")
    var kind: Kind
    @Argument(help: "Its id; a phone number may be given as people write it.", completion: .daemon(.id()))
    var id: String

    mutating func run() async throws {
        let session = Session(connection)
        guard Restoring.members(of: kind) != nil else { throw Failure("a \(kind.rawValue) cannot be set back") }
        let resource = try await session.resource(kind, id, account: account, number: number)
        let past = try await session.document(of: resource, at: at)
        guard let past else { throw Failure("\(kind.rawValue) \(resource.id) was not there then") }
        let (document, left) = Restoring.document(of: kind, from: resource.document, to: past)
        if !left.isEmpty { Session.remark("these differ and cannot be set: \(left.joined(separator: ", "))") }
        let change = PlannedChange(from: resource.document, setting: document)
        if trial.dryRun || document.isEmpty { return try await session.print { try $0.lines(change.texts) } }
        let errors = LineOutput.errors
        try errors.lines(change.texts)
        try errors.flush()
        try asking.confirm("set this back")
        let isCode = kind == .qrCode
        let parameters = UpdateParameters(
            account: resource.account, kind: kind, id: isCode ? resource.id : nil, phoneNumberID: resource.phoneNumberID, document: document
        )
        try await session.update(parameters, form.output)
    }
}

extension Session {
    /// Sets members and says what came of it.
    func update(_ parameters: UpdateParameters, _ form: OutputForm) async throws {
        let reply = try await client.call(parameters)
        try await print { output in
            switch form {
            case .json: try output.line(PrintableText(reply.json))
            case .cat: try output.line(PrintableText(reply.id ?? reply.cursor.text))
            case .short, .full:
                let made = reply.id.map { " \($0)" } ?? ""
                try output.line(PrintableText(Self.told(reply.success, of: made, reply.changes, reply.cursor)))
            }
        }
        if !reply.success { throw ExitCode(1) }
    }

    static func told(_ success: Bool, of what: String = "", _ changes: Int, _ cursor: Cursor) -> String {
        guard success else { return "Meta did not say that it worked; cursor \(cursor.text)" }
        return "done\(what), \(changes == 0 ? "no change" : StatusReport.count(changes, "change")) recorded, cursor \(cursor.text)"
    }

    /// The thing that is to be set, as it was last seen.
    func present(_ parameters: UpdateParameters) async throws -> JSONObject? {
        var filter = Filter(accounts: [parameters.account], kinds: [parameters.kind])
        filter.ids = parameters.id.map { [$0] }
        filter.phoneNumberIDs = parameters.phoneNumberID.map { [$0] }
        for try await resource in client.list(filter) { return resource.document }
        return nil
    }

    /// One thing by its id, and where that fits several, by what it belongs to.
    func resource(_ kind: Kind, _ id: String, account: String?, number: String?) async throws -> Resource {
        let accounts = account.map { Set([$0]) }
        let id = kind == .phoneNumber ? try await phoneNumberID(id, accounts: accounts) : id
        var filter = Filter(accounts: accounts, kinds: [kind], ids: [id])
        if let number { filter.phoneNumberIDs = [try await phoneNumberID(number, accounts: accounts)] }
        var found: [Resource] = []
        for try await resource in client.list(filter) { found.append(resource) }
        guard let first = found.first else { throw Failure("there is no \(kind.rawValue) \(id)") }
        guard found.count == 1 else {
            throw Failure("\(kind.rawValue) \(id) is there \(found.count) times; say which with --account or --number")
        }
        return first
    }

    /// A thing's document as it was at a time or a cursor; `nil` where it was not there.
    func document(of resource: Resource, at place: String) async throws -> JSONObject? {
        let filter = Filter(
            accounts: [resource.account], kinds: resource.kind.known.map { [$0] }, ids: [resource.id],
            phoneNumberIDs: resource.phoneNumberID.map { [$0] })
        var parameters = HistoryParameters(filter: filter, limit: HistoryParameters.limits.upperBound, newestFirst: true)
        if let moment = MomentArgument(argument: place) {
            if let oldest = try await oldestKept(), oldest > moment.moment {
                throw Failure(
                    "no changes are kept from before \(page.time.full(oldest.milliseconds)), so that it is not known what it was then")
            }
            parameters.since = moment.moment
        } else {
            parameters.after = Cursor(place)
        }
        var past = PastDocument(present: resource.document)
        for try await change in client.history(parameters) { try past.takeBack(change) }
        return past.document
    }
}
