import Printing
import WabaWatchInterface
import WhatsAppBusiness

/// What `plan` shows: calls an hour for each account and kind against the budget, and how fresh each kind is.
///
/// A poll costs one call at least; lists of more than a page, and answers that bring other kinds' things, may cost more. What another kind's answers bring
/// costs none.
struct PlanReport {
    let status: Status
    /// Whether every watch is shown as well.
    var showsWatches = false
    /// Whether accounts are listed however many there are.
    var showsAll = true

    /// Past so many accounts they are summed up, and only those whose plan is more than their budget are listed.
    static let mostAccounts = 20

    private struct Part {
        var watches = 0
        var callsPerHour = 0.0
        var slowest = 0
        var fastest = Int.max
        var delay = 0.0
        var oldest: Int64?
        var isUnseen = false
        /// Calls an hour that are not needed, and the kind whose answers make it so.
        var savedPerHour = 0.0
        var carrier: OpenEnum<Kind>?
        /// The most calls that one poll counts as.
        var callsPerPoll = 1

        /// Adds the same kind's part of another account.
        mutating func add(_ other: Part) {
            watches += other.watches
            callsPerHour += other.callsPerHour
            (slowest, fastest) = (max(slowest, other.slowest), min(fastest, other.fastest))
            delay += other.delay
            oldest = [oldest, other.oldest].compactMap(\.self).min()
            isUnseen = isUnseen || other.isUnseen
            savedPerHour += other.savedPerHour
            carrier = carrier ?? other.carrier
            callsPerPoll = max(callsPerPoll, other.callsPerPoll)
        }
    }

    func lines(_ page: Page) -> [PrintableText] {
        let accounts = status.accountNames.sorted()
        let budgets = Dictionary(status.budgets.map { ($0.account, $0) }, uniquingKeysWith: { first, _ in first })
        guard showsAll || showsWatches || accounts.count <= Self.mostAccounts else { return summary(accounts, budgets, page) }
        return details(accounts, budgets, page)
    }

    /// All accounts as one, and those whose budget is too small.
    private func summary(_ accounts: [String], _ budgets: [String: Budget], _ page: Page) -> [PrintableText] {
        var (whole, short) = ([OpenEnum<Kind>: Part](), [String]())
        let watches = Dictionary(grouping: status.watches, by: \.account)
        for account in accounts {
            let parts = Self.parts(watches[account] ?? [])
            let planned = parts.values.reduce(0) { $0 + $1.callsPerHour }
            if let budget = budgets[account], planned > Double(budget.callsPerHour) { short.append(account) }
            whole.merge(parts) { sum, part in
                var sum = sum
                sum.add(part)
                return sum
            }
        }
        let planned = whole.values.reduce(0) { $0 + $1.callsPerHour }
        var sum = Budget(account: "\(accounts.count) accounts", callsLastHour: 0, callsPerHour: 0)
        for budget in status.budgets {
            sum.callsLastHour += budget.callsLastHour
            sum.callsPerHour += budget.callsPerHour
            if let saved = budget.saved { sum.saved = (sum.saved ?? 0) + saved }
        }
        var lines = [head(sum.account, planned, sum, page)] + table(whole, sum, page).lines(page)
        let listed = Array(short.prefix(Self.mostAccounts))
        if !listed.isEmpty { lines += [""] + details(listed, budgets, page) }
        let others = accounts.count - short.count
        var words = "\(StatusReport.count(others, "account")) within budget"
        if short.count > listed.count { words += ", \(StatusReport.count(short.count - listed.count, "more account")) above it" }
        return lines + ["", "  \(words); --all lists them"]
    }

    private func details(_ accounts: [String], _ budgets: [String: Budget], _ page: Page) -> [PrintableText] {
        let grouped = Dictionary(grouping: status.watches, by: \.account)
        var lines: [PrintableText] = []
        for account in accounts {
            let parts = Self.parts(grouped[account] ?? [])
            let planned = parts.values.reduce(0) { $0 + $1.callsPerHour }
            if !lines.isEmpty { lines.append("") }
            lines.append(head(account, planned, budgets[account], page))
            lines += table(parts, budgets[account], page).lines(page)
            if showsWatches { lines += [""] + watches(account, parts).lines(page) }
        }
        return lines
    }

