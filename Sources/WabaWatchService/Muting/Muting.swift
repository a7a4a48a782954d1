import Alarms
import Ledger
import Varlink
import WabaWatchInterface
import Watching
import WhatsAppBusiness

/// Mutes that are asked for on the socket: they are kept in the ledger, and whoever keeps the alarms is told before the caller is answered.
struct Muting: Sendable {
    let ledger: Ledger
    let wallClock: @Sendable () -> Timestamp
    /// The name of a user, as a change says who caused it.
    let userName: @Sendable (UInt32) async -> String
    /// Takes what became of a mute.
    let told: @Sendable (MuteEvent) async -> Void

    /// No mute lasts longer.
    static let longest = Duration.seconds(3653 * 86_400)

    init(
        ledger: Ledger, wallClock: @escaping @Sendable () -> Timestamp,
        userName: @escaping @Sendable (UInt32) async -> String = { await UserName.of($0) },
        told: @escaping @Sendable (MuteEvent) async -> Void = { _ in }
    ) {
        self.ledger = ledger
        self.wallClock = wallClock
        self.userName = userName
        self.told = told
    }

    /// Mutes what a filter and names say.
    /// - Throws: `InvalidParameter` for a name that no alarm has, a moment that is past or too far away, or where there are as many mutes as may be.
    func mute(_ parameters: MuteParameters, by peer: Peer) async throws -> MuteEntry {
        let now = wallClock()
        if let names = parameters.names, !names.isSubset(of: AlarmSettings.names) { throw VarlinkError.invalidParameter("names") }
        guard parameters.until > now, parameters.until <= now.advanced(by: Self.longest) else {
            throw VarlinkError.invalidParameter("until")
        }
        let filter = parameters.filter
        let mute = AlarmMute(
            accounts: filter.accounts, ids: filter.ids, phoneNumberIDs: filter.phoneNumberIDs, names: parameters.names, since: now,
            until: parameters.until, reason: parameters.reason, by: await userName(peer.userID))
        guard let kept = try await ledger.add(mute: mute, at: now) else { throw VarlinkError.invalidParameter("filter") }
        await told(.added(kept))
        return MuteEntry(kept)
    }

    /// Ends a mute.
    /// - Throws: `noSuchMute`, also for one that is over.
    func unmute(_ id: String, by peer: Peer) async throws {
        guard let mute = try await ledger.removeMute(id: id) else { throw WabaWatchError.noSuchMute(id: id) }
        guard mute.until > wallClock() else { throw WabaWatchError.noSuchMute(id: id) }
        await told(.removed(mute, actor: await userName(peer.userID)))
    }

    /// Every mute that is in force.
    func mutes() async throws -> [MuteEntry] {
        let now = wallClock()
        return try await ledger.mutes().filter { $0.until > now }.map { MuteEntry($0) }
    }
}

extension MuteEntry {
    /// A mute as it is told.
    fileprivate init(_ mute: AlarmMute) {
        self.init(
            id: mute.id, filter: Filter(accounts: mute.accounts, ids: mute.ids, phoneNumberIDs: mute.phoneNumberIDs), names: mute.names,
            until: mute.until, reason: mute.reason, by: mute.by)
    }
}
