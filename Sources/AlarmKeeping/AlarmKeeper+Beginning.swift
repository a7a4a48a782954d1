import Alarms
import Changes
import Ledger
import StrictJSON
import Watching
import WhatsAppBusiness

// How the keeper begins: from the alarms that there are, the snapshot, and what the last days' changes say that neither shows.

extension AlarmKeeper {
    /// How far back changes are read: as long as a template is told of.
    private static let memory = TemplateHistory.memory

    /// The kinds of things that alarms are decided by, whose documents are read.
    static let kinds: Set<Kind> = [.account, .phoneNumber, .subscribedApp, .commerceSettings]

    /// Begins, or begins anew where the changes to go on from are kept no more.
    func begin() async throws(LedgerError) {
        sequence = ledger.cursor.sequence
        accounts = [:]
        mutes = try await ledger.mutes()
    }

    /// Reads all that is known of accounts that are new here.
    func load(_ names: Set<String>, _ standings: [AccountStanding]) async throws(LedgerError) {
        guard !names.isEmpty else { return }
        let wall = wallClock()
        var past = PastChanges()
        var query = HistoryQuery()
        query.accounts = names
        query.kinds = [.phoneNumber, .messageTemplate, .alarm]
        query.since = wall.advanced(by: .zero - Self.memory)
        var walk = try await HistoryWalk(over: ledger, query)
        while let page = try await walk.next() {
            for change in page where names.contains(change.change.resource.account) { past.take(change, at: wall) }
        }
        // Of accounts there are few changes, and what is reported of one may last for longer.
        query.kinds = [.account]
        query.since = wall.advanced(by: .zero - ReportedTroubles.longestMemory)
        walk = try await HistoryWalk(over: ledger, query)
        while let page = try await walk.next() {
            for change in page where names.contains(change.change.resource.account) { past.take(change, at: wall) }
        }
        let standings = Dictionary(standings.map { ($0.name, $0) }) { first, _ in first }
        var stored: [String: [StoredAlarm]] = [:]
        var facts: [String: AccountFacts] = [:]
        for name in names {
            facts[name] = AccountFacts(account: name, wabaID: standings[name]?.wabaID ?? name)
            facts[name]?.templates = past.templates[name] ?? TemplateHistory()
            facts[name]?.reported = past.reported[name] ?? ReportedTroubles()
        }
        var resources = try await ResourceWalk(over: ledger, ResourceQuery(accounts: names, kinds: Self.kinds.union([.alarm])))
        while let page = try await resources.next() {
            for thing in page where names.contains(thing.resource.account) {
                let name = thing.resource.account
                if thing.resource.kind == .alarm {
                    guard let id = AlarmID(parsing: thing.resource.id, phoneNumberID: thing.resource.phoneNumberID) else { continue }
                    stored[name, default: []].append(StoredAlarm(id, thing.document, changedAt: thing.changedAt))
                } else {
                    facts[name]?.take(thing)
                }
            }
        }
        for name in names {
            guard var known = facts[name] else { continue }
            let down = (stored[name] ?? []).filter { $0.id.name == .numberDown }.compactMap(\.id.phoneNumberID)
            for id in known.numbers.map({ Array($0.keys) }) ?? [] {
                known.fit(id, past.times[name]?[id], since: past.beginnings[name] ?? wall.advanced(by: .zero - Self.memory))
                if down.contains(id) { known.numbers?[id]?.times.wasOnCloudAPI = true }
            }
            let book = AlarmBook(
                account: name, settings: standings[name]?.alarms ?? AlarmSettings(), mutes: mutes,
                stored: stored[name] ?? [],
                told: past.told[name]?.all ?? [], now: now(), wall: wall)
            accounts[name] = KeptAccount(known, book)
            accounts[name]?.times.goOn((stored[name] ?? []).map(\.id))
            try await nameTemplates(of: name)
        }
    }

    /// Asks what templates are called that are told of.
    func nameTemplates(of account: String) async throws(LedgerError) {
        guard let losses = accounts[account]?.facts.templates.losses, !losses.isEmpty else { return }
        let things = try await ledger.resources(accounts: [account], kinds: [.messageTemplate], ids: Array(losses.keys)).resources
        accounts[account]?.facts.templates.name(
            Dictionary(things.map { ($0.resource.id, MessageTemplate(checked: $0.document).called) }) { first, _ in first })
    }
}

