import Alarms
import StrictJSON
import TestTools
import WhatsAppBusiness

/// A book under a clock of its own, with everything that it has told, and the documents that follow from that.
struct AlarmRun {
    var book: AlarmBook
    var now: Duration
    let start: Timestamp
    var assessment = AlarmAssessment()
    private(set) var told: [(at: Duration, update: AlarmUpdate)] = []
    private(set) var documents: [AlarmID: JSONObject] = [:]
    /// Updates whose document before was not the one that had been told.
    private(set) var torn: [AlarmUpdate] = []

    init(
        account: String = "acme", settings: AlarmSettings = AlarmSettings(), now: Duration = .seconds(100_000),
        start: Timestamp = Timestamp(milliseconds: 1_800_000_000_000)
    ) {
        self.now = now
        self.start = start.advanced(by: .zero - now)
        book = AlarmBook(account: account, settings: settings, now: now, wall: self.start.advanced(by: now))
    }

    var wall: Timestamp { start.advanced(by: now) }

    /// Has the book take something; returns what it told of that.
    @discardableResult mutating func on(_ event: AlarmBook.Event) -> [AlarmUpdate] {
        let updates = book.on(event, now: now, wall: wall)
        for update in updates {
            if documents[update.id] != update.before { torn.append(update) }
            documents[update.id] = update.after
            told.append((now, update))
        }
        return updates
    }

    /// These are the conditions from now on.
    @discardableResult mutating func set(_ conditions: AlarmCondition...) -> [AlarmUpdate] { set(conditions) }

    @discardableResult mutating func set(_ conditions: [AlarmCondition], undecided: Set<AlarmName> = []) -> [AlarmUpdate] {
        assessment = AlarmAssessment(conditions, undecided: undecided)
        return on(.assessed(assessment))
    }

    /// Time passes; the book is woken whenever it says so. Returns what it told.
    @discardableResult mutating func pass(_ time: Duration) -> [AlarmUpdate] {
        let (end, before) = (now + time, told.count)
        while let wake = book.next(now: now, wall: wall), wake <= end {
            now = max(wake, now + .milliseconds(1))
            on(.assessed(assessment))
        }
        now = max(now, end)
        on(.assessed(assessment))
        return told[before...].map(\.update)
    }

    /// The process ends and another begins.
    mutating func restart(after pause: Duration = .zero, settings: AlarmSettings = AlarmSettings(), mutes: [AlarmMute] = []) {
        let changed = Dictionary(told.map { ($0.update.id, start.advanced(by: $0.at)) }) { $1 }
        let counts = told.map { ToldAlarm($0.update.id, $0.update.operation, at: start.advanced(by: $0.at), flaps: $0.update.saysFlaps) }
        let hour = start.advanced(by: now + pause - .seconds(3600))
        now += pause
        book = AlarmBook(
            account: book.account, settings: settings, mutes: mutes,
            stored: documents.map { StoredAlarm($0.key, $0.value, changedAt: changed[$0.key] ?? wall) },
            told: counts.filter { $0.at > hour || $0.flaps }, now: now, wall: wall)
    }

    /// The most that was told of one alarm within an hour, ends and beginnings and all.
    var mostAnHour: Int {
        var most = 0
        for (_, news) in Dictionary(grouping: told, by: \.update.id) {
            for (index, first) in news.enumerated() {
                most = max(most, news[index...].prefix { $0.at - first.at < .seconds(3600) }.count)
            }
        }
        return most
    }
}

extension AlarmCondition {
    /// A condition of one number.
    static func of(_ name: AlarmName, _ severity: Severity = .critical, number: String? = "7", content: [String] = []) -> AlarmCondition {
        AlarmCondition(
            AlarmID(name, phoneNumberID: number), severity, "\(name.rawValue) of \(number ?? "all")", kind: .phoneNumber,
            thing: number ?? "1", content: content)
    }
}

extension [AlarmUpdate] {
    var operations: [ChangeOperation] { map(\.operation) }
}

extension AlarmUpdate {
    /// Whether it says that the alarm comes and goes.
    fileprivate var saysFlaps: Bool { operation == .changed && before?["flaps"] != after?["flaps"] }
}
