import ArgumentParser
import Printing
import StrictJSON
import WabaWatchClient
import WabaWatchInterface
import WhatsAppBusiness

/// One thing, whole.
struct ShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one thing whole, and what changed last.",
        discussion: "A phone number may be given as people write it. Where an id fits several things, --account or --number tells which.")

    @OptionGroup var connection: SocketOptions
    @OptionGroup var form: OutputOptions
    @OptionGroup var pager: PagerOptions
    @Option(help: "The account that it belongs to.", completion: .daemon(.account))
    var account: String?
    @Option(help: "The number that it belongs to.", completion: .daemon(.number()))
    var number: String?
    @Argument(help: "What kind of thing it is.")
    var kind: Kind
    @Argument(help: "Its id.", completion: .daemon(.id()))
    var id: String

    mutating func run() async throws {
        let session = Session(connection)
        let freshness = form.output == .short || form.output == .full ? try await session.freshness() : Freshness()
        let resource = try await find(session)
        try await session.print(paged: !pager.noPager) { output in
            switch form.output {
            case .json: try output.line(PrintableText(resource.json))
            case .cat: try output.line(PrintableText(resource.document))
            case .short, .full:
                let last = try await lastChange(of: resource, session)
                let staleness = freshness.staleness(of: resource)
                try output.lines(ResourcePage(resource: resource, lastChange: last, staleness: staleness).lines(session.page))
            }
        }
    }

    private func find(_ session: Session) async throws -> Resource {
        let accounts = account.map { Set([$0]) }
        let id = kind == .phoneNumber ? try await session.phoneNumberID(id, accounts: accounts) : id
        var filter = Filter(accounts: accounts, kinds: [kind], ids: [id])
        if let number { filter.phoneNumberIDs = [try await session.phoneNumberID(number, accounts: accounts)] }
        var found: [Resource] = []
        for try await resource in session.client.list(filter) { found.append(resource) }
        guard let first = found.first else { throw Failure("there is no \(kind.rawValue) \(id)") }
        guard found.count == 1 else {
            let places = found.map { [$0.account, $0.phoneNumberID].compactMap { $0 }.joined(separator: "/") }.joined(separator: ", ")
            throw Failure(
                "\(kind.rawValue) \(id) is there \(found.count) times (\(places)); say which with --account or --number")
        }
        return first
    }

    /// A daemon without a history has a present all the same.
    private func lastChange(of resource: Resource, _ session: Session) async throws -> Change? {
        let filter = Filter(
            accounts: [resource.account], kinds: resource.kind.known.map { [$0] }, ids: [resource.id],
            phoneNumberIDs: resource.phoneNumberID.map { [$0] })
        return try await session.changes(filter, limit: 1).first
    }
}
