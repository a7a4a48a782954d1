import Changes
import GraphAPI
import WhatsAppBusiness

/// All rides of an account: which are asked for, and which of them is at fault where an answer fails. A pure decision.
struct Rides: Sendable {
    /// How the polls of one host with rides go.
    private struct HostState: Sendable {
        /// Polls in a row that failed for no reason that Meta gave.
        var strikes = 0
        /// How often it was searched today which ride makes answers fail, and since when that counts.
        var searches = 0
        var since: Moment?
    }

    /// An answer fails with several rides and no one knows why: after so many searches none is asked for until the day is over.
    private static let mostSearches = 3

    private var rides: [RideKey: Ride] = [:]
    private var hosts: [Kind: HostState] = [:]

    /// How a ride stands.
    subscript(_ key: RideKey) -> Ride { rides[key] ?? Ride() }

    /// Everything is probed anew.
    mutating func reload() { self = Rides() }

    /// The rides that a poll of a host asks for: of those that are wanted, all that are not refused, and of those that are suspected one.
    mutating func carried(by host: Kind, now: Moment, wanted: (RideKey) -> Bool) -> [RideKey] {
        var carried: [RideKey] = []
        var isSearching = false
        for key in RideKey.all where key.host == host && wanted(key) {
            if let outer = key.outer {
                // What is nested has no place where that is not, and is not tried where it is refused at its nearest place.
                let nearest = RideKey(host: outer.kind, kind: key.kind)
                if case .refused = self[nearest].state { continue }
                guard carried.contains(outer), self[outer].isRelied else { continue }
            }
            guard rides[key, default: Ride()].mayBeAsked(now) else { continue }
            if case .suspected = self[key].state {
                guard !isSearching else { continue }
                isSearching = true
            }
            carried.append(key)
        }
        return carried
    }

    /// Takes what happened to a ride; returns the targets whose own edges are to be asked at once.
    mutating func on(_ event: Ride.Event, of key: RideKey, now: Moment) -> [PollTarget] { rides[key, default: Ride()].on(event, now: now) }

    /// Whether one of a ride's targets is to be polled by itself, to see whether what rides follows.
    mutating func isCheckDue(of key: RideKey, now: Moment) -> Bool {
        key.outer == nil && rides[key, default: Ride()].isCheckDue(now)
    }

    // MARK: Answers that fail

    /// Whether what failed is asked for again without rides: not where the network, the token or the budget is the reason, nor at first where it may pass.
    mutating func isDoubtful(_ failure: GraphFailure, of host: Kind) -> Bool {
        switch failure.code {
        case .unauthorized, .throttled: return false
        case .unreachable(let error) where error.code != .timeout: return false
        case .unreachable, .transient:
            hosts[host, default: HostState()].strikes += 1
            return hosts[host, default: HostState()].strikes >= 2
        default: return true
        }
    }

    /// An answer came with rides.
    mutating func worked(_ host: Kind) { hosts[host]?.strikes = 0 }

    /// An answer failed with these rides, and came without them.
    mutating func broke(_ carried: [RideKey], _ failure: GraphFailure, now: Moment) {
        guard let host = carried.first?.host else { return }
        hosts[host, default: HostState()].strikes = 0
        let named = carried.filter { Self.names(failure, $0) }
        let suspects = carried.filter { if case .suspected = self[$0].state { true } else { false } }
        if let key = named.first {
            _ = on(.breaks, of: key, now: now)
        } else if carried.count == 1 {
            _ = on(.breaks, of: carried[0], now: now)
        } else if let key = suspects.first {
            _ = on(.breaks, of: key, now: now)
        } else {
            let isOver = search(host, now)
            for key in carried { _ = on(isOver ? .breaks : .suspected, of: key, now: now) }
        }
    }

    /// Whether a failure names a ride's field.
    private static func names(_ failure: GraphFailure, _ key: RideKey) -> Bool {
        switch failure.code {
        case .invalidField(let name), .refusedField(let name), .otherNode(_, _, let name): name == key.kind.row.mayRideOn?.field
        default: false
        }
    }

    /// A search begins; whether there were too many.
    private mutating func search(_ host: Kind, _ now: Moment) -> Bool {
        var state = hosts[host] ?? HostState()
        if state.since.map({ now - $0 >= Ride.rest }) ?? true { (state.since, state.searches) = (now, 0) }
        state.searches += 1
        hosts[host] = state
        return state.searches > Self.mostSearches
    }

    // MARK: What they are worth

    /// Kinds that come with another's answers, and for how many targets. A kind of numbers that comes with both counts once, with the list.
    var relied: [Kind: CallPlan.Riding] {
        var relied: [Kind: CallPlan.Riding] = [:]
        for key in RideKey.all where self[key].isRelied && self[key].brings > 0 && (key.outer == nil || relied[key.kind] == nil) {
            relied[key.kind] = CallPlan.Riding(host: key.host, targets: self[key].brings)
        }
        return relied
    }

    /// The rides of a host that are asked for are given up, for they cost more than they save.
    mutating func giveUp(_ host: Kind, calls: Int, now: Moment) {
        for key in RideKey.all where key.host == host && self[key].state != .unprobed { _ = on(.costly(calls: calls), of: key, now: now) }
    }
}
