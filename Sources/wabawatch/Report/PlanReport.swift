import Printing
import WabaWatchInterface
import WhatsAppBusiness

/// What `plan` shows: calls an hour for each account and kind against the budget, and how fresh each kind is.
///
/// A poll costs one call at least; lists of more than a page, and answers that bring other kinds' things, may cost more. What another kind's answers bring
/// costs none.
struct PlanReport {
    let status: Status

    private struct Part {
        var watches = 0
        var callsPerHour = 0.0
        var slowest = 0
        var oldest: Int64?
        var isUnseen = false
        /// Calls an hour that are not needed, and the kind whose answers make it so.
        var savedPerHour = 0.0
        var carrier: OpenEnum<Kind>?
        /// The most calls that one poll counts as.
        var callsPerPoll = 1
    }

    func lines(_ page: Page) -> [PrintableText] {
        let accounts = Set(status.watches.map(\.account)).union(status.budgets.map(\.account)).sorted()
        let budgets = Dictionary(status.budgets.map { ($0.account, $0) }, uniquingKeysWith: { first, _ in first })
        var lines: [PrintableText] = []
        for account in accounts {
            let parts = parts(account)
            let planned = parts.values.reduce(0) { $0 + $1.callsPerHour }
            if !lines.isEmpty { lines.append("") }
            lines.append(head(account, planned, budgets[account], page))
            lines += table(parts, budgets[account], page).lines(page)
        }
        return lines
    }

    private func parts(_ account: String) -> [OpenEnum<Kind>: Part] {
        var parts: [OpenEnum<Kind>: Part] = [:]
        let hosts = Dictionary(
            status.watches.filter { $0.account == account && $0.phoneNumberID == nil && $0.everyMilliseconds > 0 }.map { ($0.kind, $0) },
            uniquingKeysWith: { first, _ in first })
        for watch in status.watches where watch.account == account && watch.everyMilliseconds > 0 {
            var part = parts[watch.kind] ?? Part()
            part.watches += 1
            // What always comes with another kind's request never costs a call.
            if watch.kind.known?.row.ridesOn == nil {
                let polls = 3_600_000 / Double(watch.everyMilliseconds)
                // What is polled more often than what brings it is asked for by itself in between.
                let saved = watch.comesWith.flatMap { hosts[$0] }.map { min(polls, 3_600_000 / Double($0.everyMilliseconds)) } ?? 0
                let calls = max(1, watch.callsPerPoll ?? 1)
                part.callsPerHour += (polls - saved) * Double(calls)
                part.savedPerHour += saved
                part.callsPerPoll = max(part.callsPerPoll, calls)
                if saved > 0 { part.carrier = watch.comesWith }
            }
            part.slowest = max(part.slowest, watch.everyMilliseconds)
            if let success = watch.lastSuccessAt?.milliseconds {
                part.oldest = min(part.oldest ?? success, success)
            } else {
                part.isUnseen = true
            }
            parts[watch.kind] = part
        }
        return parts
    }

    private func head(_ account: String, _ planned: Double, _ budget: Budget?, _ page: Page) -> PrintableText {
        let name = page.paint(PrintableText(account), .bold)
        guard let budget else { return "\(name): \(Self.calls(planned)) calls an hour at least" }
        let isOver = planned > Double(budget.callsPerHour)
        let text = page.paint("\(Self.calls(planned)) of \(budget.callsPerHour) calls an hour at least", isOver ? .warning : .plain)
        let saved = budget.saved.map { $0 > 0 ? ", \($0) not needed" : "" } ?? ""
        return "\(name): \(text), \(budget.callsLastHour) in the last hour\(PrintableText(saved))"
    }

    private func table(_ parts: [OpenEnum<Kind>: Part], _ budget: Budget?, _ page: Page) -> Table {
        var table = Table(columns: [
            .init(title: "KIND"), .init(title: "WATCHES", isRight: true), .init(title: "EVERY", isRight: true),
            .init(title: "CALLS/H", isRight: true), .init(title: "SHARE", isRight: true), .init(title: "OLDEST ANSWER", isRight: true),
            .init(title: "CALLS/POLL", isRight: true), .init(title: "SAVED/H", isRight: true), .init(title: "COMES WITH"),
        ])
        for (kind, part) in parts.sorted(by: { $0.key < $1.key }) {
            let share =
                budget.map { $0.callsPerHour > 0 ? "\(Int((part.callsPerHour * 100 / Double($0.callsPerHour)).rounded()))%" : "-" } ?? "-"
            let oldest = part.isUnseen ? "none yet" : part.oldest.map { Spans.relative($0, to: page.now) } ?? "-"
            let isLate = part.oldest.map { page.now - $0 > 2 * Int64(part.slowest) } ?? false
            table.rows.append([
                .init(kind.rawValue), .init("\(part.watches)"), .init(Spans.text(Int64(part.slowest))),
                .init(Self.calls(part.callsPerHour)),
                .init(share), .init(oldest, part.isUnseen || isLate ? .warning : .plain),
                .init(part.callsPerPoll > 1 ? "\(part.callsPerPoll)" : ""), .init(part.carrier == nil ? "" : Self.calls(part.savedPerHour)),
                .init(part.carrier?.rawText ?? ""),
            ])
        }
        return table
    }

    /// Whole calls where they are many, a tenth where they are few.
    private static func calls(_ number: Double) -> String {
        let tenths = Int((number * 10).rounded())
        return tenths >= 100 || tenths % 10 == 0 ? "\((tenths + 5) / 10)" : "\(tenths / 10).\(tenths % 10)"
    }
}
