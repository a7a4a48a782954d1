import Printing
import StrictJSON
import WabaWatchInterface
import WhatsAppBusiness

/// What `status` shows: the daemon, what is wrong, its accounts, their numbers, and the watches that are not current; the worst first. Of many accounts those
/// that are well are counted.
struct StatusReport {
    let status: Status
    /// The worst of all.
    let health: Health
    private let states: StateTimes
    let freshness: Freshness
    let alarms: [AlarmEntry]
    /// Whether things that are well are counted instead of listed.
    private let isRolledUp: Bool
    /// Whether only what is wrong is wanted.
    private let isCut: Bool
    let accounts: [Judged<Resource>]
    let numbers: [Judged<Resource>]
    /// Accounts and numbers that are well and were only counted.
    private let counted: [OverviewReply.Well]
    /// How many of these are not current.
    private let countedStale: Int
    /// How many numbers there are, and how many of them and of the accounts are not current, whatever of them is wanted.
    let numberCount: Int
    let wholeStaleCount: Int
    let troubled: [Judged<WatchStatus>]

    /// A thing, and how it stands.
    struct Judged<Thing> {
        var thing: Thing
        /// Without what is muted.
        var health: Health
        /// Whether something of it is.
        var isMuted: Bool

        var style: Style { isMuted && health == .good ? .faint : health.style }
    }

    /// Past so many accounts those that are well are counted.
    static let mostAccounts = 20
    /// So many alarms, and so many watches that are not current, are listed where things are counted.
    static let mostListed = 20
    /// Alarms of these names are of what rows show as well, and count once.
    private static let shownInRows: Set = [
        "number_banned", "number_down", "number_limited", "quality", "health", "account_restricted", "token_refused", "blind", "budget",
    ]

    /// From the daemon's status, the present state of accounts and phone numbers, and since when the numbers' holds.
    /// - Parameters:
    ///   - counted: accounts and phone numbers that are well and not among the resources.
    ///   - showsAll: lists also what is well, however much it is.
    ///   - least: lists and counts only what is as bad as this.
    init(
        status: Status, resources: [Resource], counted: [OverviewReply.Well] = [], states: StateTimes = StateTimes(),
        alarms: [AlarmEntry] = [], mutes: [MuteEntry] = [],
        showsAll: Bool = false, least: Severity? = nil
    ) {
        self.status = status
        self.states = states
        self.counted = counted
        let floor = least.map { Health($0) } ?? .good
        func isWanted<Thing>(_ judged: Judged<Thing>) -> Bool { judged.health >= floor }
        self.alarms = alarms.filter { alarm in least.map { alarm.severity >= $0 } ?? true }
        let muted = MutedConditions(alarms, mutes)
        let freshness = Freshness(status)
        self.freshness = freshness
        let seen = resources.filter { $0.kind == .account || $0.kind == .phoneNumber }
        let countedNumbers = counted.filter { $0.kind == .phoneNumber }.reduce(0) { $0 + $1.things }
        countedStale = counted.filter { freshness.staleness(of: $0) != nil }.reduce(0) { $0 + $1.things }
        numberCount = seen.count { $0.kind == .phoneNumber } + countedNumbers
        wholeStaleCount = seen.count { freshness.staleness(of: $0) != nil } + countedStale
        accounts = Self.worstFirst(
            resources.filter { $0.kind == .account }, { (Health($0), Health($0, without: muted)) }
        ) { [$0.account] }.filter(isWanted)
        numbers = Self.worstFirst(
            resources.filter { $0.kind == .phoneNumber }, { (Health($0), Health($0, without: muted)) }
        ) { [$0.account, Self.number($0), $0.id] }.filter(isWanted)
        troubled = Self.worstFirst(
            status.watches.filter { $0.state.known != .current }, { (Health($0.state), Health($0, without: muted)) }
        ) {
            [$0.account, $0.state.rawText, $0.reason ?? "", $0.kind.rawValue, $0.phoneNumberID ?? ""]
        }.filter(isWanted)
        isCut = floor != .good
        isRolledUp = !showsAll && !isCut && max(accounts.count, status.budgets.count) > Self.mostAccounts
        health =
            ([accounts.first?.health, numbers.first?.health, troubled.first?.health].compactMap { $0 } + self.alarms.map(\.health))
            .max() ?? .good
    }

    func lines(_ page: Page) -> [PrintableText] {
        var lines = head(page)
        let wrong = AlarmReport(alarms).lines(page, most: isRolledUp ? Self.mostListed : .max)
        let parts = [wrong, accountTable(page).lines(page), numberTable(page).lines(page), watchLines(page), rollUp()]
        for part in parts where !part.isEmpty { lines += [""] + part }
        return lines
    }

    /// What is listed of a table's rows.
    private func listed<Thing>(_ things: [Judged<Thing>]) -> [Judged<Thing>] {
        isRolledUp ? things.filter { $0.health != .good || $0.isMuted } : things
    }

    /// How many accounts and numbers are counted instead of listed.
    private func rollUp() -> [PrintableText] {
        guard isRolledUp else { return [] }
        let others = (
            accounts: accountCount - listed(accounts).count, numbers: numberCount - listed(numbers).count
        )
        let seen = accounts.map(\.thing.account) + counted.filter { $0.kind.known == .account }.map(\.account)
        let unseen = Set(status.budgets.map(\.account)).subtracting(seen).count
        let listedStale = (accounts + numbers).count { $0.health == .good && !$0.isMuted && freshness.staleness(of: $0.thing) != nil }
        let stale = listedStale + countedStale
        var words = "\(Self.count(others.accounts, "account")) and \(Self.count(others.numbers, "number")) "
        words += stale > 0 ? "were well when last seen, \(stale) of them not current" : "are well"
        if unseen > 0 { words += "; of \(Self.count(unseen, "account")) nothing was seen yet" }
        return ["  \(words); --all lists them"]
    }

