import Changes
import GraphAPI
import StrictJSON
import WhatsAppBusiness

// Things out of answers.

extension Observation {
    /// The things in the answers of a complete sweep. Throws the fault of a thing that is none.
    init(_ unit: Unit, of plan: AccountPlan, _ found: Sweep.Found, asked: [String]) throws(GraphFailure) {
        let edge = unit.kind == .subscribedApp ? Edge.subscribedApps : unit.kind.edge
        // What was asked for, without what is asked for inside of it: nothing else is compared.
        let fields = Set(asked.map { String($0.prefix { $0 != "{" && $0 != "." }) }).subtracting([Edge.appsField])
        let names = fields.isEmpty ? [] : fields.union(["id"])
        guard unit.kind != .blockedUser else {
            let ids = found.keys.dropFirst().reduce(into: found.keys.first?.keys ?? []) { _ = $0.insert($1.keys.ids) }
            self.init(unit: unit, owner: plan.owner(of: unit), ids: ids)
            return
        }
        var seen: Set<String> = []
        var things: [Item] = []
        var starts: [Int] = []
        var following = found.starts[...]
        for (index, item) in try edge.things(in: found.items).enumerated() {
            while following.first == index {
                starts.append(things.count)
                following.removeFirst()
            }
            guard let id = try edge.id(of: item, in: unit, plan) else { throw GraphFailure(.invalidAnswer("a thing has no id")) }
            guard seen.insert(id).inserted, unit.kind != .phoneNumber || plan.watches(number: id) else { continue }
            let object = item.object ?? [:]
            things.append(
                Item(
                    id: id,
                    document: asked.isEmpty ? object : JSONObject(object.filter { names.contains($0.name) }.map { ($0.name, $0.value) })
                ))
        }
        self.init(unit: unit, owner: plan.owner(of: unit), items: things, asked: names)
        self.starts = starts
    }
}

extension Edge {
    /// The things that an answer holds, each in the shape of its kind.
    fileprivate func things(in items: [JSONValue]) throws(GraphFailure) -> [JSONValue] {
        func refuse(_ why: String) -> GraphFailure { GraphFailure(.invalidAnswer(why)) }
        var items = items
        if form == .single, items.isEmpty, kind == .commerceSettings { items = [.object([:])] }
        if form != .list, items.count != 1 { throw refuse("there are \(items.count) things where one should be") }
        for item in items {
            guard let object = item.object else { throw refuse("a thing is \(item.typeName)") }
            do throws(DocumentError) { try check(item) } catch { throw refuse("\(error)") }
            // A node that shows nothing that was asked for is an answer to another question.
            if form == .node, !object.isEmpty, !object.names.contains(where: { fields.contains($0) || $0 == "id" }) {
                throw refuse("nothing that was asked for is in it")
            }
        }
        return items
    }

    fileprivate func id(of item: JSONValue, in unit: Unit, _ plan: AccountPlan) throws(GraphFailure) -> String? {
        if form == .list { return key(of: item) }
        guard kind == .account else { return unit.phoneNumberID }
        guard key(of: item) == plan.wabaID else { throw GraphFailure(.invalidAnswer("the answer is not about the account \(plan.wabaID)")) }
        return plan.wabaID
    }
}
