import NIOCore

/// What every connection makes the server hold, with sums for each peer's share and for all: a decision about who has to wait, and who has to go.
///
/// Replies are counted by the memory that holds them: what many connections of a peer are sent in common counts once.
struct CostBook {
    /// A connection, by the order in which they came.
    typealias ID = Int
    /// A piece of memory that replies lie in.
    typealias Storage = ObjectIdentifier

    /// What is held of connections: unread bytes of calls, or unsent bytes of replies.
    enum Purse { case unread, replies }

    private struct Entry {
        let share: PeerShare
        /// Whether another has its place, so that it is to be closed and counts no longer.
        var isDisplaced = false
        var unread = 0
        /// Since when a call has been arriving that is too large to be passed over.
        var begunAt: NIODeadline?
        var replies: [Storage: (bytes: Int, times: Int)] = [:]
        /// Since when the peer has taken nothing of what waits for it.
        var standsSince: NIODeadline?
    }

    private struct Sum {
        var connections = 0
        /// Those that are displaced and not closed yet included.
        var entries = 0
        var unread = 0
        var replies = 0
        var storages: [Storage: Int] = [:]

        subscript(purse: Purse) -> Int { purse == .unread ? unread : replies }
    }

    private let limits: ServerLimits
    private var last = 0
    private var entries: [ID: Entry] = [:]
    private var shares: [PeerShare: Sum] = [:]
    private var all = Sum()
    private var nextSearch: [Purse: NIODeadline] = [:]

    init(limits: ServerLimits) { self.limits = limits }
}

// MARK: Connections

extension CostBook {
    /// A connection that was counted in, and the one whose place it has, which is to be closed.
    struct Admission: Equatable {
        var id: ID
        var displaced: ID?
    }

    /// Counts a connection in, or tells which limit it met. Where all places are taken, one who has fewer of them than another gets the newest of the
    /// other's: however many shares somebody comes by, everybody else gets in.
    mutating func admit(_ share: PeerShare) -> Result<Admission, ConnectionRefusal> {
        let own = shares[share]?.connections ?? 0
        if own >= limits.connectionsPerUser { return .failure(.connectionsPerUser) }
        var displaced: ID?
        if all.connections >= limits.connections {
            displaced = newest(ofMoreThan: own + 1)
            guard let displaced else { return .failure(.connections) }
            displace(displaced)
        }
        last += 1
        entries[last] = Entry(share: share)
        all.connections += 1
        shares[share, default: Sum()].connections += 1
        shares[share]?.entries += 1
        return .success(Admission(id: last, displaced: displaced))
    }

    /// The newest connection of the share that has most of them, if these are more than so many.
    private func newest(ofMoreThan count: Int) -> ID? {
        guard let most = shares.max(by: { $0.value.connections < $1.value.connections }), most.value.connections > count else { return nil }
        return entries.lazy.filter { !$0.value.isDisplaced && $0.value.share == most.key }.map(\.key).max()
    }

    private mutating func displace(_ id: ID) {
        guard let share = entries[id]?.share else { return }
        entries[id]?.isDisplaced = true
        all.connections -= 1
        shares[share]?.connections -= 1
    }

    /// Whether another has a connection's place.
    func isDisplaced(_ id: ID) -> Bool { entries[id]?.isDisplaced ?? false }

    /// Counts a connection out, with everything that was held of it.
    mutating func release(_ id: ID) {
        dropReplies(of: id)
        guard let entry = entries.removeValue(forKey: id) else { return }
        add(unread: -entry.unread, to: entry.share)
        if !entry.isDisplaced {
            all.connections -= 1
            shares[entry.share]?.connections -= 1
        }
        shares[entry.share]?.entries -= 1
        if shares[entry.share]?.entries == 0 { shares[entry.share] = nil }
    }
}

// MARK: What is held

extension CostBook {
    /// So many bytes of calls are held of a connection now; `isBegun` where one of them has not ended.
    mutating func set(unread bytes: Int, isBegun: Bool, of id: ID, at now: NIODeadline) {
        guard let entry = entries[id] else { return }
        add(unread: bytes - entry.unread, to: entry.share)
        entries[id]?.unread = bytes
        entries[id]?.begunAt = isBegun && bytes > limits.smallBytes ? entry.begunAt ?? now : nil
    }

    /// Replies wait for a connection's peer, in that memory.
    mutating func queue(_ storage: Storage, bytes: Int, for id: ID, at now: NIODeadline) {
        guard let entry = entries[id] else { return }
        if entry.replies.isEmpty { entries[id]?.standsSince = now }
        entries[id]?.replies[storage, default: (bytes, 0)].times += 1
        guard entry.replies[storage] == nil else { return }
        let holders = shares[entry.share]?.storages[storage] ?? 0
        shares[entry.share]?.storages[storage] = holders + 1
        if holders == 0 { add(replies: bytes, to: entry.share) }
    }

