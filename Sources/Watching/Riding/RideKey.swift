import WhatsAppBusiness

/// Which ride is meant: a kind of thing that the polls of a host may bring. A kind of numbers may come with the list of numbers, and inside that with the
/// account; Meta may give it in one place and not in the other.
struct RideKey: Sendable, Hashable, Comparable {
    /// The kind that is polled.
    var host: Kind
    /// The kind that comes with it.
    var kind: Kind

    /// Every ride that there may be, those first that others are nested in.
    static let all: [RideKey] = Kind.polled.flatMap { host in
        let direct = host.possibleRiders
        return direct.map { RideKey(host: host, kind: $0) }
            + direct.flatMap { between in between.possibleRiders.map { RideKey(host: host, kind: $0) } }
    }

    /// The member that holds what comes.
    var field: String { kind.row.mayRideOn?.field ?? "" }

    /// The ride that this one is nested in, if it is in any.
    var outer: RideKey? {
        guard let between = kind.row.mayRideOn?.kind, between != host else { return nil }
        return RideKey(host: host, kind: between)
    }

    static func < (left: RideKey, right: RideKey) -> Bool { (left.host, left.kind) < (right.host, right.kind) }
}
