import StrictJSON
import WhatsAppBusiness

extension Simulation {
    /// What becomes of an edge inside a node at present. The fault that was set last is what counts.
    func expansion(of edge: SimulatedEdge, inside id: String?) -> ExpansionBehaviour {
        for armed in faults.reversed() {
            guard case .expanding(let behaviour) = armed.fault, armed.match.edge == nil || armed.match.edge == edge else { continue }
            if armed.match.id == nil || armed.match.id == id { return behaviour }
        }
        return platform[expansion: edge]
    }

    /// An edge inside its parent: the same envelope, whose links are for the edge. `nil` where there is nothing.
    func expand(_ call: Call, _ field: FieldSelection.Field, inside kind: NodeKind, link: Link) throws(SimulatedError) -> JSONValue? {
        guard let edge = call.edge else { return nil }
        let behaviour = expansion(of: edge, inside: call.id)
        switch behaviour.answer {
        case .refused: throw .noField(field.name, on: kind)
        case .forbidden: throw SimulatedError(10, "(#10) Application does not have permission for this action", status: 403)
        case .ignored: return nil
        case .text: return "cannot be shown"
        case .number: return 7
        case .served, .bare, .foreign: break
        }
        let subject = behaviour.answer == .foreign ? next(to: call) : call
        var inner = link
        inner.url = "\(link.url.split(separator: "/").prefix(3).joined(separator: "/").replacing(":/", with: "://"))/\(subject.path)"
        let said = field.arguments.filter { !PageRequest.names.contains($0.key) }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        inner.parameters = link.parameters.filter { $0.0 != "fields" } + (field.inner.map { [("fields", "\($0)")] } ?? []) + said
        let value = try value(
            try read(subject, field.inner, link: inner, largest: behaviour.largest) { field.arguments[$0] })
        return behaviour.answer == .bare ? Self.bare(value, of: edge) : value
    }

    /// The calls that the expansions of a request count as, beyond the one that carries them. What is refused or ignored counts nothing.
    func surcharge(_ request: GraphRequest, _ call: Call) -> Int {
        guard chargesExpansions, request.method == "GET", let node = call.edge?.node, let selection = request.selection else { return 0 }
        return surcharge(selection, node, inside: call.edge?.item == nil ? 1 : count(call) { request[$0] }, call)
    }

    /// Whether any expansion counts; most often none does, and no request need be read for it.
    private var chargesExpansions: Bool {
        platform.expansions.values.contains { $0.charge != .none }
            || faults.contains { if case .expanding = $0.fault { true } else { false } }
    }

    private func surcharge(_ selection: FieldSelection, _ node: NodeKind, inside things: Int, _ call: Call) -> Int {
        selection.fields.reduce(0) { sum, field in
            guard let edge = node.edges[field.name] else { return sum }
            let behaviour = expansion(of: edge, inside: nil)
            guard ![.refused, .forbidden, .ignored].contains(behaviour.answer) else { return sum }
            var calls = sum
            switch behaviour.charge {
            case .none: break
            case .once: calls += 1
            case .each: calls += things
            }
            guard let inner = field.inner, let node = edge.node else { return calls }
            let nested = Call(edge: edge, id: call.account, account: call.account)
            return calls + surcharge(inner, node, inside: count(nested, largest: behaviour.largest) { field.arguments[$0] }, call)
        }
    }

    /// How many things a page holds.
    private func count(_ call: Call, largest: Int? = nil, _ argument: (String) -> String?) -> Int {
        guard let edge = call.edge, let listing = try? listing(call, edge, argument), let request = try? PageRequest(argument) else {
            return 0
        }
        return (try? Pager(behaviour: behaviour(of: edge, largest: largest)).page(listing, request).range.count) ?? 0
    }

    /// The same edge of the account's next number.
    private func next(to call: Call) -> Call {
        guard call.id != call.account, let numbers = call.account.flatMap({ platform.accounts[$0]?.phoneNumbers }), !numbers.isEmpty else {
            return call
        }
        var other = call
        other.index = (call.index + 1) % numbers.count
        other.id = numbers[other.index].id
        return other
    }

    private static func bare(_ value: JSONValue, of edge: SimulatedEdge) -> JSONValue {
        guard let items = value["data"]?.array, edge.isWrapped else { return ["data": [value]] }
        return edge.item == nil ? items.first ?? [:] : .array(items)
    }
}