    /// The kernel has taken replies that lay in that memory.
    mutating func wrote(_ storage: Storage, for id: ID, at now: NIODeadline) {
        guard let entry = entries[id], let held = entry.replies[storage] else { return }
        if held.times > 1 {
            entries[id]?.replies[storage]?.times -= 1
        } else {
            entries[id]?.replies[storage] = nil
            letGo(storage, bytes: held.bytes, of: entry.share)
        }
        let isEmpty = entries[id]?.replies.isEmpty ?? true
        entries[id]?.standsSince = isEmpty ? nil : now
    }

    /// Nothing is to be written to a connection any more.
    mutating func dropReplies(of id: ID) {
        guard let entry = entries[id] else { return }
        for (storage, held) in entry.replies { letGo(storage, bytes: held.bytes, of: entry.share) }
        entries[id]?.replies = [:]
        entries[id]?.standsSince = nil
    }

    private mutating func letGo(_ storage: Storage, bytes: Int, of share: PeerShare) {
        let holders = shares[share]?.storages[storage] ?? 1
        shares[share]?.storages[storage] = holders > 1 ? holders - 1 : nil
        if holders == 1 { add(replies: -bytes, to: share) }
    }

    private mutating func add(unread: Int = 0, replies: Int = 0, to share: PeerShare) {
        all.unread += unread
        all.replies += replies
        shares[share]?.unread += unread
        shares[share]?.replies += replies
    }
}

// MARK: Decisions

extension CostBook {
    private func perPeer(_ purse: Purse) -> Int { purse == .unread ? limits.bufferedBytesPerPeer : limits.outgoingBytesPerPeer }
    private func ofAll(_ purse: Purse) -> Int { purse == .unread ? limits.bufferedBytes : limits.outgoingBytesOfAll }

    /// Bytes that a connection's peer may make the server hold besides what is held: less where all is taken, though no peer is kept below the part that
    /// falls to it when all share alike.
    private func left(_ purse: Purse, _ id: ID) -> Int {
        guard let share = entries[id]?.share, let sum = shares[share] else { return 0 }
        let own = perPeer(purse) - sum[purse]
        let common = max(ofAll(purse) - all[purse], ofAll(purse) / max(1, shares.count) - sum[purse])
        return max(0, min(own, common))
    }

    /// Whether a connection must hold no more than a little.
    func isTight(_ purse: Purse, _ id: ID) -> Bool { left(purse, id) == 0 }

    /// How many bytes of replies a connection's peer may leave with the server besides those that it does.
    func replyBytesLeft(_ id: ID) -> Int { left(.replies, id) }

    /// How many bytes are encoded next for a connection: the less, the more its peer has not taken, and few while others wait; some in any case.
    func turnBytes(_ id: ID, whileWaiting others: Int) -> Int {
        min(others > 0 ? limits.shortTurnBytes : limits.turnBytes, max(limits.smallBytes / 4, left(.replies, id) / 8))
    }

    /// Who has to go because too much is held: of the peer that holds most, those that have stood still for longest, until enough is given back.
    mutating func overdue(_ purse: Purse, at now: NIODeadline) -> [ID] {
        let isOver = all[purse] >= ofAll(purse)
        let most = shares.max { $0.value[purse] < $1.value[purse] }
        // Unread bytes are kept from others of the same peer; of replies it gets less at a time, and no more.
        guard let most, isOver || (purse == .unread && most.value[purse] >= perPeer(purse)) else { return [] }
        // Everybody is polled: not for every few bytes.
        guard now >= nextSearch[purse] ?? .uptimeNanoseconds(0) else { return [] }
        nextSearch[purse] = now + .milliseconds(100)
        let edge = now - TimeAmount(limits.timeout)
        var held = entries.compactMap { id, entry -> (id: ID, since: NIODeadline, bytes: Int)? in
            guard entry.share == most.key, let since = purse == .unread ? entry.begunAt : entry.standsSince, since <= edge else {
                return nil
            }
            return (id, since, purse == .unread ? entry.unread : entry.replies.values.reduce(0) { $0 + $1.bytes })
        }
        held.sort { ($0.since, $0.id) < ($1.since, $1.id) }
        // Somewhat more than must be, or it would begin anew at once.
        var excess = isOver ? all[purse] - ofAll(purse) * 3 / 4 : most.value[purse] - perPeer(purse) * 3 / 4
        return held.prefix { held in
            defer { excess -= held.bytes }
            return excess > 0
        }.map(\.id)
    }

    /// What is held in all, for tests.
    func sum(_ purse: Purse) -> Int { all[purse] }
}
