import Printing
import StrictJSON
import WabaWatchInterface
import WhatsAppBusiness

/// What `list` shows: a line for each thing, with what a person would call it; grey, with the time that it is of, where it is not current.
struct ResourceTable {
    let resources: [Resource]
    var freshness = Freshness()

    func lines(_ page: Page) -> [PrintableText] {
        guard !resources.isEmpty else { return [] }
        var table = Table(columns: [
            .init(title: "ACCOUNT", least: 8), .init(title: "KIND"), .init(title: "ID", least: 15), .init(title: "NUMBER", least: 12),
            .init(title: "WHAT", least: 6), .init(title: "CHANGED", isRight: true), .init(title: "AS OF", isRight: true),
        ])
        for resource in resources {
            let number = resource.phoneNumberID.flatMap { $0 == resource.id ? nil : $0 } ?? ""
            let cells: [Table.Cell] = [
                .init(resource.account), .init(resource.kind.rawValue), .init(resource.id, .bold), .init(number), Self.what(resource),
                .init(Spans.column(page.now - resource.changedAt.milliseconds)),
            ]
            table.rows.append(Table.row(cells, freshness.staleness(of: resource), page))
        }
        return table.lines(page)
    }

    /// A thing on a line of its own, where no table can be made because more may come.
    static func line(_ resource: Resource, _ page: Page, _ freshness: Freshness = Freshness()) -> PrintableText {
        let what = what(resource)
        let staleness = freshness.staleness(of: resource)
        let asOf = staleness.map { " (as of \(page.time.short($0.asOf.milliseconds)))" } ?? ""
        let name = [resource.account, resource.kind.rawValue, resource.id].joined(separator: " ")
        let words: PrintableText = "\(what.text.isEmpty ? "" : ": ")\(page.paint(what.text, staleness == nil ? what.style : .faint))"
        return "\(page.time.short(resource.changedAt.milliseconds)) \(name)\(words)\(page.paint(PrintableText(asOf), .faint))"
    }

    /// The members that tell a thing of its kind apart, coloured by how it stands.
    private static func what(_ resource: Resource) -> Table.Cell {
        let document = resource.document
        let names = resource.kind.known?.row.headlineMembers ?? []
        let texts = names.compactMap { document[$0]?.string }
        let style = StatusReport.style(Health(resource))
        let text = names.isEmpty && !document.isEmpty ? JSONValue.object(document).description : texts.joined(separator: ", ")
        return .init(text, style)
    }
}
