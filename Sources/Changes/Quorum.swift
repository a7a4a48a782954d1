/// Which members that things no longer show are believed to be gone. A pure decision; one for each target.
///
/// One answer says little: what a poll lacks must be lacked by the next one, too, before it is told. A member that comes back was never gone, and each
/// time that it does, more polls in a row must lack it; one that keeps coming and going is Meta's doing, which is said once while its value is kept.
public struct Quorum: Sendable, Equatable {
    private struct Track: Sendable, Equatable {
        /// How many polls in a row each thing has lacked it.
        var missing: [String: Int] = [:]
        /// The things that it was told to be gone from.
        var told: Set<String> = []
        /// How often it came back.
        var returns = 0
        /// How many polls in a row neither took nor gave it.
        var steady = 0

        /// So many polls in a row must lack it.
        var needed: Int { min(2 << min(returns, 4), Quorum.most) }
        var isUnsteady: Bool { returns >= Quorum.often && steady + 1 < Quorum.most }
    }

    private static let most = 10
    private static let often = 3

    private var tracks: [String: Track] = [:]

    /// Nothing is open.
    public init() {}

    /// Whether nothing is open.
    public var isIdle: Bool { tracks.isEmpty }
    /// Members that come and go.
    public var unsteady: [String] { tracks.filter(\.value.isUnsteady).keys.sorted() }
    /// Whether the next poll decides about a member that was steady before.
    public var isDoubtful: Bool {
        tracks.values.contains { track in track.returns == 0 && track.missing.contains { $0.value < track.needed } }
    }

    /// Whether things lack members, and it is not told that these are gone.
    public var isMissingAny: Bool { tracks.values.contains { !$0.missing.isEmpty } }

    /// Whether a member is believed to be gone from a thing.
    public func isConfirmed(_ member: String, of id: String) -> Bool {
        guard let track = tracks[member], let looks = track.missing[id] else { return false }
        return looks >= track.needed
    }

    /// Whether a member is believed to be gone from a thing if the next poll lacks it, too.
    public func isNearlyConfirmed(_ member: String, of id: String) -> Bool {
        guard let track = tracks[member], let looks = track.missing[id] else { return false }
        return looks + 1 == track.needed
    }

    /// Takes a complete poll: the things that lack a member which they had, and whether a thing shows one.
    public mutating func on(lost: [String: Set<String>], shows: (_ member: String, _ id: String) -> Bool) {
        for member in Set(tracks.keys).union(lost.keys) {
            var track = tracks[member] ?? Track()
            let lacking = lost[member] ?? []
            let back = track.missing.keys.filter { !lacking.contains($0) && shows(member, $0) }
            let toldBack = track.told.filter { shows(member, $0) }
            let isBack = !back.isEmpty || !toldBack.isEmpty
            let isNew = !lacking.isSubset(of: track.missing.keys)
            if isBack { track.returns = min(track.returns + 1, Self.most) }
            track.told.subtract(toldBack)
            // Where it came back to one thing, the others have to be seen without it anew.
            track.missing = Dictionary(uniqueKeysWithValues: lacking.map { ($0, isBack ? 1 : min(track.missing[$0] ?? 0, 1000) + 1) })
            track.steady = isBack || isNew ? 0 : min(track.steady + 1, Self.most)
            let isOver = track.missing.isEmpty && (track.steady >= Self.most || (track.returns == 0 && track.told.isEmpty))
            tracks[member] = isOver ? nil : track
        }
    }

    /// Takes a complete poll that agrees with what is kept.
    public mutating func agreed() {
        let told = tracks.mapValues(\.told)
        on(lost: [:]) { member, id in !(told[member]?.contains(id) ?? false) }
    }

    /// A member was told to be gone from a thing.
    public mutating func told(_ member: String, of id: String) {
        tracks[member]?.missing[id] = nil
        tracks[member]?.told.insert(id)
    }
}
