import Printing
import WabaWatchInterface
import WhatsAppBusiness

/// What `alarms` shows, and `status` first: a row for each alarm, and below it what is wrong in words, and who muted it.
struct AlarmReport {
    /// The worst first.
    let alarms: [AlarmEntry]

    init(_ alarms: [AlarmEntry]) { self.alarms = AlarmEntry.worstFirst(alarms) }

    /// Nothing where there are none.
    /// - Parameter most: so many at most, and how many more there are.
    func lines(_ page: Page, most: Int = .max) -> [PrintableText] {
        var table = Table(columns: [
            .init(title: " "), .init(title: "ALARM"), .init(title: "ACCOUNT"), .init(title: "NUMBER"),
            .init(title: "SINCE", isRight: true), .init(title: "MUTED", isRight: true),
        ])
        let shown = alarms.prefix(most)
        for alarm in shown {
            let resource = alarm.resource
            let mutedFor = alarm.mute.map { mute in mute.until.map { "for " + Spans.column($0.milliseconds - page.now) } ?? "yes" }
            let row: [Table.Cell] = [
                .init(page.dot, style(of: alarm)), .init(alarm.title, alarm.mute == nil ? .bold : .faint),
                .init(resource.account == ResourceID.allAccounts ? "all" : resource.account), .init(resource.phoneNumberID ?? ""),
                .init(alarm.since.map { Spans.column(page.now - $0.milliseconds) } ?? "-"), .init(mutedFor ?? ""),
            ]
            table.rows.append(row)
        }
        guard !table.rows.isEmpty else { return [] }
        var rows = table.lines(page)
        var lines = [rows.removeFirst()]
        for (row, alarm) in zip(rows, shown) {
            lines.append(row)
            for (text, style) in words(of: alarm, page) {
                lines += PrintableText(text).wrapped(to: (page.width ?? .max) - 4).map { "    \(page.paint($0, style))" }
            }
        }
        if shown.count < alarms.count {
            lines.append("  and \(StatusReport.count(alarms.count - shown.count, "more alarm")): wabawatch alarms")
        }
        return lines
    }

    private func style(of alarm: AlarmEntry) -> Style { alarm.mute == nil ? Style(alarm.severity) : .faint }

    private func words(of alarm: AlarmEntry, _ page: Page) -> [(String, Style)] {
        var words = [(alarm.summary, style(of: alarm))]
        if let flaps = alarm.flaps, flaps > 0 { words.append(("it comes and goes: \(StatusReport.count(flaps, "time")) so far", .plain)) }
        if let mute = alarm.mute {
            let until = mute.until.map { " until \(page.time.full($0.milliseconds))" } ?? ""
            let by = mute.by.map { " by \($0)" } ?? ""
            words.append(("muted\(until)\(by)\(mute.reason.map { ": \($0)" } ?? "")", .faint))
        }
        return words
    }
}
