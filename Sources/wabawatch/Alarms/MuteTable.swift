import Printing
import WabaWatchInterface
import WhatsAppBusiness

/// What `mutes` shows: a row for each mute, and below it why it is, which is longer than a column.
struct MuteTable {
    let mutes: [MuteEntry]

    func lines(_ page: Page) -> [PrintableText] {
        var table = Table(columns: [
            .init(title: "ID"), .init(title: "ALARMS"), .init(title: "ENDS", isRight: true), .init(title: "BY"),
        ])
        for mute in mutes {
            table.rows.append([
                .init(mute.id, .bold), .init(Self.words(of: mute)), .init("in " + Spans.column(mute.until.milliseconds - page.now)),
                .init(mute.by),
            ])
        }
        guard !table.rows.isEmpty else { return [] }
        var rows = table.lines(page)
        var lines = [rows.removeFirst()]
        for (row, mute) in zip(rows, mutes) {
            lines.append(row)
            if let reason = mute.reason { lines += PrintableText(reason).wrapped(to: (page.width ?? .max) - 4).map { "    \($0)" } }
        }
        return lines
    }

    /// `quality, health of acme at 107878721936019`
    static func words(of mute: MuteEntry) -> String {
        let names = mute.names?.sorted().joined(separator: ", ") ?? mute.filter.ids?.sorted().joined(separator: ", ") ?? "everything"
        let accounts = mute.filter.accounts.map { accounts in
            " of " + accounts.sorted().map { $0 == ResourceID.allAccounts ? "all accounts" : $0 }.joined(separator: ", ")
        }
        let numbers = mute.filter.phoneNumberIDs.map { " at " + $0.sorted().joined(separator: ", ") }
        return names + (accounts ?? "") + (numbers ?? "")
    }
}
