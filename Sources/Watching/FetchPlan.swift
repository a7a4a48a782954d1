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
    /// What is asked for inside its things, to see whether it is as it was.
    let carried: [RideKey]
    /// What is asked for.
    let request: GraphRequest
    /// When.
    let askedAt: Moment

    /// The plan for a target of an account.
    /// - Parameters:
    ///   - leftOut: fields that are not asked for.
    ///   - limit: the most things of a page, if another number than the edge's.
    ///   - carried: the rides that are asked for.
    ///   - fields: the fields of a kind that rides.
    init(
        _ target: PollTarget, of plan: AccountPlan, at now: Moment, leftOut: Set<String> = [], limit: Int? = nil,
        carrying carried: [RideKey] = [],
        fields: (Kind) -> [String] = { $0.edge.fields }
    ) {
        self.target = target
        askedAt = now
        let expansions = Self.expansions(carried, of: target.kind, fields)
        self.carried = carried.filter { expansions.map(\.name).contains($0.outer?.field ?? $0.field) }
        riders = target.kind.riders.compactMap { kind in
            guard plan.watches(kind), let field = kind.row.ridesOn?.field, let edge = kind.row.edge else { return nil }
            let rider = PollTarget(account: target.account, kind: kind, phoneNumberID: target.phoneNumberID)
            return Rider(target: rider, field: field, request: GraphRequest(edge, id: plan.owner(of: rider), account: plan.wabaID))
        }
        let edge = target.kind.edge
        let unwatched = target.kind.riders.filter { !plan.watches($0) }.compactMap(\.row.ridesOn?.field)
        var request = GraphRequest(
            edge, id: plan.owner(of: target), fields: GraphRequest.fields(edge.fields, without: leftOut.union(unwatched)), limit: limit,
            account: plan.wabaID)
        request.expansions = expansions
        self.request = request
    }

    /// What is asked for inside each thing of a host. A field that is none leaves its ride out.
    private static func expansions(_ carried: [RideKey], of host: Kind, _ fields: (Kind) -> [String]) -> [FieldExpansion] {
        func expansion(_ key: RideKey, _ inner: [FieldExpansion]) -> FieldExpansion? {
            FieldExpansion(key.field, fields: fields(key.kind), limit: key.kind.row.mayRideOn?.limit, inner: inner)
        }
        return carried.filter { $0.outer == nil }.compactMap { key in
            expansion(key, carried.filter { $0.outer == key }.compactMap { expansion($0, []) })
        }
    }

    /// A rider's things in what its host's poll has found; `nil` where there are more, or none: then the edge itself says it for certain.
    static func things(of rider: Rider, in found: Sweep.Found) -> Sweep.Found? {
        guard let field = found.items.first?[rider.field], field["paging"]?["next"] == nil, let data = field["data"]?.array, !data.isEmpty
        else { return nil }
        return Sweep.Found(items: data)
    }
}

extension PollTarget {
    /// The target whose poll brings this one's things: itself, unless they ride on another's.
    var host: PollTarget { kind.row.ridesOn.map { PollTarget(account: account, kind: $0.kind, phoneNumberID: phoneNumberID) } ?? self }
}
