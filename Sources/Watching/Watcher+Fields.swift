import Changes
import GraphAPI
import Ledger
import WhatsAppBusiness

// What is done about a failure that is about what was asked for, and not about the thing: a field, or too many things at once.

/// What is done about a look that failed.
enum Remedy {
    /// It is made again, with other fields or fewer things a page.
    case again
    /// Nothing can be done: it has failed.
    case none(GraphFailure)
    /// Another look is finding out what it is about.
    case wait(GraphFailure)
    /// There is no request to be had before that moment; what is known by now is kept.
    case unaffordable(until: Moment)
    /// A request could not be written down, and was not made.
    case unwritten(LedgerError)
}

extension Watcher {
    /// What a unit's things are asked for by, without what is left out in this run.
    func request(for unit: Unit, _ account: Account) -> GraphRequest {
        let edge = unit.kind.edge
        var leftOut = account.leftOut[unit.kind]?.names ?? []
        if !account.plan.watches(.subscribedApp) { leftOut.insert(Edge.appsField) }
        return GraphRequest(
            edge, id: account.plan.owner(of: unit), fields: GraphRequest.fields(edge.fields, without: leftOut),
            limit: account.limits[unit.kind], account: account.plan.wabaID)
    }

    /// What to do about a failure of a look at a unit.
    /// - Parameter before: what was left out when the look began.
    func remedy(_ failure: GraphFailure, of unit: Unit, asked fields: [String], before: LeftOut) async -> Remedy {
        switch failure.code {
        case .invalidField(let name): return leaveOut(name, \.unknown, of: unit, asked: fields, before, failure)
        case .refusedField(let name): return leaveOut(name, \.refused, of: unit, asked: fields, before, failure)
        case .otherNode(_, _, let name) where watched[unit]?.watch.lastSuccess != nil:
            // What has answered as what it should be is that, by whatever name Meta calls it now.
            return leaveOut(name, \.unknown, of: unit, asked: fields, before, failure)
        case .tooMuchData: return askForLess(unit) ? .again : .none(failure)
        default:
            guard failure.mayRefuseFields, fields.count > 1, world.now() >= searchesRest[unit] ?? world.now() else { return .none(failure) }
            // What was refused may have been found out, and is not asked for any more.
            if let account = accounts[unit.account], request(for: unit, account).fields ?? [] != fields { return .again }
            let edge = unit.kind.edge
            let key = edge.keys.first.map { String($0.dropFirst()) } ?? "id"
            searches[unit] = takeUndone(for: unit) ?? (FieldSearch(fields, least: fields.contains(key) ? [key] : []), failure)
            return await search(unit)
        }
    }

    /// Leaves a field out from now on.
    private func leaveOut(
        _ name: String, _ where: WritableKeyPath<LeftOut, Set<String>>, of unit: Unit, asked fields: [String], _ before: LeftOut,
        _ failure: GraphFailure
    ) -> Remedy {
        guard let account = accounts[unit.account], GraphRequest.names(in: fields).contains(name) else { return .none(failure) }
        account.leftOut[unit.kind, default: LeftOut()][keyPath: `where`].insert(name)
        // Where hardly anything is left that Meta knows, the thing is not what it is taken for.
        let known = unit.kind.edge.fields.filter { $0 != "id" }.count
        guard request(for: unit, account).fields?.filter({ $0 != "id" }).count ?? 0 >= max(1, known / 2) else {
            account.leftOut[unit.kind] = before
            return .none(GraphFailure(.invalidAnswer("Meta knows hardly a field of it"), graph: failure.graph, status: failure.status))
        }
        return .again
    }

    /// Halves how many things are asked for at once; whether it could.
    private func askForLess(_ unit: Unit) -> Bool {
        guard let account = accounts[unit.account], let limit = request(for: unit, account).limit ?? unit.kind.edge.limit, limit > 1 else {
            return false
        }
        account.limits[unit.kind] = limit / 2
        return true
    }

