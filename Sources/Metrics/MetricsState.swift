import StrictJSON
public import WabaWatchInterface
import WhatsAppBusiness

/// The phone numbers and alarms that metrics are made of, kept up with the changes that a subscription tells. A pure decision.
public struct MetricsState: Sendable {
    private struct Name: Hashable {
        var account: String
        var id: String
        var phoneNumberID: String?
    }

    /// What of an alarm's document decides.
    private struct Alarm {
        var document: JSONObject
        var isMuted: Bool { document["muted"]?.object.map { !$0.isEmpty } ?? false }
    }

    /// What alarms are counted by.
    struct AlarmClass: Hashable, Comparable {
        var account: String
        var name: String
        var severity: String

        static func < (left: AlarmClass, right: AlarmClass) -> Bool {
            (left.account, left.name, left.severity) < (right.account, right.name, right.severity)
        }
    }

    /// In the order in which they were told.
    private(set) var numbers: [NumberFigures] = []
    private var names: [Name] = []
    private var places: [Name: Int] = [:]
    private var alarms: [Name: Alarm] = [:]

    /// Nothing is known.
    public init() {}

    /// What has to be subscribed to.
    /// - Parameter perNumber: whether there are to be metrics of every number.
    public static func filter(perNumber: Bool) -> Filter {
        Filter(kinds: perNumber ? [.account, .phoneNumber, .alarm] : [.account, .alarm])
    }

    /// How many numbers are known.
    public var numberCount: Int { numbers.count }

    /// How many alarms are on and not muted, by account, name and severity.
    var alarmCounts: [(key: AlarmClass, value: Int)] {
        var counts: [AlarmClass: Int] = [:]
        for (name, alarm) in alarms where !alarm.isMuted {
            let title = alarm.document["name"]?.string ?? String(name.id.prefix { $0 != "/" })
            counts[AlarmClass(account: name.account, name: title, severity: alarm.document["severity"]?.string ?? ""), default: 0] += 1
        }
        return counts.sorted { $0.key < $1.key }
    }

    /// Takes a thing of a snapshot.
    public mutating func take(_ resource: Resource) {
        switch resource.kind.known {
        case .phoneNumber: put(resource.account, resource.id, resource.document)
        case .alarm:
            alarms[Name(account: resource.account, id: resource.id, phoneNumberID: resource.phoneNumberID)] = Alarm(
                document: resource.document)
        default: return
        }
    }

    /// Takes a change behind the snapshot; `false` where only a new snapshot tells what there is now.
    public mutating func take(_ change: Change) -> Bool {
        guard let operation = change.operation.known else { return false }
        // What a webhook reports is no state yet.
        if operation == .reported { return true }
        switch change.kind.known {
        case .account:
            if operation == .removed { removeAll(of: change.account) }
            return true
        case .phoneNumber: return takeNumber(change, operation)
        case .alarm:
            let name = Name(account: change.account, id: change.id, phoneNumberID: change.phoneNumberID)
            switch operation {
            case .removed: alarms[name] = nil
            case .changed:
                guard var alarm = alarms[name] else { return false }
                for field in change.fields { Self.move(field.names[...], of: &alarm.document, to: change.after) }
                alarms[name] = alarm
            default: alarms[name] = Alarm(document: change.after ?? [:])
            }
            return true
        default: return true
        }
    }

    private mutating func takeNumber(_ change: Change, _ operation: ChangeOperation) -> Bool {
        let name = Name(account: change.account, id: change.id)
        switch operation {
        case .added: put(change.account, change.id, change.after ?? [:])
        case .removed: remove(name)
        case .changed:
            guard let place = places[name] else { return false }
            numbers[place].take(Set(change.fields.compactMap(\.names.first)), from: change.after)
        case .baseline:
            // The first look at an account's numbers tells how many there are, and not which.
            guard change.phoneNumberID != nil, let place = places[name] else { return false }
            numbers[place].take((change.after ?? [:]).names, from: change.after)
        case .reported: return true
        }
        return true
    }

    private mutating func put(_ account: String, _ id: String, _ document: JSONObject) {
        let name = Name(account: account, id: id)
        let figures = NumberFigures(account: account, id: id, document)
        if let place = places[name] {
            numbers[place] = figures
        } else {
            places[name] = numbers.count
            names.append(name)
            numbers.append(figures)
        }
    }

    private mutating func remove(_ name: Name) {
        guard let place = places.removeValue(forKey: name) else { return }
        // The last takes its place: their order tells nothing.
        if place < names.count - 1 {
            (names[place], numbers[place]) = (names[names.count - 1], numbers[numbers.count - 1])
            places[names[place]] = place
        }
        names.removeLast()
        numbers.removeLast()
    }

    /// An account that leaves takes what belongs to it with it, and that is not told again.
    private mutating func removeAll(of account: String) {
        alarms = alarms.filter { $0.key.account != account }
        let kept = zip(names, numbers).filter { $0.0.account != account }
        (names, numbers) = (kept.map(\.0), kept.map(\.1))
        places = Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Sets one member, however deep, to what another document has there.
    private static func move(_ names: ArraySlice<String>, of document: inout JSONObject, to other: JSONObject?) {
        guard let name = names.first else { return }
        guard names.count > 1 else { return document[name] = other?[name] }
        var inner = document[name]?.object ?? [:]
        move(names.dropFirst(), of: &inner, to: other?[name]?.object)
        document[name] = inner.isEmpty ? nil : .object(inner)
    }
}
