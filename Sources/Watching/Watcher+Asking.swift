import Changes
import Continuations
public import GraphAPI
public import Ledger
public import WhatsAppBusiness

/// Why something could not be polled now.
public enum PollError: Error, Sendable {
    /// No account of that name is watched.
    case noSuchAccount
    /// The kind is turned off, or the number is not one of the account's: what was asked for, and where, the account's own id at Meta if not at a number.
    case noSuchResource(Kind, id: String)
    /// There is no request to be had for so long.
    case budgetExhausted(Duration)
    /// There was no usable answer; with Meta's error, if it gave one.
    case failed(WatchState, reason: String, GraphError?)
    /// What was seen could not be recorded.
    case unrecorded(LedgerError)
}

extension Watcher {
    /// Polls now, within the budget, and returns how many changes were recorded, baselines included, when everything that was asked for is.
    /// - Parameters:
    ///   - kind: what to poll; `nil` for everything that is watched.
    ///   - number: at which number; `nil` for the account and all its numbers.
    public func poll(account name: String, kind: Kind?, number: String?) async throws(PollError) -> Int {
        await untilBegun()
        guard let account = accounts[name] else {
            throw shared?[name] == nil ? .noSuchAccount : .failed(.starting, reason: "the account is not watched by this host", nil)
        }
        if let number, !account.numbers.contains(number) { throw .noSuchResource(kind ?? .phoneNumber, id: number) }
        let kinds = kind.map { [$0.row.ridesOn?.kind ?? $0] } ?? AccountPlan.accountKinds + AccountPlan.numberKinds
        let nothing = PollError.noSuchResource(kind ?? .account, id: number ?? account.plan.wabaID)
        if let kind, !account.plan.watches(kind) { throw nothing }
        var targets: [PollTarget] = []
        for kind in kinds where account.plan.watches(kind) {
            if AccountPlan.accountKinds.contains(kind) {
                // Numbers come from the account's list: what is known of one is asked for there.
                if number == nil || kind == .phoneNumber { targets.append(PollTarget(account: name, kind: kind)) }
            } else {
                targets += account.numbers.sorted().filter { number == nil || $0 == number }.map {
                    PollTarget(account: name, kind: kind, phoneNumberID: $0)
                }
            }
        }
        guard !targets.isEmpty else { throw nothing }
        return try await poll(targets, or: nothing)
    }

    func poll(_ targets: [PollTarget], or nothing: PollError) async throws(PollError) -> Int {
        let results = await withTaskGroup(of: PollResult.self) { group in
            for target in targets { group.addTask { await self.nextPoll(of: target) } }
            var results: [PollResult] = []
            for await result in group { results.append(result) }
            return results
        }
        var changes = 0
        for result in results {
            switch result {
            case .recorded(let recorded): changes += recorded
            case .failed(let state, let failure): throw .failed(state, reason: failure.description, failure.graph)
            case .refused: throw .failed(.unauthorized, reason: "the account's token was refused", nil)
            case .unaffordable(let until): throw .budgetExhausted(max(until - world.now(), .zero))
            case .unrecorded(let error): throw .unrecorded(error)
            case .notWatched: throw nothing
            }
        }
        return changes
    }

    /// The next poll of a target from now on, which is made at once. Nobody waits for one once the watcher has ended, or their own task was cancelled.
    private func nextPoll(of target: PollTarget) async -> PollResult {
        guard schedule.interval(of: target) != nil else { return .notWatched }
        return await waiting.wait(for: target, whenCancelled: .notWatched) {
            on(.hasten(target, ahead: true), world.now())
            return nil
        }
    }
}
