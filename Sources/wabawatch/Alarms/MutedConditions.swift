import StrictJSON
import WabaWatchInterface
import WhatsAppBusiness

/// Which of the states that `status` shows somebody knows of already, so that they count in no exit code.
///
/// A state counts at once, before it is an alarm. Where it is one, the alarm says whether it is muted: one that worsened has broken its mute. Where it is none
/// yet, the mutes say so.
struct MutedConditions {
    private var alarms: [String: [AlarmEntry]] = [:]
    private var mutes: [MuteEntry] = []

    /// Nothing is muted.
    init() {}

    /// By the alarms and the mutes that are in force.
    init(_ alarms: [AlarmEntry], _ mutes: [MuteEntry]) {
        self.alarms = Dictionary(grouping: alarms, by: \.resource.account)
        self.mutes = mutes
    }

    /// Whether there are alarms of these names, of an account or of one of its numbers, and all of them are muted.
    func containsAlarms(_ names: Set<String>, account: String, number: String?) -> Bool {
        let own = alarms(names, account, number)
        return !own.isEmpty && own.allSatisfy { $0.mute != nil }
    }

    private func alarms(_ names: Set<String>, _ account: String, _ number: String?) -> [AlarmEntry] {
        ((alarms[account] ?? []) + (alarms[ResourceID.allAccounts] ?? [])).filter { alarm in
            names.contains(alarm.name) && (alarm.resource.phoneNumberID == nil || alarm.resource.phoneNumberID == number)
        }
    }

    /// Whether a condition is muted: alarms of one of these names, of an account or of one of its numbers.
    /// - Parameter watches: of a watch that is not current, its id and that of the wider one that tells of it.
    func contains(_ names: Set<String>, account: String, number: String?, watches: Set<String> = []) -> Bool {
        var own = self.alarms(names, account, number)
        let exact = own.filter { alarm in alarm.thing.map(watches.contains) ?? false }
        if !exact.isEmpty { own = exact }
        if !own.isEmpty { return own.allSatisfy { $0.mute != nil } }
        // Alarms of a number have it in their ids.
        let ids = names.union(number.map { number in names.map { "\($0)/\(number)" } } ?? [])
        return mutes.contains { mute in
            func fits(_ wanted: Set<String>?, _ value: String?) -> Bool { wanted.map { value.map($0.contains) ?? false } ?? true }
            return fits(mute.filter.accounts, account) && fits(mute.filter.phoneNumberIDs, number)
                && !(mute.names.map(names.isDisjoint(with:)) ?? false) && !(mute.filter.ids.map(ids.isDisjoint(with:)) ?? false)
        }
    }
}

extension Health {
    /// How an account or a number stands, without what is muted.
    init(_ resource: Resource, without muted: MutedConditions) {
        let document = resource.document
        func part(_ health: Health, _ names: Set<String>) -> Health {
            guard health != .good else { return .good }
            return muted.contains(names, account: resource.account, number: resource.phoneNumberID) ? .good : health
        }
        switch resource.kind.known {
        case .account:
            self = max(
                part(Health(accountState: Self.accountState(document)), ["account_restricted"]),
                part(Health(canSend: Self.canSend(document)), ["health"]))
        case .phoneNumber:
            let status = Health(status: document["status"]?.string)
            // What follows from a number that is banned or down is no condition besides.
            if status == .critical {
                self = part(status, ["number_banned", "number_down"])
                return
            }
            self =
                [
                    part(status, ["number_limited"]), part(Health(rating: document["quality_rating"]?.string), ["quality"]),
                    part(Health(canSend: Self.canSend(document)), ["health"]),
                ].max() ?? .good
        default: self.init(resource)
        }
    }

    /// How a watch stands, unless that is muted.
    init(_ watch: WatchStatus, without muted: MutedConditions) {
        self.init(watch.state)
        guard self != .good else { return }
        // What a number that is banned or down no longer shows follows from that.
        if let number = watch.phoneNumberID,
            muted.containsAlarms(["number_banned", "number_down"], account: watch.account, number: number)
        {
            self = .good
            return
        }
        var names: Set = ["blind"]
        if watch.state.known == .unauthorized { names.insert("token_refused") }
        if watch.state.known == .late { names.insert("budget") }
        let watches = Set([watch.id, watch.toldBy].compactMap { $0 })
        if muted.contains(names, account: watch.account, number: watch.phoneNumberID, watches: watches) { self = .good }
    }
}

extension WatchStatus {
    /// The id of the watch as a thing: `connection`, `phone_number`, `qr_code/107878721936019`.
    var id: String {
        if account == ResourceID.allAccounts { return "connection" }
        return phoneNumberID.map { "\(kind.rawValue)/\($0)" } ?? kind.rawValue
    }
}