    /// Goes on with a unit's search for the field that is refused, each request out of the budget.
    func search(_ unit: Unit) async -> Remedy {
        guard let account = accounts[unit.account], let failure = searches[unit]?.failure else { return .again }
        // One look is enough to find out for all of a kind.
        if let other = account.searching[unit.kind], other != unit {
            searches[unit] = nil
            account.awaiting[unit] = failure
            return .wait(failure)
        }
        account.searching[unit.kind] = unit
        defer { if account.searching[unit.kind] == unit { account.searching[unit.kind] = nil } }
        while let (search, failure) = searches[unit], let account = accounts[unit.account] {
            let fields: [String]
            switch search.next {
            case .ask(let next): fields = next
            case .found(let names):
                searches[unit] = nil
                // What refused the whole in passing is not searched for twice.
                if names.isEmpty { searchesRest[unit] = world.now() + Self.searchRest }
                account.leftOut[unit.kind, default: LeftOut()].refused.formUnion(names)
                return .again
            case .thing:
                searches[unit] = nil
                searchesRest[unit] = world.now() + Self.searchRest
                return .none(failure)
            case .unknown:
                searches[unit] = nil
                searchesRest[unit] = world.now() + Self.searchRest
                // What refused the whole may be over, or be another refusal by now.
                return .again
            }
            do throws(LedgerError) {
                if let until = try await afford(unit) { return .unaffordable(until: until) }
            } catch { return .unwritten(error) }
            var request = request(for: unit, account)
            request.fields = fields
            let counted = counted(unit.account)
            do throws(GraphFailure) {
                await note(try await account.plan.client.fetch(request), account.plan, counted)
                searches[unit]?.search.on(.accepted)
            } catch {
                note(error.usage, unit.account, counted, isAnswered: error.status != nil)
                if error.mayRefuseFields { searches[unit]?.failure = error }
                switch error.code {
                case .refusedField(let name), .invalidField(let name):
                    searches[unit]?.search.on(.refused(code: error.graph?.code ?? 0, field: name))
                case _ where error.mayRefuseFields: searches[unit]?.search.on(.refused(code: error.graph?.code ?? 0, field: nil))
                case .tooMuchData where askForLess(unit): break
                // It is asked again when the unit is looked at again.
                default: return .none(error)
                }
            }
            if Task.isCancelled { return .unaffordable(until: world.now()) }
        }
        // The configuration was read again meanwhile, and everything is asked for anew.
        return .again
    }

    /// What refused a unit for whose kind another one is finding out which field it is; `nil` if none is. What that one left undone goes on here.
    func awaited(_ unit: Unit) -> GraphFailure? {
        guard let account = accounts[unit.account], let failure = account.awaiting[unit] else { return nil }
        if let other = account.searching[unit.kind], other != unit { return failure }
        account.awaiting[unit] = nil
        if let undone = takeUndone(for: unit) { searches[unit] = undone }
        return nil
    }

    /// Takes the search that another unit of the kind has left undone, if none goes on.
    private func takeUndone(for unit: Unit) -> (search: FieldSearch, failure: GraphFailure)? {
        guard accounts[unit.account]?.searching[unit.kind] == nil else { return nil }
        let undone = searches.keys.filter { $0 != unit && $0.account == unit.account && $0.kind == unit.kind }
        return undone.min { $0.phoneNumberID ?? "" < $1.phoneNumberID ?? "" }.flatMap { searches.removeValue(forKey: $0) }
    }

    /// What is known of a unit's fields goes with it.
    func forgetFields(of unit: Unit) {
        searches[unit] = nil
        accounts[unit.account]?.awaiting[unit] = nil
        searchesRest[unit] = nil
        oddities[unit] = nil
    }

    /// A refusal that is not a field's is not searched again for so long.
    private static let searchRest = Duration.seconds(300)
}
