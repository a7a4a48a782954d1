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
    /// What a target's things are asked for by, without what is left out in this run.
    func request(for target: PollTarget, _ account: Account) -> GraphRequest {
        let edge = target.kind.edge
        var leftOut = account.leftOut[target.kind]?.names ?? []
        if !account.plan.watches(.subscribedApp) { leftOut.insert(Edge.appsField) }
        return GraphRequest(
            edge, id: account.plan.owner(of: target), fields: GraphRequest.fields(edge.fields, without: leftOut),
            limit: account.limits[target.kind], account: account.plan.wabaID)
    }

    /// What to do about a failure of a look at a target.
    /// - Parameter before: what was left out when the look began.
    func remedy(_ failure: GraphFailure, of target: PollTarget, asked fields: [String], before: LeftOut) async -> Remedy {
        switch failure.code {
        case .invalidField(let name): return leaveOut(name, \.unknown, of: target, asked: fields, before, failure)
        case .refusedField(let name): return leaveOut(name, \.refused, of: target, asked: fields, before, failure)
        case .otherNode(_, _, let name) where watched[target]?.watch.lastSuccess != nil:
            // What has answered as what it should be is that, by whatever name Meta calls it now.
            return leaveOut(name, \.unknown, of: target, asked: fields, before, failure)
        case .tooMuchData: return askForLess(target) ? .again : .none(failure)
        default:
            guard failure.mayRefuseFields, fields.count > 1, world.now() >= searchesRest[target] ?? world.now() else {
                return .none(failure)
            }
            // What was refused may have been found out, and is not asked for any more.
            if let account = accounts[target.account], request(for: target, account).fields ?? [] != fields { return .again }
            let edge = target.kind.edge
            let key = edge.keys.first.map { String($0.dropFirst()) } ?? "id"
            searches[target] = takeUndone(for: target) ?? (FieldSearch(fields, least: fields.contains(key) ? [key] : []), failure)
            return await search(target)
        }
    }

    /// Leaves a field out from now on.
    private func leaveOut(
        _ name: String, _ where: WritableKeyPath<LeftOut, Set<String>>, of target: PollTarget, asked fields: [String], _ before: LeftOut,
        _ failure: GraphFailure
    ) -> Remedy {
        guard let account = accounts[target.account], GraphRequest.names(in: fields).contains(name) else { return .none(failure) }
        account.leftOut[target.kind, default: LeftOut()][keyPath: `where`].insert(name)
        // Where hardly anything is left that Meta knows, the thing is not what it is taken for.
        let known = target.kind.edge.fields.filter { $0 != "id" }.count
        guard request(for: target, account).fields?.filter({ $0 != "id" }).count ?? 0 >= max(1, known / 2) else {
            account.leftOut[target.kind] = before
            return .none(GraphFailure(.invalidAnswer("Meta knows hardly a field of it"), graph: failure.graph, status: failure.status))
        }
        return .again
    }

    /// Halves how many things are asked for at once; whether it could.
    private func askForLess(_ target: PollTarget) -> Bool {
        guard let account = accounts[target.account], let limit = request(for: target, account).limit ?? target.kind.edge.limit, limit > 1
        else {
            return false
        }
        account.limits[target.kind] = limit / 2
        return true
    }

    /// Goes on with a target's search for the field that is refused, each request out of the budget.
    func search(_ target: PollTarget) async -> Remedy {
        guard let account = accounts[target.account], let failure = searches[target]?.failure else { return .again }
        // One look is enough to find out for all of a kind.
        if let other = account.searching[target.kind], other != target {
            searches[target] = nil
            account.awaiting[target] = failure
            return .wait(failure)
        }
        account.searching[target.kind] = target
        defer { if account.searching[target.kind] == target { account.searching[target.kind] = nil } }
        while let (search, failure) = searches[target], let account = accounts[target.account] {
            let fields: [String]
            switch search.next {
            case .ask(let next): fields = next
            case .found(let names):
                searches[target] = nil
                // What refused the whole in passing is not searched for twice.
                if names.isEmpty { searchesRest[target] = world.now() + Self.searchRest }
                account.leftOut[target.kind, default: LeftOut()].refused.formUnion(names)
                return .again
            case .thing:
                searches[target] = nil
                searchesRest[target] = world.now() + Self.searchRest
                return .none(failure)
            case .unknown:
                searches[target] = nil
                searchesRest[target] = world.now() + Self.searchRest
                // What refused the whole may be over, or be another refusal by now.
                return .again
            }
            do throws(LedgerError) {
                if let until = try await afford(target) { return .unaffordable(until: until) }
            } catch { return .unwritten(error) }
            var request = request(for: target, account)
            request.fields = fields
            let counted = counted(target.account)
            do throws(GraphFailure) {
                await note(try await account.plan.client.fetch(request), account.plan, counted)
                searches[target]?.search.on(.accepted)
            } catch {
                note(error.usage, target.account, counted, isAnswered: error.status != nil)
                if error.mayRefuseFields { searches[target]?.failure = error }
                switch error.code {
                case .refusedField(let name), .invalidField(let name):
                    searches[target]?.search.on(.refused(code: error.graph?.code ?? 0, field: name))
                case _ where error.mayRefuseFields: searches[target]?.search.on(.refused(code: error.graph?.code ?? 0, field: nil))
                case .tooMuchData where askForLess(target): break
                // It is asked again when the target is looked at again.
                default: return .none(error)
                }
            }
            if Task.isCancelled { return .unaffordable(until: world.now()) }
        }
        // The configuration was read again meanwhile, and everything is asked for anew.
        return .again
    }

    /// What refused a target for whose kind another one is finding out which field it is; `nil` if none is. What that one left undone goes on here.
    func awaited(_ target: PollTarget) -> GraphFailure? {
        guard let account = accounts[target.account], let failure = account.awaiting[target] else { return nil }
        if let other = account.searching[target.kind], other != target { return failure }
        account.awaiting[target] = nil
        if let undone = takeUndone(for: target) { searches[target] = undone }
        return nil
    }

    /// Takes the search that another target of the kind has left undone, if none goes on.
    private func takeUndone(for target: PollTarget) -> (search: FieldSearch, failure: GraphFailure)? {
        guard accounts[target.account]?.searching[target.kind] == nil else { return nil }
        let undone = searches.keys.filter { $0 != target && $0.account == target.account && $0.kind == target.kind }
        return undone.min { $0.phoneNumberID ?? "" < $1.phoneNumberID ?? "" }.flatMap { searches.removeValue(forKey: $0) }
    }

    /// What is known of a target's fields goes with it.
    func forgetFields(of target: PollTarget) {
        searches[target] = nil
        accounts[target.account]?.awaiting[target] = nil
        searchesRest[target] = nil
        oddities[target] = nil
    }

    /// A refusal that is not a field's is not searched again for so long.
    private static let searchRest = Duration.seconds(300)
}