    private func head(_ page: Page) -> [PrintableText] {
        let (critical, warning) = (count(of: .critical), count(of: .warning))
        var counts: [PrintableText] = ["\(Self.count(status.budgets.count, "account"))", "\(Self.count(numberCount, "number"))"]
        if critical > 0 { counts.append(page.paint("\(critical) critical", .critical)) }
        if warning > 0 { counts.append(page.paint("\(Self.count(warning, "warning"))", .warning)) }
        let stale = staleCount
        if stale > 0 { counts.append(page.paint("\(stale) not current", .faint)) }
        let muted = alarms.count { $0.mute != nil }
        if muted > 0 { counts.append(page.paint("\(muted) muted", .faint)) }
        if critical + warning + stale == 0 { counts.append(page.paint("all well", .good)) }
        let style = health == .good && stale > 0 ? Style.faint : health.style
        let started = status.startedAt.milliseconds
        return [
            "\(page.paint(PrintableText(page.dot), style)) wabawatchd \(status.version): \(counts.joined(separator: ", "))",
            "  running since \(page.time.full(started)); \(Spans.relative(started, to: page.now))",
            "  cursor \(status.cursor.text), \(Self.count(status.subscribers, "subscriber"))",
        ]
    }

    /// How many things stand so; what an alarm says of a row counts once.
    func count(of health: Health) -> Int {
        accounts.count { $0.health == health } + numbers.count { $0.health == health }
            + troubled.count { $0.thing.toldBy == nil && $0.health == health }
            + alarms.count { !Self.shownInRows.contains($0.name) && $0.health == health }
    }

    /// How many accounts and numbers are not current.
    var staleCount: Int { (accounts + numbers).count { freshness.staleness(of: $0.thing) != nil } + countedStale }

    private var accountCount: Int {
        accounts.count + counted.filter { $0.kind == .account }.reduce(0) { $0 + $1.things }
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
        seen.formUnion(accounts.map(\.thing.account))
        for judged in listed(accounts) {
            let account = judged.thing
            let document = account.document
            let state = Health.accountState(document)
            let canSend = Health.canSend(document)
            let cells: [Table.Cell] = [
                .init(page.dot, judged.style), .init(account.account, .bold), .init(account.id), .init(document["name"]?.string ?? ""),
                .init(state ?? "-", Self.style(Health(accountState: state))), .init(canSend ?? "-", Self.style(Health(canSend: canSend))),
            ]
            table.rows.append(Table.row(cells + Self.cells(budgets[account.account], page), freshness.staleness(of: account), page))
        }
        // Accounts that nothing was seen of yet have a budget all the same.
        for budget in status.budgets where !isRolledUp && !isCut && !seen.contains(budget.account) {
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
        for judged in listed(numbers) {
            let number = judged.thing
            let document = number.document
            let state = document["status"]?.string
            let rating = document["quality_rating"]?.string
            let cells: [Table.Cell] = [
                .init(page.dot, judged.style), .init(number.account), .init(Self.number(number), .bold),
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
        // What follows a wider watch says nothing of its own.
        let telling = troubled.filter { $0.thing.toldBy == nil }
        let shown = Array(telling.prefix(isRolledUp ? Self.mostListed : .max))
        for judged in shown {
            let (watch, health) = (judged.thing, judged.health)
            let isOfAll = watch.account == ResourceID.allAccounts
            let name =
                isOfAll
                ? "all accounts: \(watch.id)"
                : [watch.account, watch.kind.rawValue, watch.phoneNumberID].compactMap { $0 }.joined(separator: " ")
            table.rows.append([
                .init(page.dot, judged.style), .init(name), .init(watch.state.rawText, health.style),
                .init(Spans.column(page.now - watch.since.milliseconds)),
                .init(watch.nextAt.map { $0.milliseconds <= page.now ? "now" : Spans.column($0.milliseconds - page.now) } ?? "-"),
            ])
        }
        let followers = troubled.count - telling.count
        let more =
            (shown.count < telling.count ? ["  and \(Self.count(telling.count - shown.count, "more watch", plural: "more watches"))"] : [])
            + (followers > 0
                ? ["  \(Self.count(followers, "watch follows", plural: "watches follow")) a wider one, which says why"] : [])
        guard !table.rows.isEmpty else { return more.map { PrintableText($0) } }
        var rows = table.lines(page)
        var lines = [rows.removeFirst()]
        for (index, watch) in shown.map(\.thing).enumerated() {
            lines.append(rows[index])
            let next = index + 1 < shown.count ? shown[index + 1].thing : nil
            guard let reason = watch.reason, next?.reason != reason || next?.account != watch.account else { continue }
            lines += PrintableText(reason).wrapped(to: (page.width ?? .max) - 4).map { "    \($0)" }
        }
        return lines + more.map { PrintableText($0) }
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

    static func count(_ number: Int, _ thing: String, plural: String? = nil) -> String {
        "\(number) \(number == 1 ? thing : plural ?? thing + "s")"
    }

    /// - Parameter health: of a thing, with what is muted and without.
    private static func worstFirst<Thing>(
        _ things: [Thing], _ health: (Thing) -> (all: Health, unmuted: Health), _ name: (Thing) -> [String]
    ) -> [Judged<Thing>] {
        things.map { thing in
            let health = health(thing)
            return (
                judged: Judged(thing: thing, health: health.unmuted, isMuted: health.all != health.unmuted), name: name(thing)
            )
        }
        .sorted {
            $0.judged.health == $1.judged.health ? $0.name.lexicographicallyPrecedes($1.name) : $0.judged.health > $1.judged.health
        }
        .map(\.judged)
    }
}
