import Printing
import StrictJSON
import WabaWatchInterface
import WhatsAppBusiness

/// Which things are as they are shown now, and which as they were last seen. A thing is current while its own watch is, no wider one was refused, and
/// the latest complete answer showed it: so what was good is never shown as good after it could no longer be seen.
struct Freshness {
    /// A thing that may look otherwise by now.
    struct Staleness: Equatable {
        /// When an answer last showed it.
        var asOf: Timestamp
        /// Why that is not now.
        var reason: String
    }

    /// A watch, by what it is over. Kinds are compared by their text, as a later daemon may watch others.
    private struct Key: Hashable {
        var account: String
        var kind: String
        var phoneNumberID: String?
    }

    /// The name that stands for all accounts.
    static let allAccounts = ResourceID.allAccounts
    /// A watch that had no answer for so many of its intervals before the daemon began shows what another process saw.
    private static let longestGap = 5
    /// How much earlier than the latest answer a thing may have been noted, as both are read off the clock one after the other.
    private static let slack = 60_000

    private var watches: [Key: WatchStatus] = [:]
    private var startedAt: Timestamp?
    /// By account, why nothing of it is current, or nothing of its numbers.
    private var blindAccounts: [String: String] = [:]
    private var blindNumbers: [String: String] = [:]

    /// Of a daemon that does not tell how it stands, everything is taken to be current.
    init() {}

    /// By the daemon's watches.
    init(_ status: Status) {
        startedAt = status.startedAt
        for watch in status.watches {
            let key = Key(account: watch.account, kind: watch.kind.rawValue, phoneNumberID: watch.phoneNumberID)
            watches[key] = watch
            if watch.account == Self.allAccounts {
                if watch.state.known != .current { blindAccounts[watch.account] = Self.words(watch) }
            } else if watch.phoneNumberID == nil, watch.state.known?.isRefusal == true {
                if watch.kind == .account { blindAccounts[watch.account] = Self.words(watch) }
                if watch.kind == .phoneNumber { blindNumbers[watch.account] = Self.words(watch) }
            }
        }
    }

    /// Why a thing may look otherwise by now; `nil` if it is current.
    func staleness(of resource: Resource) -> Staleness? {
        guard let startedAt, !Self.isNotAskedFor(resource.kind) else { return nil }
        return reason(resource, startedAt).map { Staleness(asOf: resource.confirmedAt, reason: $0) }
    }

    /// The same of things of an account that are alike. A phone number's own watch is the account's over all of its numbers.
    func staleness(of well: OverviewReply.Well) -> Staleness? {
        let id = ResourceID(account: well.account, kind: well.kind, id: "")
        return staleness(of: Resource(id, confirmedAt: well.confirmedAt, changedAt: well.confirmedAt, document: [:]))
    }

    private func reason(_ resource: Resource, _ startedAt: Timestamp) -> String? {
        let kind = resource.kind.rawValue
        let own =
            watches[Key(account: resource.account, kind: kind, phoneNumberID: resource.phoneNumberID)]
            ?? watches[Key(account: resource.account, kind: kind)]
        if let own, own.state.known != .current { return Self.words(own) }
        if let wider = blindAccounts[resource.account] ?? blindAccounts[Self.allAccounts] { return wider }
        if resource.phoneNumberID != nil, let wider = blindNumbers[resource.account] { return wider }
        // Of a kind that only a later daemon knows it is not known whether it has a watch.
        guard let own else { return resource.kind.known == nil ? nil : "nothing watches it" }
        guard let seen = own.lastSuccessAt else { return nil }
        if seen.milliseconds + Int64(Self.longestGap * own.everyMilliseconds) < startedAt.milliseconds {
            return "the daemon has just begun, and has not seen it yet"
        }
        if resource.confirmedAt.milliseconds + Int64(own.everyMilliseconds + Self.slack) < seen.milliseconds {
            return "the latest answer does not show it"
        }
        return nil
    }

    /// What the daemon itself knows is always as it is now.
    private static func isNotAskedFor(_ kind: OpenEnum<Kind>) -> Bool { kind.known.map { $0.row.edge == nil } ?? false }

    private static func words(_ watch: WatchStatus) -> String {
        if watch.state.known == .unauthorized { return "token rejected: replace it, then reload" }
        let place = watch.account == allAccounts ? "all accounts" : watch.kind.rawValue
        return "\(place): \(watch.state.known?.words ?? watch.state.rawText.replacing("_", with: " "))"
    }
}

extension WatchState {
    /// Whether Meta answered, and refused to show anything: where that happens to an account, it holds for all that the account has.
    var isRefusal: Bool {
        switch self {
        case .unauthorized, .forbidden, .notFound: true
        default: false
        }
    }
}

extension Table {
    /// A row, with the time that it is of as its last cell: empty for what is current. What is not is grey, whatever its values say.
    static func row(_ cells: [Cell], _ staleness: Freshness.Staleness?, _ page: Page) -> [Cell] {
        guard let staleness else { return cells + [Cell("")] }
        let asOf = Cell(page.time.column(staleness.asOf.milliseconds, now: page.now))
        return (cells + [asOf]).map { cell in
            var cell = cell
            cell.style = .faint
            return cell
        }
    }
}
