import ArgumentParser
import Printing
import StrictJSON
import WabaWatchClient
import WabaWatchInterface
import WhatsAppBusiness

/// The present state of many things.
struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List what is watched, as it is now.")

    @OptionGroup var connection: SocketOptions
    @OptionGroup var form: OutputOptions
    @OptionGroup(title: "Filters") var things: ThingOptions
    @Option(help: "Only what is of this severity and worse, as it is now.")
    var severity: Severity?
    @OptionGroup var pager: PagerOptions
    @Argument(help: ArgumentHelp("Only this kind of thing.", valueName: "kind"))
    var onlyKind: Kind?

    mutating func run() async throws {
        let session = Session(connection)
        var filter = try await things.filter(session)
        let isForPeople = form.output == .short || form.output == .full
        // Before the list: what becomes current meanwhile is shown as it was, and not the other way round.
        let freshness = isForPeople ? try await session.freshness() : Freshness()
        if let onlyKind { filter.kinds = (filter.kinds ?? []).union([onlyKind]) }
        try await session.print(paged: !pager.noPager) { output in
            let page = session.page
            var resources: [Resource] = []
            for try await resource in session.client.list(filter) where severity.map({ Severity(of: resource) >= $0 }) ?? true {
                switch form.output {
                case .short: resources.append(resource)
                case .json: try output.line(PrintableText(resource.json))
                case .cat: try output.line(PrintableText(resource.id))
                case .full:
                    let staleness = freshness.staleness(of: resource)
                    try output.lines(ResourcePage(resource: resource, lastChange: nil, staleness: staleness).lines(page) + [""])
                }
            }
            try output.lines(ResourceTable(resources: resources, freshness: freshness).lines(page))
        }
    }
}
