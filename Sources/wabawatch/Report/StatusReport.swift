import Printing
import StrictJSON
import WabaWatchInterface
import WhatsAppBusiness

/// What `status` shows: the daemon, its accounts, their numbers, and the watches that are not current; the worst first.
struct StatusReport {
    let status: Status
    /// The worst of all.
    let health: Health
    private let states: StateTimes
    private let freshness: Freshness
    private let accounts: [Judged<Resource>]
    private let numbers: [Judged<Resource>]
    private let troubled: [Judged<WatchStatus>]

    private struct Judged<Thing> {
        var thing: Thing
        var health: Health
    }

    /// From the daemon's status, the present state of accounts and phone numbers, and since when the numbers' holds.
    init(status: Status, resources: [Resource], states: StateTimes = StateTimes()) {
        self.status = status
        self.states = states
        freshness = Freshness(status)
        accounts = Self.worstFirst(resources.filter { $0.kind == .account }, Health.init) { [$0.account] }
        numbers = Self.worstFirst(resources.filter { $0.kind == .phoneNumber }, Health.init) { [$0.account, Self.number($0), $0.id] }
        troubled = Self.worstFirst(status.watches.filter { $0.state.known != .current }, { Health($0.state) }) {
            [$0.account, $0.state.rawText, $0.reason ?? "", $0.kind.rawValue, $0.phoneNumberID ?? ""]
        }
        health = [accounts.first?.health, numbers.first?.health, troubled.first?.health].compactMap { $0 }.max() ?? .good
    }

    func lines(_ page: Page) -> [PrintableText] {
        var lines = head(page)
        for part in [accountTable(page).lines(page), numberTable(page).lines(page), watchLines(page)] where !part.isEmpty {
            lines += [""] + part
        }
        return lines
    }

    private func head(_ page: Page) -> [PrintableText] {
        let all = accounts.map(\.health) + numbers.map(\.health) + troubled.map(\.health)
        let critical = all.count { $0 == .critical }
        let warning = all.count { $0 == .warning }
        var counts: [PrintableText] = ["\(Self.count(status.budgets.count, "account"))", "\(Self.count(numbers.count, "number"))"]
        if critical > 0 { counts.append(page.paint("\(critical) critical", .critical)) }
        if warning > 0 { counts.append(page.paint("\(Self.count(warning, "warning"))", .warning)) }
        let stale = (accounts + numbers).count { freshness.staleness(of: $0.thing) != nil }
        if stale > 0 { counts.append(page.paint("\(stale) not current", .faint)) }
        if critical + warning + stale == 0 { counts.append(page.paint("all well", .good)) }
        let style = health == .good && stale > 0 ? Style.faint : health.style
        let started = status.startedAt.milliseconds
        return [
            "\(page.paint(PrintableText(page.dot), style)) wabawatchd \(status.version): \(counts.joined(separator: ", "))",
            "  running since \(page.time.full(started)); \(Spans.relative(started, to: page.now))",
            "  cursor \(status.cursor.text), \(Self.count(status.subscribers, "subscriber"))",
        ]
    }

    private func accountTable(_ page: Page) -> Table {
        var table = Table(columns: [
            .init(title: " "), .init(title: "ACCOUNT", least: 8), .init(title: "WABA"), .init(title: "NAME", least: 8),
            .init(title: "STATUS"),
            .init(title: "HEALTH"), .init(title: "CALLS/H", isRight: true), .init(title: "META", isRight: true),
            .init(title: "AS OF", isRight: true),
        ])
        let budgets = Dictionary(status.budgets.map { ($0.account, $0) }, uniquingKeysWith: { first, _ in first })
        var seen: Set<String> = []
        for (account, health) in accounts.map({ ($0.thing, $0.health) }) {
            seen.insert(account.account)
            let document = account.document
            let state = Health.accountState(document)
            let canSend = Health.canSend(document)
            let cells: [Table.Cell] = [
                .init(page.dot, health.style), .init(account.account, .bold), .init(account.id), .init(document["name"]?.string ?? ""),
                .init(state ?? "-", Self.style(Health(accountState: state))), .init(canSend ?? "-", Self.style(Health(canSend: canSend))),
            ]
            table.rows.append(Table.row(cells + Self.cells(budgets[account.account], page), freshness.staleness(of: account), page))
        }
        // Accounts that nothing was seen of yet have a budget all the same.
        for budget in status.budgets where !seen.contains(budget.account) {
            table.rows.append(
                [.init(page.dot, .faint), .init(budget.account, .bold), .init("-"), .init(""), .init("-"), .init("-")]
                    + Self.cells(budget, page) + [.init("")])
        }
        return table
    }

