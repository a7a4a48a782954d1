import StrictJSON
import WhatsAppBusiness

// What the simulator knows of the kinds that are polled is what their rows say.

extension SimulatedEdge {
    /// What the row of the kind that is served here says of the edge; `nil` where that is none.
    var served: Edge? { Self.rows[self] }

    /// Whether nothing more than that is known: its things are what was put there, and come as the row's form has it.
    var isPlain: Bool { !Self.own.contains(self) }

    private static let rows: [SimulatedEdge: Edge] = Kind.polled.reduce(into: [:]) { rows, kind in
        if let edge = kind.row.edge, !edge.path.isEmpty { rows[SimulatedEdge(kind)] = edge }
    }

    /// The edges of what accounts, or numbers, have.
    static func of(_ scope: KindRow.Scope) -> Set<SimulatedEdge> {
        Set(Kind.polled.filter { $0.row.scope == scope && $0.row.edge?.path != "" }.map { SimulatedEdge($0) })
    }
}

extension Simulation {
    /// The things of an edge of which only a kind's row is known.
    func things(_ call: Call, _ edge: SimulatedEdge) -> [JSONObject] {
        guard let account = call.account.flatMap({ platform.accounts[$0] }) else { return [] }
        return SimulatedEdge.of(.account).contains(edge)
            ? account.neighbours[edge] ?? [] : account.phoneNumbers[call.index].things[edge] ?? []
    }

    /// What such an edge says, if it is no list; a list is `nil`.
    func plain(_ call: Call, _ edge: SimulatedEdge, _ selection: FieldSelection?) throws(SimulatedError) -> Content? {
        guard edge.isPlain, let form = edge.served?.form, form != .list else { return nil }
        let thing = try things(call, edge).first.map { thing throws(SimulatedError) in try select(thing, .neighbour, selection) }
        return form == .node ? .document(thing ?? [:]) : .list(thing.map { [$0] } ?? [])
    }

    /// Gives a thing of such an edge other members, or puts it there; `isGone` takes it away. A list's thing is told by its key.
    mutating func change(_ id: String, plain edge: SimulatedEdge, _ body: JSONObject, isGone: Bool) throws(SimulatedError) {
        guard edge.isPlain, let served = edge.served else { throw .noObject(id, method: "post") }
        func change(_ things: inout [JSONObject]) {
            let key = served.key(of: .object(body))
            let index = served.form == .list ? things.firstIndex { served.key(of: .object($0)) == key } : things.indices.first
            guard !isGone else {
                if let index { things.remove(at: index) }
                return
            }
            if let index { things[index].merge(body) } else { things.append(body) }
        }
        if SimulatedEdge.of(.account).contains(edge), platform.accounts[id] != nil {
            change(&platform.accounts[id, default: Account(id: id)].neighbours[edge, default: []])
        } else if var number = platform[phoneNumber: id] {
            change(&number.things[edge, default: []])
            platform[phoneNumber: id] = number
        } else {
            throw .noObject(id, method: "post")
        }
    }
}
