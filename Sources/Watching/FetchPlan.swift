import Changes
import GraphAPI
import StrictJSON
import WhatsAppBusiness

/// What one answer shows: the things of the target that is polled, and those of others that ride on it as fields of its thing. Each is recorded by its own
/// watch. A pure decision.
struct FetchPlan: Sendable {
    /// A target whose things come with another's.
    struct Rider: Sendable {
        let target: PollTarget
        /// The field of the host's thing that holds them, as an edge does: `{"data": […]}`.
        let field: String
        /// Where they are asked for by themselves, if the field does not say all of them for certain.
        let request: GraphRequest
    }

    /// The target that is polled.
    let target: PollTarget
    /// Those that ride on it, as far as they are watched.
    let riders: [Rider]
    /// What is asked for.
    let request: GraphRequest

    /// The plan for a target of an account.
    /// - Parameters:
    ///   - leftOut: fields that are not asked for.
    ///   - limit: the most things of a page, if another number than the edge's.
    init(_ target: PollTarget, of plan: AccountPlan, leftOut: Set<String> = [], limit: Int? = nil) {
        let rides = target.kind.riders
        self.target = target
        riders = rides.filter { plan.watches($0.kind) }.map { kind, ride in
            let rider = PollTarget(account: target.account, kind: kind, phoneNumberID: target.phoneNumberID)
            return Rider(
                target: rider, field: ride.field,
                request: GraphRequest(ride.edge, id: plan.owner(of: rider), account: plan.wabaID))
        }
        let edge = target.kind.edge
        let unwatched = rides.filter { !plan.watches($0.kind) }.map(\.ride.field)
        request = GraphRequest(
            edge, id: plan.owner(of: target), fields: GraphRequest.fields(edge.fields, without: leftOut.union(unwatched)), limit: limit,
            account: plan.wabaID)
    }

    /// A rider's things in what its host's poll has found; `nil` where there are more, or none: then the edge itself says it for certain.
    static func things(of rider: Rider, in found: Sweep.Found) -> Sweep.Found? {
        guard let field = found.items.first?[rider.field], field["paging"]?["next"] == nil, let data = field["data"]?.array, !data.isEmpty
        else { return nil }
        return Sweep.Found(items: data)
    }
}

/// How the things of a kind come with those of another.
struct Ride: Sendable {
    /// The kind whose poll brings them.
    let host: Kind
    /// The field of that kind's thing that holds them.
    let field: String
    /// The edge that shows them by itself.
    let edge: Edge
}

extension Kind {
    /// How its things come with those of another kind, if they do.
    var ride: Ride? { self == .subscribedApp ? Ride(host: .account, field: Edge.appsField, edge: .subscribedApps) : nil }
}

extension Kind {
    private static let ridersByHost: [Kind: [(kind: Kind, ride: Ride)]] = Dictionary(
        grouping: allCases.compactMap { kind in kind.ride.map { (kind: kind, ride: $0) } }, by: \.ride.host)

    /// The kinds whose things come with those of this one.
    var riders: [(kind: Kind, ride: Ride)] { Self.ridersByHost[self] ?? [] }
}

extension PollTarget {
    /// The target whose poll brings this one's things: itself, unless they ride on another's.
    var host: PollTarget { kind.ride.map { PollTarget(account: account, kind: $0.host, phoneNumberID: phoneNumberID) } ?? self }
}

extension Edge {
    /// The field of an account that brings its apps.
    static let appsField = "subscribed_apps"
}