extension AccountFacts {
    /// Takes a thing of the snapshot. Numbers come before what belongs to them, by the order of kinds.
    mutating func take(_ thing: StoredResource) {
        let id = thing.resource.id
        switch thing.resource.kind.known {
        case .account: take(account: thing.document)
        case .subscribedApp: apps = (apps ?? []).union([id])
        case .phoneNumber:
            var number = NumberFacts(thing.document)
            if let before = numbers?[id] { (number.times, number.isCatalogueVisible) = (before.times, before.isCatalogueVisible) }
            if numbers == nil { numbers = [:] }
            numbers?[id] = number
        case .commerceSettings:
            if let number = thing.resource.phoneNumberID { numbers?[number]?.take(commerce: thing.document) }
        default: break
        }
    }

    /// Takes since when a number has been what it is.
    mutating func fit(_ id: String, _ times: NumberTimes?, since beginning: Timestamp) {
        guard var number = numbers?[id] else { return }
        if let times { number.times = times }
        number.times.fit(number, knownSince: beginning)
        numbers?[id] = number
    }
}

extension MessageTemplate {
    /// Its name, with its language.
    var called: String { [name, language].compactMap(\.self).joined(separator: " ") }
}

/// What was told of an account's alarms that counts after a restart.
struct ToldAlarms {
    private var recent: [ToldAlarm] = []
    /// What said of an alarm that it comes and goes, until that has ended.
    private var flapping: [AlarmID: ToldAlarm] = [:]

    /// Takes what was told, oldest first.
    /// - Parameter isRecent: whether it was told within the last hour.
    mutating func take(_ told: ToldAlarm, isRecent: Bool) {
        if isRecent {
            recent.append(told)
        } else {
            flapping[told.id] = told.flaps ? told : told.operation == .changed ? flapping[told.id] : nil
        }
    }

    /// All of it, oldest first.
    var all: [ToldAlarm] { flapping.values.sorted { $0.at < $1.at } + recent }
}

/// What the changes of the last days say that the snapshot does not.
struct PastChanges {
    var templates: [String: TemplateHistory] = [:]
    var reported: [String: ReportedTroubles] = [:]
    var times: [String: [String: NumberTimes]] = [:]
    var told: [String: ToldAlarms] = [:]
    /// When an account's numbers were seen first, where that is known.
    var beginnings: [String: Timestamp] = [:]

    mutating func take(_ recorded: RecordedChange, at wall: Timestamp) {
        let (change, at) = (recorded.change, recorded.observedAt)
        let name = change.resource.account
        if change.operation == .reported {
            return reported[name, default: ReportedTroubles()].take(change.after, number: change.resource.phoneNumberID, at: at)
        }
        switch change.resource.kind.known {
        case .account:
            if change.operation == .changed { reported[name]?.answered(change.after, number: nil) }
            // An account that is watched anew begins anew.
            if change.operation == .removed { reported[name] = nil }
        case .messageTemplate: templates[name, default: TemplateHistory()].take(change, at: at)
        case .phoneNumber where change.isOfList: beginnings[name] = beginnings[name] ?? at
        case .phoneNumber:
            if change.operation == .changed { reported[name]?.answered(change.after, number: change.resource.phoneNumberID) }
            if change.operation == .removed {
                times[name]?[change.resource.id] = nil
            } else {
                times[name, default: [:]][change.resource.id, default: NumberTimes()].on(before: change.before, after: change.after, at: at)
            }
        case .alarm where change.origin != .command:
            guard let operation = change.operation.known,
                let id = AlarmID(parsing: change.resource.id, phoneNumberID: change.resource.phoneNumberID)
            else { return }
            told[name, default: ToldAlarms()].take(
                ToldAlarm(id, operation, at: at, flaps: change.operation == .changed && change.after?["flaps"] != nil),
                isRecent: at > wall.advanced(by: .seconds(-3600)))
        default: break
        }
    }
}

extension DetectedChange {
    /// Whether it is the baseline of a whole list, which says nothing of a single thing.
    var isOfList: Bool { operation == .baseline && after?["count"] != nil }
}

extension TemplateHistory {
    /// Takes a change of a template. What it is called is asked for later.
    mutating func take(_ change: DetectedChange, at now: Timestamp) {
        func state(_ document: JSONObject?) -> (status: String?, category: String?) {
            (document?["status"]?.string, document?["category"]?.string)
        }
        switch change.operation.known {
        case .removed: delete(change.resource.id)
        case .changed:
            on(change.resource.id, name: change.resource.id, before: state(change.before), after: state(change.after), at: now)
        case .added, .baseline, .reported, nil: break
        }
    }
}