    private static func cells(_ budget: Budget?, _ page: Page) -> [Table.Cell] {
        guard let budget else { return [.init("-"), .init("-")] }
        let isBlocked = (budget.blockedUntil?.milliseconds ?? 0) > page.now
        let isFull = budget.callsLastHour >= budget.callsPerHour
        return [
            .init("\(budget.callsLastHour)/\(budget.callsPerHour)", isFull || isBlocked ? .warning : .plain),
            .init(budget.usagePercent.map { "\($0)%" } ?? "-", (budget.usagePercent ?? 0) >= 80 ? .warning : .plain),
        ]
    }

    private func numberTable(_ page: Page) -> Table {
        var table = Table(columns: [
            .init(title: " "), .init(title: "ACCOUNT", least: 8), .init(title: "NUMBER", least: 17), .init(title: "NAME", least: 8),
            .init(title: "STATUS"), .init(title: "RATING"), .init(title: "LIMIT"), .init(title: "SINCE", isRight: true),
            .init(title: "AS OF", isRight: true),
        ])
        for (number, health) in numbers.map({ ($0.thing, $0.health) }) {
            let document = number.document
            let state = document["status"]?.string
            let rating = document["quality_rating"]?.string
            let cells: [Table.Cell] = [
                .init(page.dot, health.style), .init(number.account), .init(Self.number(number), .bold),
                .init(document["verified_name"]?.string ?? ""), .init(state ?? "-", Self.style(Health(status: state))),
                .init(rating ?? "-", Self.style(rating: rating)), .init(Self.limit(document)),
                .init(since(number, page)),
            ]
            table.rows.append(Table.row(cells, freshness.staleness(of: number), page))
        }
        return table
    }

    /// Longer than what is kept: `>90d`.
    private func since(_ number: Resource, _ page: Page) -> String {
        switch states.since(number) {
        case .at(let moment): Spans.column(page.now - moment.milliseconds)
        case .before(let moment): ">" + Spans.column(page.now - moment.milliseconds)
        case .unknown: "-"
        }
    }

    /// Watches that stand alike are told why once, below them: a reason is longer than a column.
    private func watchLines(_ page: Page) -> [PrintableText] {
        var table = Table(columns: [
            .init(title: " "), .init(title: "WATCH", least: 36), .init(title: "STATE"), .init(title: "SINCE", isRight: true),
            .init(title: "NEXT", isRight: true),
        ])
        for (watch, health) in troubled.map({ ($0.thing, $0.health) }) {
            let name = [watch.account, watch.kind.rawValue, watch.phoneNumberID].compactMap { $0 }.joined(separator: " ")
            table.rows.append([
                .init(page.dot, health.style), .init(name), .init(watch.state.rawText, health.style),
                .init(Spans.column(page.now - watch.since.milliseconds)),
                .init(watch.nextAt.map { $0.milliseconds <= page.now ? "now" : Spans.column($0.milliseconds - page.now) } ?? "-"),
            ])
        }
        guard !table.rows.isEmpty else { return [] }
        var rows = table.lines(page)
        var lines = [rows.removeFirst()]
        for (index, watch) in troubled.map(\.thing).enumerated() {
            lines.append(rows[index])
            let next = index + 1 < troubled.count ? troubled[index + 1].thing : nil
            guard let reason = watch.reason, next?.reason != reason || next?.account != watch.account else { continue }
            lines += PrintableText(reason).wrapped(to: (page.width ?? .max) - 4).map { "    \($0)" }
        }
        return lines
    }

    /// The number for people, else its id.
    static func number(_ resource: Resource) -> String { resource.document["display_phone_number"]?.string ?? resource.id }

    /// `TIER_10K` as `10K`.
    static func limit(_ document: JSONObject) -> String {
        let limit = document["whatsapp_business_manager_messaging_limit"]?.string ?? document["messaging_limit_tier"]?.string ?? "-"
        return limit.hasPrefix("TIER_") ? String(limit.dropFirst(5)) : limit
    }

    static func style(_ health: Health) -> Style { health == .good ? .plain : health.style }

    static func style(rating: String?) -> Style {
        switch rating?.uppercased() {
        case "GREEN": .good
        case "YELLOW": .warning
        case "RED": .critical
        default: .plain
        }
    }

    static func count(_ number: Int, _ thing: String) -> String { "\(number) \(thing)\(number == 1 ? "" : "s")" }

    private static func worstFirst<Thing>(_ things: [Thing], _ health: (Thing) -> Health, _ name: (Thing) -> [String]) -> [Judged<Thing>] {
        things.map { (judged: Judged(thing: $0, health: health($0)), name: name($0)) }
            .sorted {
                $0.judged.health == $1.judged.health ? $0.name.lexicographicallyPrecedes($1.name) : $0.judged.health > $1.judged.health
            }
            .map(\.judged)
    }
}
