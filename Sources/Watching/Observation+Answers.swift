import Changes
import GraphAPI
import StrictJSON
import WhatsAppBusiness

// Things out of answers. One that is odd costs itself alone.

extension Observation {
    /// The things in the answers of a complete sweep, and what was odd about them. Throws the fault of an answer of which nothing can be used.
    static func read(
        _ target: PollTarget, of plan: AccountPlan, _ found: Sweep.Found, asked: [String]
    ) throws(GraphFailure) -> (observation: Observation, oddities: Oddities?) {
        // What rides on another kind's answer is there as its own edge gives it.
        let edge = target.kind.row.edge ?? target.kind.edge
        // What was asked for, without what is asked for inside of it: nothing else is compared.
        let fields = Set(asked.map { String($0.prefix { $0 != "{" && $0 != "." }) }).subtracting(target.kind.riding)
        let names = fields.isEmpty ? [] : fields.union(["id"])
        var oddities = Oddities()
        if found.strays > 0 { oddities.leaveOut() }
        let observation: Observation
        if target.kind.row.keepsOnlyKeys {
            let ids = found.keys.dropFirst().reduce(into: found.keys.first?.keys ?? []) { _ = $0.insert($1.keys.ids) }
            observation = Observation(target: target, owner: plan.owner(of: target), ids: ids)
        } else {
            var things: [Item]
            if edge.form == .list {
                things = Self.list(found, edge, target, plan, &oddities)
            } else {
                things = [try Self.thing(found.items, edge, target, plan, asked: fields, &oddities)]
            }
            if !asked.isEmpty {
                for index in things.indices {
                    let members = things[index].document.filter { names.contains($0.name) }
                    things[index].document = JSONObject(members.map { ($0.name, $0.value) })
                }
            }
            observation = Observation(target: target, owner: plan.owner(of: target), items: things, asked: names)
        }
        // Where nothing can be told apart nothing was seen.
        if oddities.hasStrays, observation.items.isEmpty, observation.ids.isEmpty, found.items.allSatisfy({ edge.key(of: $0) == nil }) {
            throw GraphFailure(.invalidAnswer("no thing of \(edge.name) has an id"))
        }
        return (observation, oddities.isEmpty ? nil : oddities)
    }

    /// The things of a list, each id once.
    private static func list(
        _ found: Sweep.Found, _ edge: Edge, _ target: PollTarget, _ plan: AccountPlan, _ oddities: inout Oddities
    ) -> [Item] {
        var seen: Set<String> = []
        var things: [Item] = []
        let isOfNumbers = target.kind.row.listsPhoneNumbers
        for item in found.items {
            guard let id = edge.key(of: item) else {
                oddities.leaveOut()
                continue
            }
            guard seen.insert(id).inserted, !isOfNumbers || plan.watches(number: id) else { continue }
            let odd = edge.oddities(of: item).filter { !plan.ignores($0.path, of: target.kind) }
            for oddity in odd { oddities.add(oddity, of: id) }
            things.append(Item(id: id, document: item.object ?? [:], odd: Set(odd.map(\.path))))
        }
        return things
    }

    /// The one thing of an answer. It must be the thing that was asked about, as far as it says what it is.
    private static func thing(
        _ items: [JSONValue], _ edge: Edge, _ target: PollTarget, _ plan: AccountPlan, asked: Set<String>, _ oddities: inout Oddities
    ) throws(GraphFailure) -> Item {
        func refuse(_ why: String) -> GraphFailure { GraphFailure(.invalidAnswer(why)) }
        var items = items
        let isNone = edge.form == .single && items.isEmpty && target.kind.row.emptyIsAThing
        if isNone { items = [.object([:])] }
        guard items.count == 1 else { throw refuse("there are \(items.count) things where one should be") }
        guard let object = items[0].object else { throw refuse("a thing is \(items[0].typeName)") }
        let id = edge.key(of: items[0])
        let owner = plan.owner(of: target)
        if let id, id != owner { throw refuse("the answer is about \(id.prefix(40)), not about \(owner)") }
        // Its own id says whose answer it is, and nothing more. Settings of which none was ever made are empty.
        let telling = edge.keys.isEmpty ? asked : asked.subtracting(["id"])
        let expected = (telling.isEmpty ? asked : telling).union(target.kind.row.alwaysThere).union(target.kind.riding)
        let isEmptyNode =
            edge.form == .node && edge.keys.isEmpty
            && object.allSatisfy { edge.fields.contains($0.name) && $0.value.isNothing }
        guard isNone || isEmptyNode || object.names.contains(where: expected.contains) else {
            throw refuse("nothing that was asked for is in it")
        }
        // What comes with it has a watch of its own.
        let riding = target.kind.riding
        let odd = edge.oddities(of: items[0]).filter {
            ($0.path.count == 1 || !riding.contains($0.path.first ?? "")) && !plan.ignores($0.path, of: target.kind)
        }
        for oddity in odd { oddities.add(oddity, of: nil) }
        return Item(id: target.phoneNumberID ?? plan.wabaID, document: object, odd: Set(odd.map(\.path)))
    }

    /// Says, where things were left out, that what is not among the others may still be there.
    mutating func mayLack(_ oddities: Oddities?) {
        guard oddities?.hasStrays == true else { return }
        isWhole = false
        isPartial = true
        shows = { _ in false }
    }
}

extension Kind {
    /// The fields of this kind's answer that hold things of other kinds. They show whose answer it is, though nothing is compared of them there.
    fileprivate var riding: Set<String> { Set(riders.compactMap(\.row.ridesOn?.field)) }
}
