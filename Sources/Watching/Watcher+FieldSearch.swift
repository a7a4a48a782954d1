import Changes
import GraphAPI
import Ledger
import WhatsAppBusiness

// What is done about a failure that is about what was asked for, and not about the thing: a field, or too many things at once.

/// What is done about a poll that failed.
enum Remedy {
    /// It is made again, with other fields or fewer things a page.
    case again
    /// Nothing can be done: it has failed.
    case none(GraphFailure, TokenRefusal?)
    /// Another poll is finding out what it is about.
    case wait(GraphFailure)
    /// There is no request to be had before that moment; what is known by now is kept.
    case unaffordable(until: Moment)
    /// A request could not be written down, and was not made.
    case unwritten(LedgerError)
}

extension Watcher {
    /// What to do about a failure of a poll of a target.
    /// - Parameter before: what was left out when the poll began.
    func remedy(
        _ failure: GraphFailure, _ refusal: TokenRefusal?, of target: PollTarget, asked fields: [String], before: LeftOut
    ) async -> Remedy {
        guard let account = accounts[target.account], let polled = watched[target] else { return .none(failure, refusal) }
        switch failure.code {
        case .invalidField(let name): return leaveOut(name, \.unknown, of: target, asked: fields, before, failure)
        case .refusedField(let name): return leaveOut(name, \.refused, of: target, asked: fields, before, failure)
        case .otherNode(_, _, let name) where polled.state.watch.lastSuccess != nil:
            // What has answered as what it should be is that, by whatever name Meta calls it now.
            return leaveOut(name, \.unknown, of: target, asked: fields, before, failure)
        case .tooMuchData: return askForLess(target, account) ? .again : .none(failure, refusal)
        default:
            guard failure.mayRefuseFields, fields.count > 1, !polled.state.searchRests(world.now()) else { return .none(failure, refusal) }
            // What was refused may have been found out, and is not asked for any more.
            if fetchPlan(for: target, account).request.fields ?? [] != fields { return .again }
            let edge = target.kind.edge
            let key = edge.keys.first.map { String($0.dropFirst()) } ?? "id"
            let undone = takeUndoneSearch(for: target, account)
            polled.state.search(undone?.search ?? FieldSearch(fields, least: fields.contains(key) ? [key] : []), undone?.failure ?? failure)
            return await search(target)
        }
    }

    /// Leaves a field out from now on.
    private func leaveOut(
        _ name: String, _ where: WritableKeyPath<LeftOut, Set<String>>, of target: PollTarget, asked fields: [String], _ before: LeftOut,
        _ failure: GraphFailure
    ) -> Remedy {
        guard let account = accounts[target.account], GraphRequest.names(in: fields).contains(name) else { return .none(failure, nil) }
        account[target.kind].leftOut[keyPath: `where`].insert(name)
        // Where hardly anything is left that Meta knows, the thing is not what it is taken for.
        let known = target.kind.edge.fields.filter { $0 != "id" }.count
        let left = fetchPlan(for: target, account).request.fields?.filter { $0 != "id" }.count ?? 0
        guard left >= max(1, known / 2) else {
            account[target.kind].leftOut = before
            let why = GraphFailure(.invalidAnswer("Meta knows hardly a field of it"), graph: failure.graph, status: failure.status)
            return .none(why, nil)
        }
        return .again
    }

    /// Halves how many things are asked for at once; whether it could.
    private func askForLess(_ target: PollTarget, _ account: AccountState) -> Bool {
        guard let limit = account[target.kind].limit ?? target.kind.edge.limit, limit > 1 else { return false }
        account[target.kind].limit = limit / 2
        return true
    }

    /// Goes on with a target's search for the field that is refused.
    func search(_ target: PollTarget) async -> Remedy {
        guard let account = accounts[target.account], let polled = watched[target], case .search(_, let failure) = polled.state.unfinished
        else { return .again }
        // One poll is enough to find out for all of a kind.
        if let other = account[target.kind].searcher, other != target {
            polled.state.awaitSearch(failure)
            return .wait(failure)
        }
        account[target.kind].searcher = target
        defer { if account[target.kind].searcher == target { account[target.kind].searcher = nil } }
        while accounts[target.account] === account, watched[target] === polled,
            case .search(var search, let failure) = polled.state.unfinished
        {
            let rests = world.now() + Self.searchRest
            let fields: [String]
            switch search.next {
            case .ask(let next): fields = next
            case .found(let names):
                // What refused the whole in passing is not searched for twice.
                polled.state.endSearch(restsUntil: names.isEmpty ? rests : nil)
                account[target.kind].leftOut.refused.formUnion(names)
                return .again
            case .thing:
                polled.state.endSearch(restsUntil: rests)
                return .none(failure, nil)
            case .unknown:
                // What refused the whole may be over, or be another refusal by now.
                polled.state.endSearch(restsUntil: rests)
                return .again
            }
            var request = fetchPlan(for: target, account).request
            request.fields = fields
            let outcome = await send(request, for: target)
            // The configuration may have been read again meanwhile: then everything is asked for anew.
            guard watched[target] === polled, case .search = polled.state.unfinished else { return .again }
            switch outcome {
            case .answer:
                search.on(.accepted)
                polled.state.search(search, failure)
            case .failed(let new, let refusal):
                let failure = new.mayRefuseFields ? new : failure
                switch new.code {
                case .refusedField(let name), .invalidField(let name): search.on(.refused(code: new.graph?.code ?? 0, field: name))
                case _ where new.mayRefuseFields: search.on(.refused(code: new.graph?.code ?? 0, field: nil))
                case .tooMuchData where askForLess(target, account): break
                // It is asked again when the target is polled again.
                default: return .none(new, refusal)
                }
                polled.state.search(search, failure)
            case .unaffordable(let until): return .unaffordable(until: until)
            case .unwritten(let error): return .unwritten(error)
            }
            if Task.isCancelled { return .unaffordable(until: world.now()) }
        }
        return .again
    }

    /// What is left of a search when a target is polled again.
    enum ResumedSearch {
        case none
        /// The target goes on with its own, or with what another one has left undone.
        case goesOn
        /// Another target goes on with it.
        case awaits(GraphFailure)
    }

    /// What is left of a search that concerns a target.
    func resumedSearch(of target: PollTarget, _ account: AccountState, _ polled: WatchedTarget) -> ResumedSearch {
        switch polled.state.unfinished {
        case .search: return .goesOn
        case .awaitsSearch(let failure):
            if let other = account[target.kind].searcher, other != target { return .awaits(failure) }
            polled.state.endSearch()
            guard let undone = takeUndoneSearch(for: target, account) else { return .none }
            polled.state.search(undone.search, undone.failure)
            return .goesOn
        case .nothing, .list: return .none
        }
    }

    /// Takes the search that another target of the kind has left undone, if none goes on.
    private func takeUndoneSearch(for target: PollTarget, _ account: AccountState) -> (search: FieldSearch, failure: GraphFailure)? {
        guard account[target.kind].searcher == nil, target.phoneNumberID != nil else { return nil }
        for number in account.numbers.sorted() where number != target.phoneNumberID {
            let other = watched[PollTarget(account: target.account, kind: target.kind, phoneNumberID: number)]
            if let search = other?.state.takeSearch() { return search }
        }
        return nil
    }

    /// A refusal that is not a field's is not searched again for so long.
    private static let searchRest = Duration.seconds(300)
}