    /// By the watches of one account.
    private static func parts(_ watches: [WatchStatus]) -> [OpenEnum<Kind>: Part] {
        var parts: [OpenEnum<Kind>: Part] = [:]
        let hosts = Dictionary(
            watches.filter { $0.phoneNumberID == nil && $0.everyMilliseconds > 0 }.map { ($0.kind, $0) },
            uniquingKeysWith: { first, _ in first })
        for watch in watches where watch.everyMilliseconds > 0 {
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
            part.fastest = min(part.fastest, watch.everyMilliseconds)
            // What changes at any moment waits for half an interval in the mean, its own or that of what brings it.
            let host = watch.comesWith.flatMap { hosts[$0]?.everyMilliseconds } ?? .max
            part.delay += Double(min(watch.everyMilliseconds, host)) / 2
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
            .init(title: "MEAN DELAY", isRight: true), .init(title: "CALLS/H", isRight: true), .init(title: "SHARE", isRight: true),
            .init(title: "OLDEST ANSWER", isRight: true), .init(title: "CALLS/POLL", isRight: true), .init(title: "SAVED/H", isRight: true),
            .init(title: "COMES WITH"),
        ])
        for (kind, part) in parts.sorted(by: { $0.key < $1.key }) {
            let share =
                budget.map { $0.callsPerHour > 0 ? "\(Int((part.callsPerHour * 100 / Double($0.callsPerHour)).rounded()))%" : "-" } ?? "-"
            let oldest = part.isUnseen ? "none yet" : part.oldest.map { Spans.relative($0, to: page.now) } ?? "-"
            let isLate = part.oldest.map { page.now - $0 > 2 * Int64(part.slowest) } ?? false
            table.rows.append([
                .init(kind.rawValue), .init("\(part.watches)"), .init(Self.every(part)),
                .init(Spans.text(Int64(part.delay) / Int64(part.watches))),
                .init(Self.calls(part.callsPerHour)),
                .init(share), .init(oldest, part.isUnseen || isLate ? .warning : .plain),
                .init(part.callsPerPoll > 1 ? "\(part.callsPerPoll)" : ""), .init(part.carrier == nil ? "" : Self.calls(part.savedPerHour)),
                .init(part.carrier?.rawText ?? ""),
            ])
        }
        return table
    }

    /// Each watch with its interval, and why it is another than that of the others of its kind.
    private func watches(_ account: String, _ parts: [OpenEnum<Kind>: Part]) -> Table {
        var table = Table(columns: [
            .init(title: "WATCH"), .init(title: "EVERY", isRight: true), .init(title: "MEAN DELAY", isRight: true), .init(title: "WHY"),
        ])
        let watches = status.watches.filter { $0.account == account && $0.everyMilliseconds > 0 }
        for watch in watches.sorted(by: { ($0.kind, $0.phoneNumberID ?? "") < ($1.kind, $1.phoneNumberID ?? "") }) {
            guard let part = parts[watch.kind] else { continue }
            let name = watch.kind.rawValue + (watch.phoneNumberID.map { "/\($0)" } ?? "")
            table.rows.append([
                .init(name), .init(Spans.text(Int64(watch.everyMilliseconds))), .init(Spans.text(Int64(watch.everyMilliseconds) / 2)),
                .init(Self.reason(watch, part)),
            ])
        }
        return table
    }

    private static func reason(_ watch: WatchStatus, _ part: Part) -> String {
        if watch.kind.known?.row.ridesOn != nil { return "comes with another kind's answer" }
        if part.fastest == part.slowest { return part.watches == 1 ? "" : "as all of its kind" }
        if watch.everyMilliseconds == part.slowest { return "changes least of its kind" }
        let tenths = part.slowest * 10 / watch.everyMilliseconds
        return "changes more: \(tenths / 10).\(tenths % 10) times as often as what changes least"
    }

    /// `15min`, or `2min-15min` where not all are alike.
    private static func every(_ part: Part) -> String {
        guard part.fastest < part.slowest else { return Spans.text(Int64(part.slowest)) }
        return "\(Spans.column(Int64(part.fastest)))-\(Spans.column(Int64(part.slowest)))"
    }

    /// Whole calls where they are many, a tenth where they are few.
    private static func calls(_ number: Double) -> String {
        let tenths = Int((number * 10).rounded())
        return tenths >= 100 || tenths % 10 == 0 ? "\((tenths + 5) / 10)" : "\(tenths / 10).\(tenths % 10)"
    }
}
